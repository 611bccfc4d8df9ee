import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());

describe('random numbers', () => {
  it('are the same for the same seeds, and others when any seed changes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (a, b, c) => {
        expect(draw(new Random(a, b, c), 4)).toEqual(draw(new Random(a, b, c), 4));
        for (const other of [
          new Random(a + 1, b, c),
          new Random(a, b + 1, c),
          new Random(a, b, c + 1),
          new Random(a, b),
        ]) {
          expect(draw(other, 4)).not.toEqual(draw(new Random(a, b, c), 4));
        }
      }),
    );
  });

  it('are uniform by a χ² test, also across neighbouring seeds', () => {
    const chiSquare = (numbers: number[]) => {
      const bins = new Array(64).fill(0);
      for (const number of numbers) bins[Math.floor((number / 2 ** 32) * 64)] += 1;
      const expected = numbers.length / 64;
      return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    };
    // 63 degrees of freedom: 99.9 % of all uniform samples lie below 103.4.
    expect(chiSquare(draw(new Random(1), 20_000))).toBeLessThan(103.4);
    expect(chiSquare(Array.from({ length: 20_000 }, (_, seed) => new Random(7, seed).uint32()))).toBeLessThan(103.4);
  });

  it('are normal with the mean and deviation asked for', () => {
    const random = new Random(3);
    const values = Array.from({ length: 20_000 }, () => random.normal(5, 2));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    const within = values.filter((value) => Math.abs(value - 5) < 2).length / values.length;
    expect(mean).toBeCloseTo(5, 1);
    expect(deviation).toBeCloseTo(2, 1);
    expect(within).toBeCloseTo(0.6827, 1.5);
  });

  it('are beta with the mean and variance asked for', () => {
    for (const alpha of [0.2, 1, 2]) {
      const random = new Random(4);
      const drawn = Array.from({ length: 20_000 }, () => random.beta(alpha));
      const mean = drawn.reduce((a, b) => a + b) / drawn.length;
      const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
      expect(mean).toBeCloseTo(0.5, 1.7);
      expect(variance / (1 / (4 * (2 * alpha + 1)))).toBeCloseTo(1, 1.3);
    }
  });

  it('shuffle without losing or inventing anything, every order as likely', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        expect(new Random(seed).shuffle([...items]).sort()).toEqual([...items].sort());
      }),
    );
    const orders = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = new Random(seed).shuffle([1, 2, 3]).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
