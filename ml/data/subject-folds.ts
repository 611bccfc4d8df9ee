import { UserError } from '../core/errors.ts';

/** Something that a subject was recorded at. */
export interface Recording {
  readonly subject: number;
  readonly label: number;
}

/**
 * Divides subjects into folds, none in two of them, so that each fold has about its share of the recordings of each
 * class: subjects with the most recordings first, each goes where the shares of the classes then lie closest together
 * over the folds (as in scikit-learn's StratifiedGroupKFold); ties go to the smaller fold. Depends only on the set of
 * recordings, not on their order or on chance.
 * @returns the fold 0..folds − 1 of each subject.
 * @throws UserError if there are fewer subjects than folds.
 */
export function subjectFolds(recordings: readonly Recording[], folds: number): Map<number, number> {
  const labels = [...new Set(recordings.map(({ label }) => label))].sort((a, b) => a - b);
  const totals = labels.map((label) => recordings.filter((recording) => recording.label === label).length);
  const counts = new Map<number, number[]>();
  for (const { subject, label } of recordings) {
    const own = counts.get(subject) ?? labels.map(() => 0);
    own[labels.indexOf(label)] += 1;
    counts.set(subject, own);
  }
  if (counts.size < folds)
    throw new UserError(
      `data.folds is ${folds}, but there are only ${counts.size} subjects; expected at most ${counts.size} folds`,
    );

  const filled = Array.from({ length: folds }, () => labels.map(() => 0));
  const result = new Map<number, number>();
  const order = [...counts].sort(([a, own], [b, other]) => sum(other) - sum(own) || a - b);
  for (const [i, [subject, own]] of order.entries()) {
    const empty = filled.flatMap((fold, k) => (sum(fold) === 0 ? [k] : []));
    // The last subjects go to folds that have none, if it must be.
    const open = empty.length >= order.length - i ? empty : [...filled.keys()];
    const spread = (at: number) =>
      sum(labels.map((_, l) => deviation(filled.map((fold, k) => (fold[l] + (k === at ? own[l] : 0)) / totals[l]))));
    const scored = open.map((k) => ({ k, spread: spread(k), size: sum(filled[k]) }));
    const best = scored.reduce((a, b) => {
      const difference = b.spread - a.spread;
      // Sums of other orders differ in their last bits.
      return difference < -1e-12 || (difference < 1e-12 && b.size < a.size) ? b : a;
    });
    result.set(subject, best.k);
    for (const [l, count] of own.entries()) filled[best.k][l] += count;
  }
  return result;
}

function deviation(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
