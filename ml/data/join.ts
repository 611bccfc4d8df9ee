import type { FaceDataset, LargeFaces } from './dataset.ts';
import { unanimousVotes } from './labels.ts';

/**
 * Two data sets as one, the faces of the second after those of the first. If the first has FER+ votes, those of the second
 * are as if all voters had named its labels.
 */
export function joinFaces(first: FaceDataset, second: FaceDataset): FaceDataset {
  const bytes = (a: Uint8Array, b: Uint8Array): Uint8Array => {
    const both = new Uint8Array(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    return both;
  };
  const classes = second.classes ?? first.classes;
  const subjectsOf = ({ subjects, count }: FaceDataset) => subjects ?? new Uint16Array(count);
  return {
    source: `${first.source} and ${second.source}`,
    count: first.count + second.count,
    pixels: bytes(first.pixels, second.pixels),
    labels: bytes(first.labels, second.labels),
    splits: bytes(first.splits, second.splits),
    rows: Uint32Array.from([...first.rows, ...second.rows]),
    ...(classes && { classes }),
    ...(first.votes && { votes: bytes(first.votes, second.votes ?? unanimousVotes(second)) }),
    ...(second.folds && { folds: bytes(first.folds ?? new Uint8Array(first.count), second.folds) }),
    ...((first.subjects || second.subjects) && {
      subjects: Uint16Array.from([...subjectsOf(first), ...subjectsOf(second)]),
    }),
    ...(first.large && second.large && { large: joinLarge(first.large, first.count, second.large) }),
  };
}

/** Both are of one network, so that their sizes are the same. */
function joinLarge(first: LargeFaces, count: number, second: LargeFaces): LargeFaces {
  const read = (face: number, out: Uint8Array) =>
    face < count ? first.read(face, out) : second.read(face - count, out);
  return { size: first.size, upscaledBy: first.upscaledBy, read };
}
