import { type FaceDataset, FERPLUS_CLASSES, faceAt } from '../data/dataset.ts';
import { VOTE_COLUMNS } from '../data/labels.ts';
import type { Reason } from '../data/manifest-format.ts';
import { type Pair, similarPairs } from './perceptual-hash.ts';
import type { Suspect } from './suspects.ts';

/**
 * Correlations of pairs, tuned by eye on training faces of FER2013: above the first, all are the same photograph, cropped or
 * compressed differently; between the two, some are two photographs of one sitting.
 */
const SAME = 0.95;
const SIMILAR = 0.9;

/**
 * Faces that occur more than once, exactly or nearly, within and across splits. In each group of copies:
 * - if one is a test face, every training face should be dropped, since it leaks the test;
 * - otherwise one training face stays: one with the most frequent label, on a tie that with the most FER+ votes. If that is a
 *   tie too, all should be dropped.
 *
 * Pairs that are less similar are reported, but kept.
 * @param left faces to ignore, for example blank images, which all look the same.
 */
export function findDuplicates(dataset: FaceDataset, left: ReadonlySet<number>): Suspect[] {
  const faces = Array.from(dataset.rows.keys()).filter((face) => !left.has(face));
  const pairs = similarPairs(dataset, faces, SIMILAR);
  const same = pairs.filter(({ correlation }) => correlation >= SAME);
  const found = new Map<number, Suspect>();
  for (const group of groupsOf(same)) for (const suspect of judge(dataset, group)) found.set(suspect.face, suspect);
  const stays = (face: number) => found.get(face)?.action !== 'drop';
  for (const pair of pairs) {
    const { first, second, correlation: score } = pair;
    if (score >= SAME || !stays(first) || !stays(second)) continue;
    const face = later(dataset, pair);
    if ((found.get(face)?.score ?? 0) < score)
      found.set(face, { face, reason: 'near-duplicate', score, action: 'keep', to: null });
  }
  return [...found.values()].sort((a, b) => a.face - b.face);
}

/** The face of a pair that would be dropped: the training face, or the later one of two. */
function later({ splits }: FaceDataset, { first, second }: Pair): number {
  return splits[second] !== 0 && splits[first] === 0 ? first : second;
}

interface Group {
  readonly faces: readonly number[];
  /** Of each face with its most similar copy. */
  readonly correlations: ReadonlyMap<number, number>;
}

/** Faces that pairs connect, in order. */
function groupsOf(pairs: readonly Pair[]): Group[] {
  const parents = new Map<number, number>();
  const rootOf = (face: number): number => {
    let root = face;
    while ((parents.get(root) ?? root) !== root) root = parents.get(root)!;
    parents.set(face, root);
    return root;
  };
  const correlations = new Map<number, number>();
  for (const { first, second, correlation } of pairs) {
    parents.set(rootOf(second), rootOf(first));
    for (const face of [first, second]) correlations.set(face, Math.max(correlation, correlations.get(face) ?? 0));
  }
  const groups = new Map<number, number[]>();
  for (const face of [...correlations.keys()].sort((a, b) => a - b)) {
    const root = rootOf(face);
    groups.set(root, [...(groups.get(root) ?? []), face]);
  }
  return [...groups.values()].map((faces) => ({ faces, correlations }));
}

function judge(dataset: FaceDataset, { faces, correlations }: Group): Suspect[] {
  const drop = (face: number, reason: Reason): Suspect => ({
    face,
    reason,
    score: correlations.get(face) ?? 1,
    action: 'drop',
    to: null,
  });
  const training = faces.filter((face) => dataset.splits[face] === 0);
  if (training.length < faces.length) return training.map((face) => drop(face, 'duplicate-of-test'));
  const label = labelOf(dataset, training);
  const kept = training.find((face) => dataset.labels[face] === label);
  return training
    .filter((face) => face !== kept)
    .map((face) => {
      if (dataset.labels[face] !== label) return drop(face, 'conflicting-labels');
      const twin = training.some((other) => other !== face && isTwin(dataset, face, other));
      return drop(face, twin ? 'duplicate' : 'near-duplicate');
    });
}

function isTwin(dataset: FaceDataset, one: number, other: number): boolean {
  return Buffer.compare(faceAt(dataset, one), faceAt(dataset, other)) === 0;
}

/** The label that the copies should have; null on a tie. */
function labelOf({ labels, votes }: FaceDataset, faces: readonly number[]): number | null {
  const rank = (label: number): number => {
    const copies = faces.filter((face) => labels[face] === label).length;
    const voted = faces.reduce(
      (sum, face) => sum + (votes?.[face * FERPLUS_CLASSES.length + VOTE_COLUMNS[label]] ?? 0),
      0,
    );
    // At most ten votes per copy: they only break ties between equal numbers of copies.
    return copies + voted / (10 * faces.length + 1);
  };
  const ranked = [...new Set(faces.map((face) => labels[face]))].sort((a, b) => rank(b) - rank(a));
  return ranked.length > 1 && rank(ranked[0]) === rank(ranked[1]) ? null : ranked[0];
}
