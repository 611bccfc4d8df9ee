import { describe, expect, it } from 'vitest';
import { crossValidation } from '../../ml/evaluate/cross-validation.ts';

const CLASSES = 8;
/** Answers these classes with certainty, the labels being those of the other list. */
const fold = (number: number, answers: readonly number[], labels: readonly number[]) => ({
  fold: number,
  subjects: 2,
  trainingFaces: 10,
  labels: [...labels],
  probabilities: answers.flatMap((answer) => Array.from({ length: CLASSES }, (_, k) => Number(k === answer))),
});

describe('crossValidation', () => {
  const result = crossValidation([fold(0, [0, 7, 6, 0], [0, 7, 0, 0]), fold(1, [0, 7], [0, 7])], CLASSES);

  it('gives the mean over the folds and the sample deviation', () => {
    expect(result.folds.map(({ accuracy }) => accuracy)).toEqual([3 / 4, 1]);
    expect(result.accuracy.mean).toBe(0.875);
    expect(result.accuracy.sd).toBeCloseTo(0.25 / Math.SQRT2, 12);
  });

  it('restricts answers to the classes that occur in any fold', () => {
    // Of the two that occur the answer 6 has left nothing, and the first of equals is right.
    expect(result.restrictedAccuracy).toEqual({ mean: 1, sd: 0 });
  });

  it('counts every face once over all folds', () => {
    expect([result.pooled.count, result.pooled.accuracy]).toEqual([6, 5 / 6]);
    expect(result.pooled.confusion[0]).toEqual([3, 0, 0, 0, 0, 0, 1, 0]);
    expect(result.pooled.confusion[7][7]).toBe(2);
  });
});
