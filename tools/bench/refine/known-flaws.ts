import { type FaceDataset, FERPLUS_CLASSES, faceAt } from '../../../ml/data/dataset.ts';
import { findConstants } from '../../../ml/refine/constants.ts';
import rows from '../../../ml/refine/drawing-rows.json' with { type: 'json' };
import { findDrawings } from '../../../ml/refine/drawings.ts';
import { findDuplicates } from '../../../ml/refine/duplicates.ts';
import type { Suspect } from '../../../ml/refine/suspect.ts';
import { findNotFaces } from '../../../ml/refine/votes.ts';

const NOT_A_FACE = FERPLUS_CLASSES.indexOf('NF');

/** What the finders find of the flaws that are known of FER2013, all splits together. */
export function measureKnownFlaws(dataset: FaceDataset): string[] {
  const faces = [...dataset.rows.keys()];
  const notFaces = faces.filter((face) => dataset.votes?.[face * FERPLUS_CLASSES.length + NOT_A_FACE] === 10);
  const constants = faces.filter((face) => faceAt(dataset, face).every((value, _, all) => value === all[0]));
  const blank = findConstants(dataset);
  const drawings = findDrawings(dataset);
  const copies = findDuplicates(dataset, new Set(blank.map(({ face }) => face)));
  const left = twinsLeft(dataset, new Set([...dropped(blank), ...dropped(copies)]));
  return [
    'known flaws, all splits:',
    compare('constant images, by the grey values', constants, dropped(blank)),
    compare('all ten voters "not a face", by the votes', notFaces, dropped(findNotFaces(dataset))),
    compare('all ten voters "not a face", by the image', notFaces, dropped([...blank, ...drawings])),
    compare('texts among training rows, by the image', rows.texts, dropped([...blank, ...drawings]), false),
    compare('texts among training rows, with suspects', rows.texts, all([...blank, ...drawings]), false),
    `  training faces with a twin to the pixel in a test split or before them: ${twinsLeft(dataset, dropped(blank))}, kept of them: ${left}`,
  ];
}

/** How many training faces that are not dropped have the pixels of a test face or of an earlier one. */
function twinsLeft(dataset: FaceDataset, dropped: ReadonlySet<number>): number {
  const isTraining = (face: number) => Number(dataset.splits[face] === 0);
  const seen = new Set<string>();
  let twins = 0;
  const order = [...dataset.rows.keys()].filter((face) => !isTraining(face) || !dropped.has(face));
  for (const face of order.sort((a, b) => isTraining(a) - isTraining(b) || a - b)) {
    const key = Buffer.from(faceAt(dataset, face)).toString('latin1');
    if (seen.has(key) && isTraining(face)) twins++;
    seen.add(key);
  }
  return twins;
}

const dropped = (suspects: readonly Suspect[]) => all(suspects.filter(({ action }) => action === 'drop'));
const all = (suspects: readonly Suspect[]) => new Set(suspects.map(({ face }) => face));

/** @param exact whether what is found beyond the known is wrong, so that there is a precision. */
export function compare(what: string, known: readonly number[], found: ReadonlySet<number>, exact = true): string {
  const right = known.filter((face) => found.has(face)).length;
  const precision = exact ? `, precision ${percent(right, found.size)} of ${found.size}` : '';
  return `  ${what}: recall ${percent(right, known.length)} of ${known.length}${precision}`;
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}
