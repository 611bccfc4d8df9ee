import type { ObserverKind } from '../config/schema.ts';
import { INT8_STEPS, type Range } from './scheme.ts';

/** Bins of a histogram; the error of a cut is known to one of them. */
const BINS = 2048;
/** Weight of what was seen before, in the moving average over batches. */
const AVERAGE_DECAY = 0.9;
/** Share of the numbers that the percentile observer keeps on each side. */
const PERCENTILE = 0.9999;
/** Cuts tried on each side by the observer of least squared error, as shares of the side. */
const CUTS = Array.from({ length: 71 }, (_, i) => 1 - i / 100);

/** What was seen of an activation: first its extremes and its channels, then, in a second pass, how its numbers spread. */
export class Observation {
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** Moving average over the batches of their extremes. */
  averageMin = 0;
  averageMax = 0;
  /** Counts in equal bins from `min` to `max`. */
  readonly bins = new Float64Array(BINS);
  /** Greatest number of each channel, [C]. */
  readonly channelMax: Float64Array;
  readonly #channelSums: Float64Array;
  #batches = 0;
  #perChannel = 0;

  constructor(readonly channels: number) {
    this.channelMax = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.#channelSums = new Float64Array(channels);
  }

  /** Mean of each channel, [C]. */
  channelMeans(): Float64Array {
    return this.#channelSums.map((sum) => sum / this.#perChannel);
  }

  /**
   * First pass.
   * @param values [n, C, H, W].
   */
  seeExtremes(values: Float32Array, images: number): void {
    const area = values.length / images / this.channels;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let plane = 0; plane < images * this.channels; plane++) {
      let sum = 0;
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      for (let i = plane * area; i < (plane + 1) * area; i++) {
        const value = values[i];
        sum += value;
        if (value < least) least = value;
        if (value > most) most = value;
      }
      const channel = plane % this.channels;
      this.#channelSums[channel] += sum;
      this.channelMax[channel] = Math.max(this.channelMax[channel], most);
      // A sum does not lose NaN and infinity, comparisons do.
      low = Math.min(low, Number.isFinite(sum) ? least : Number.NaN);
      high = Math.max(high, Number.isFinite(sum) ? most : Number.NaN);
    }
    const decay = this.#batches === 0 ? 0 : AVERAGE_DECAY;
    this.min = Math.min(this.min, low);
    this.max = Math.max(this.max, high);
    this.averageMin = decay * this.averageMin + (1 - decay) * low;
    this.averageMax = decay * this.averageMax + (1 - decay) * high;
    this.#batches += 1;
    this.#perChannel += images * area;
  }

  /** Second pass. */
  count(values: Float32Array): void {
    const perUnit = BINS / (this.max - this.min);
    if (!Number.isFinite(perUnit)) return;
    for (const value of values) this.bins[Math.min(BINS - 1, Math.floor((value - this.min) * perUnit))] += 1;
  }
}

/**
 * The range to quantize an activation with.
 * - `minmax`: everything that was seen.
 * - `movingAverage`: the moving average over batches of their extremes.
 * - `percentile`: all but the outermost 0.01 % on each side.
 * - `mse`: the cut with the least squared error of rounding and clipping together.
 */
export function rangeOf(seen: Observation, kind: ObserverKind): Range {
  const { min, max, averageMin, averageMax, bins } = seen;
  const all = { min, max };
  if (kind === 'minmax' || !(max > min)) return all;
  if (kind === 'movingAverage') return { min: averageMin, max: averageMax };
  return kind === 'percentile' ? percentileRange(all, bins) : leastErrorRange(all, bins);
}

function percentileRange({ min, max }: Range, bins: Float64Array): Range {
  const cut = (1 - PERCENTILE) * bins.reduce((sum, count) => sum + count, 0);
  const width = (max - min) / BINS;
  const outer = (order: Float64Array) => {
    let passed = 0;
    return order.findIndex((count) => {
      passed += count;
      return passed > cut;
    });
  };
  return { min: min + outer(bins) * width, max: max - outer(bins.toReversed()) * width };
}

/** One side after the other: its best cut does not depend much on the other's. */
function leastErrorRange(all: Range, bins: Float64Array): Range {
  const best = (make: (cut: number) => Range): Range => {
    const tried = CUTS.map(make).map((range) => ({ range, error: squaredError(range, all, bins) }));
    return tried.reduce((a, b) => (b.error < a.error ? b : a)).range;
  };
  const upper = best((cut) => ({ min: all.min, max: Math.max(all.max * cut, all.min) }));
  return all.min >= 0 ? upper : best((cut) => ({ min: all.min * cut, max: upper.max }));
}

/** Rounding adds step²/12 to each number inside, clipping the squared distance to each outside (a bin's centre stands for it). */
function squaredError(range: Range, { min, max }: Range, bins: Float64Array): number {
  const width = (max - min) / bins.length;
  const step = (Math.max(0, range.max) - Math.min(0, range.min)) / INT8_STEPS;
  let error = 0;
  for (const [i, count] of bins.entries()) {
    const x = min + (i + 0.5) * width;
    const beyond = Math.max(range.min - x, x - range.max, 0);
    error += count * (beyond > 0 ? beyond ** 2 : step ** 2 / 12);
  }
  return error;
}
