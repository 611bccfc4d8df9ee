import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProbabilities } from '../../lens/Assets/EmotionDetector/ModelOutput.ts';
import { distribution, sure } from './distributions.ts';

describe('the output of the model', () => {
  it('is taken over as it is if it is a distribution', () => {
    fc.assert(
      fc.property(distribution, (output) => {
        const read = new Float32Array(7);
        expect(readProbabilities(output, read)).toBeUndefined();
        read.forEach((value, i) => {
          expect(value).toBeCloseTo(output[i], 5);
        });
      }),
    );
  });

  it('may be rounded to 1/256, as an 8-bit softmax gives it', () => {
    fc.assert(
      fc.property(distribution, (exact) => {
        const read = new Float32Array(7);
        expect(
          readProbabilities(
            exact.map((value) => Math.round(256 * value) / 256),
            read,
          ),
        ).toBeUndefined();
        expect(read.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      }),
    );
  });

  it.each([
    ['too few values', Float32Array.of(0.5, 0.5), 'gives 2 values instead of 7'],
    ['no values', new Float32Array(), 'gives 0 values instead of 7'],
    ['NaN', sure(3).fill(Number.NaN, 2, 3), 'gives values that are no numbers'],
    ['infinity', sure(3).fill(Number.POSITIVE_INFINITY, 2, 3), 'gives values that are no numbers'],
    ['logits', Float32Array.of(2, -1, 0.5, 0.1, -0.3, 0.2, -0.5), 'gives no probabilities (they must sum to 1)'],
    ['zeros', new Float32Array(7), 'gives no probabilities (they must sum to 1)'],
    ['raw bytes', Float32Array.of(3, 2, 1, 240, 4, 3, 3), 'gives no probabilities (they must sum to 1)'],
  ])('is refused if it is %s, and nothing is copied', (_, output, fault) => {
    const read = sure(4);
    expect(readProbabilities(output, read)).toBe(fault);
    expect(read).toEqual(sure(4));
  });
});
