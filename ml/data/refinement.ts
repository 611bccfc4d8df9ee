import { EMOTIONS, type Emotion } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { type FaceDataset, SPLITS } from './dataset.ts';
import type { Manifest } from './manifest-format.ts';

/** What a manifest does to a data set. */
export interface Refinement {
  /** Positions in the data set that are left out. */
  readonly dropped: ReadonlySet<number>;
  /** Class of each face, 0..6, after the moves. [count] */
  readonly labels: Uint8Array;
  readonly moved: number;
}

/**
 * What becomes of the faces. Training alone is refined: a test split keeps every face and label, so that every score stays
 * comparable with others'.
 * @param path names the manifest in errors.
 * @throws UserError if it would change a test row, or says of a row what is not so.
 */
export function refinementBy(path: string, { entries }: Manifest, dataset: FaceDataset): Refinement {
  const faceOf = new Map(Array.from(dataset.rows, (row, face) => [row, face] as const));
  const dropped = new Set<number>();
  const labels = dataset.labels.slice();
  let moved = 0;
  for (const { row, action, from, to } of entries) {
    const face = faceOf.get(row);
    if (face === undefined) throw new UserError(`${path}: row ${row} was left out as malformed; delete its line`);
    if (EMOTIONS[labels[face]] !== from)
      throw new UserError(`${path}: row ${row} is ${EMOTIONS[labels[face]]}, not ${from}; put the "from" right`);
    if (action === 'keep') continue;
    if (SPLITS[dataset.splits[face]] !== 'Training')
      throw new UserError(`${path}: row ${row} is of a test split, which is never changed; delete its line`);
    if (action === 'drop') dropped.add(face);
    else {
      labels[face] = EMOTIONS.indexOf(to as Emotion);
      moved++;
    }
  }
  return { dropped, labels, moved };
}
