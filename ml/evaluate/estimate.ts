import { type Metrics, wilsonInterval95, Z95 } from './metrics.ts';

/** A share 0..1, or a difference of two −1..1, with its 95 % interval. */
export interface Estimate {
  readonly share: number;
  readonly interval95: readonly [low: number, high: number];
}

/**
 * A proportion with Wilson's interval.
 * @throws RangeError if there is nothing to count.
 */
export function proportion(answers: readonly boolean[]): Estimate {
  if (answers.length === 0) throw new RangeError('there is no face to measure');
  const count = answers.filter(Boolean).length;
  return { share: count / answers.length, interval95: wilsonInterval95(count, answers.length) };
}

/** The accuracy of a measurement. */
export const accuracyOf = ({ accuracy, accuracyInterval95 }: Metrics): Estimate => ({
  share: accuracy,
  interval95: accuracyInterval95,
});

/** The recall of a class with Wilson's interval; null if it has no face. */
export function recallOf({ confusion, perClass }: Metrics, label: number): Estimate | null {
  const { recall, support } = perClass[label];
  return recall === null ? null : { share: recall, interval95: wilsonInterval95(confusion[label][label], support) };
}

/**
 * An estimate with an interval by the normal approximation.
 * @param pulls by how much each independent observation moves the estimate: their squares sum to its variance.
 */
export function around(share: number, pulls: readonly number[]): Estimate {
  const half = Z95 * Math.sqrt(pulls.reduce((sum, pull) => sum + pull * pull, 0));
  return { share, interval95: [share - half, share + half] };
}

/**
 * The difference of two estimates on different faces, its interval from their own (MOVER: Zou and Donner 2008; of Wilson's
 * intervals it is method 10 of Newcombe 1998, "Interval estimation for the difference between independent proportions").
 */
export function differenceOf(a: Estimate, b: Estimate): Estimate {
  const share = a.share - b.share;
  const below = Math.hypot(a.share - a.interval95[0], b.interval95[1] - b.share);
  const above = Math.hypot(a.interval95[1] - a.share, b.share - b.interval95[0]);
  return { share, interval95: [share - below, share + above] };
}
