import { describe, expect, it } from 'vitest';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { agreementOf, disagreements, pairedDifference } from '../../ml/evaluate/comparison.ts';

const dataset = generateFaces({ count: 70, seed: 1 });
const indices = Uint32Array.of(3, 10, 20);
const a = Float32Array.from([0.5, 0.3, 0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.6, 0.4, 0, 0, 0, 1, 0, 0, 0]);
const b = Float32Array.from([0.3, 0.5, 0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.3, 0.7, 0, 0, 0, 1, 0, 0, 0]);

describe('two models', () => {
  it('are compared face by face', () => {
    const agreement = agreementOf(a, b, 3);
    expect(agreement.faces).toBe(3);
    expect(agreement.top1).toBeCloseTo(1 / 3);
    expect(agreement.largest).toBeCloseTo(0.3);
    expect(agreement.mean).toBeCloseTo(1 / 21);
  });

  it('disagree on faces that are shown with both answers, the surest first', () => {
    const predictions = (probabilities: Float32Array) => ({ split: 'PublicTest' as const, indices, probabilities });
    const found = disagreements(dataset, predictions(a), predictions(b), 10);
    expect(found).toMatchObject({ split: 'PublicTest', faces: 3, count: 2 });
    expect(found.tiles.map(({ caption }) => caption)).toEqual(['Surprise | Neutral', 'Angry | Disgust']);
    expect(found.tiles[0].pixels).toEqual(dataset.pixels.subarray(10 * 48 * 48, 11 * 48 * 48));
    expect(disagreements(dataset, predictions(a), predictions(b), 1).tiles).toHaveLength(1);
    expect(disagreements(dataset, predictions(a), predictions(a), 10)).toMatchObject({ count: 0, tiles: [] });
  });
});

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
