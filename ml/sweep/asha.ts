import type { Metric, SweepSpec } from './spec.ts';
import { METRICS } from './spec.ts';

/** A stretch of a trial's training, after which it is judged. */
export interface Stage {
  /** Number of the trial. */
  readonly number: number;
  /** From 0. */
  readonly rung: number;
}

/** A stage that was judged. */
export interface Judged extends Stage {
  readonly score: number;
}

/**
 * Epochs after which the trials of each rung are judged: r, r·η, r·η², … and at last all epochs of the training. Without
 * ASHA that is the only rung.
 */
export function rungsOf({ asha }: Pick<SweepSpec, 'asha'>, epochs: number): number[] {
  const rungs: number[] = [];
  if (asha) for (let rung = asha.minEpochs; rung < epochs; rung *= asha.eta) rungs.push(rung);
  return [...rungs, epochs];
}

/**
 * The stages that may begin now, for all that is judged so far, of Algorithm 2 in Li et al., "A System for Massively Parallel
 * Hyperparameter Tuning", 2018: of each rung the best 1/η go on to the next one. Every stage that any subset of the
 * judged ones lets begin stays allowed, so several workers may ask at the same time and begin all that they are told.
 *
 * With `synchronous` a rung promotes only when all of its trials are judged (successive halving), and then the promotions
 * do not depend on the order in which trials ended.
 * @param judged each stage once.
 */
export function promotions(
  judged: readonly Judged[],
  { asha, metric, trials, rungs, aside = new Set() }: Promotion,
): Stage[] {
  if (!asha) return [];
  const promoted: Stage[] = [];
  // Who belongs to the rung, as far as is known, and whether nobody can join any more.
  let members: readonly number[] = Array.from({ length: trials }, (_, number) => number);
  let closed = true;
  for (let rung = 0; rung + 1 < rungs; rung++) {
    const ranked = ranking(
      judged.filter((stage) => stage.rung === rung),
      metric,
    );
    const scored = new Set(ranked.map(({ number }) => number));
    const whole: boolean = closed && members.every((number) => scored.has(number) || aside.has(number));
    const count = Math.floor(ranked.length / asha.eta);
    // The best of a whole rung goes on even where the rung is smaller than η.
    const most = whole ? Math.max(1, count) : asha.synchronous ? 0 : count;
    members = ranked.slice(0, most).map(({ number }) => number);
    closed = whole;
    promoted.push(...members.map((number) => ({ number, rung: rung + 1 })));
  }
  return promoted;
}

export interface Promotion extends Pick<SweepSpec, 'asha'> {
  readonly metric: Metric;
  /** How many there are. */
  readonly trials: number;
  /** How many there are. */
  readonly rungs: number;
  /** Trials that will never be judged again. */
  readonly aside?: ReadonlySet<number>;
}

/** The best first; of equals the one with the lower number. */
export function ranking<J extends { readonly number: number; readonly score: number }>(
  judged: readonly J[],
  metric: Metric,
): J[] {
  const sign = METRICS[metric] === 'larger' ? -1 : 1;
  return [...judged].sort((a, b) => sign * (a.score - b.score) || a.number - b.number);
}
