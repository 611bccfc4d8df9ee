import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../ml/evaluate/paired.ts';

/** Answers with so many faces that both, the first alone, the second alone and neither named. */
function answers(both: number, first: number, second: number, neither: number) {
  const row = (flags: readonly [number, boolean][]) => flags.flatMap(([count, right]) => new Array(count).fill(right));
  return [
    row([
      [both, true],
      [first, true],
      [second, false],
      [neither, false],
    ]),
    row([
      [both, true],
      [first, false],
      [second, true],
      [neither, false],
    ]),
  ] as const;
}

describe('the difference of two models on the same faces', () => {
  it("is Agresti's for his ratings of the prime minister", () => {
    // Table 10.1 of Agresti 2002: 794 and 570 approved both times or never, 150 the first time alone, 86 the second.
    const { difference, interval95 } = pairedDifference(...answers(794, 150, 86, 570));
    expect(difference).toBeCloseTo(0.04, 4);
    expect(interval95[0]).toBeCloseTo(0.02135, 3);
    expect(interval95[1]).toBeCloseTo(0.05865, 3);
  });

  it('is none between a model and itself', () => {
    const [right] = answers(5, 2, 0, 1);
    expect(pairedDifference(right, right)).toEqual({ difference: 0, interval95: [0, 0] });
  });

  it('needs the same faces', () => {
    expect(() => pairedDifference([true], [true, false])).toThrow(RangeError);
    expect(() => pairedDifference([], [])).toThrow(RangeError);
  });
});
