import { describe, expect, it } from 'vitest';
import { OBSERVERS } from '../../ml/config/schema.ts';
import { Random } from '../../ml/core/random.ts';
import { Observation, rangeOf } from '../../ml/quantize/observers.ts';
import { activationParameters, quantize, type Range } from '../../ml/quantize/scheme.ts';

/** Normal numbers with a few far outliers: [2 images, 3 channels, 1000]. */
function values(seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: 6000 }, (_, i) => (i % 2000 === 7 ? 40 : random.normal()));
}

function observe(batches: readonly Float32Array[]): Observation {
  const seen = new Observation(3);
  for (const batch of batches) seen.seeExtremes(batch, 2);
  for (const batch of batches) seen.count(batch);
  return seen;
}

/** Measured by doing it. */
function squaredError(numbers: Float32Array, range: Range): number {
  const parameters = activationParameters(range, 'map');
  const integers = quantize(numbers, parameters);
  return numbers.reduce((sum, x, i) => sum + (parameters.scale * (integers[i] - parameters.zeroPoint) - x) ** 2, 0);
}

describe('observers', () => {
  const batches = [values(1), values(2)];
  const seen = observe(batches);
  const all = Float32Array.from([...batches[0], ...batches[1]]);

  it('minmax keeps everything', () => {
    expect(rangeOf(seen, 'minmax')).toEqual({ min: Math.min(...all), max: 40 });
  });

  it('movingAverage moves from the first extremes towards the later ones', () => {
    const { min } = rangeOf(seen, 'movingAverage');
    expect(min).toBeCloseTo(0.9 * Math.min(...batches[0]) + 0.1 * Math.min(...batches[1]), 5);
  });

  it('percentile leaves out 0.01 % on each side', () => {
    const uniform = Float32Array.from({ length: 60_000 }, (_, i) => ((i * 7919) % 60_000) / 60_000);
    const { min, max } = rangeOf(observe([uniform]), 'percentile');
    expect(Math.abs(min - 0.0001)).toBeLessThan(1 / 2048);
    expect(Math.abs(max - 0.9999)).toBeLessThan(1 / 2048);
  });

  it('mse has the least error of all, measured by quantizing the numbers', () => {
    const errors = Object.fromEntries(OBSERVERS.map((kind) => [kind, squaredError(all, rangeOf(seen, kind))]));
    for (const kind of OBSERVERS) expect(errors['mse']).toBeLessThanOrEqual(1.01 * errors[kind]);
  });

  it('mse cuts off outliers that are too few to pay for', () => {
    const dense = Float32Array.from({ length: 60_000 }, (_, i) => (i === 5 ? 100 : Math.sin(i)));
    expect(rangeOf(observe([dense]), 'mse').max).toBeLessThan(100);
  });

  it('knows the mean and the greatest number of each channel', () => {
    const seen = observe([Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)]);
    expect([...seen.channelMeans()]).toEqual([4.5, 6.5, 8.5]);
    expect([...seen.channelMax]).toEqual([8, 10, 12]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('does not lose sight of %f', (bad) => {
    const broken = values(3);
    broken[4321] = bad;
    const seen = observe([values(1), broken, values(2)]);
    expect(() => activationParameters(rangeOf(seen, 'mse'), 'stem')).toThrow(/stem/);
  });
});
