import { describe, expect, it } from 'vitest';
import { around, differenceOf, proportion, recallOf } from '../../ml/evaluate/estimate.ts';
import { measure } from '../../ml/evaluate/metrics.ts';

const of = (successes: number, trials: number) => proportion(Array.from({ length: trials }, (_, i) => i < successes));

describe('the difference of two proportions', () => {
  it.each([
    // Newcombe 1998, table II, method 10.
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [10, 10, 0, 20, 0.6791, 1],
    [0, 10, 0, 10, -0.2775, 0.2775],
  ])('of %i in %i and %i in %i has the published interval', (a, m, b, n, low, high) => {
    const { share, interval95 } = differenceOf(of(a, m), of(b, n));
    expect(share).toBeCloseTo(a / m - b / n, 12);
    expect(interval95[0]).toBeCloseTo(low, 4);
    expect(interval95[1]).toBeCloseTo(high, 4);
  });

  it('turns its sign with its order', () => {
    const [there, back] = [differenceOf(of(5, 20), of(3, 9)), differenceOf(of(3, 9), of(5, 20))];
    expect(back.share).toBeCloseTo(-there.share, 12);
    expect(back.interval95[0]).toBeCloseTo(-there.interval95[1], 12);
  });
});

describe('estimates', () => {
  it('of a mean are those of its independent parts', () => {
    // The mean of 1, 2, 3, 4: its standard error with n in place of n − 1 is √(1.25 / 4).
    const pulls = [1, 2, 3, 4].map((value) => (value - 2.5) / 4);
    expect(around(2.5, pulls).interval95[1]).toBeCloseTo(2.5 + 1.959964 * Math.sqrt(1.25 / 4), 6);
  });

  it('are refused of nothing, and are null for a class without faces', () => {
    expect(() => proportion([])).toThrow(RangeError);
    const certain = Float32Array.from({ length: 14 }, (_, i) => Number(i === 3 || i === 7 + 6));
    const metrics = measure(certain, [3, 3]);
    expect(recallOf(metrics, 0)).toBeNull();
    expect(recallOf(metrics, 3)).toEqual(of(1, 2));
  });
});
