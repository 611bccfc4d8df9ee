import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { protocolLabels, targetsFor } from '../../ml/data/labels.ts';
import { datasetOf } from './helpers.ts';

/** neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown, NF */
type Votes = [number, number, number, number, number, number, number, number, number, number];
const faceWith = (votes: readonly number[], label = 0) => ({ label, split: 0, pixels: [], votes });
const datasetWith = (...votes: readonly Votes[]) => datasetOf(votes.map((one) => faceWith(one)));

describe('targetsFor and protocolLabels', () => {
  it('takes the original labels as they are', () => {
    const dataset = datasetOf([0, 6, 3].map((label) => ({ label, split: 0, pixels: [] })));
    const { probabilities, usable } = targetsFor('original', dataset);
    expect(Array.from(probabilities)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
    expect(Array.from(usable)).toEqual([1, 1, 1]);
    expect(Array.from(protocolLabels('raw', dataset).labels)).toEqual([0, 6, 3]);
  });

  it.each<[string, Votes, number]>([
    ['neutral', [10, 0, 0, 0, 0, 0, 0, 0, 0, 0], 6],
    ['happiness', [0, 10, 0, 0, 0, 0, 0, 0, 0, 0], 3],
    ['surprise', [0, 0, 10, 0, 0, 0, 0, 0, 0, 0], 5],
    ['sadness', [0, 0, 0, 10, 0, 0, 0, 0, 0, 0], 4],
    ['anger', [0, 0, 0, 0, 10, 0, 0, 0, 0, 0], 0],
    ['disgust', [0, 0, 0, 0, 0, 10, 0, 0, 0, 0], 1],
    ['fear', [0, 0, 0, 0, 0, 0, 10, 0, 0, 0], 2],
    ['contempt, which is no emotion of the model', [0, 0, 0, 0, 0, 0, 0, 10, 0, 0], -1],
    ['unknown', [0, 0, 0, 0, 0, 0, 0, 0, 10, 0], -1],
    ['NF', [0, 0, 0, 0, 0, 0, 0, 0, 0, 10], -1],
    ['half of the votes, which is not more than half', [5, 5, 0, 0, 0, 0, 0, 0, 0, 0], -1],
    ['half of the votes until single votes are left out', [5, 1, 1, 1, 1, 0, 0, 0, 1, 0], 6],
    ['the top against contempt', [4, 0, 0, 0, 0, 0, 0, 6, 0, 0], -1],
    ['less than half because of unknown', [5, 0, 0, 2, 0, 0, 0, 0, 3, 0], -1],
    ['single votes alone', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], -1],
  ])('finds the majority of votes for %s', (_, votes, label) => {
    const dataset = datasetWith(votes);
    expect(Array.from(protocolLabels('ferplus-majority', dataset).labels)).toEqual([label]);
    const { probabilities, usable } = targetsFor('majority', dataset);
    expect(usable[0]).toBe(label < 0 ? 0 : 1);
    expect(Array.from(probabilities)).toEqual(EMOTIONS.map((_, i) => Number(i === label)));
  });

  it('turns votes into shares of the seven emotions', () => {
    const dataset = datasetWith(
      [4, 0, 0, 2, 0, 0, 1, 2, 1, 0],
      [1, 1, 0, 0, 0, 0, 0, 8, 0, 0],
      [0, 0, 2, 2, 2, 2, 0, 0, 2, 0],
    );
    const { probabilities, usable } = targetsFor('votes', dataset);
    expect(Array.from(usable)).toEqual([1, 0, 1]);
    const third = Math.fround(1 / 3);
    expect(Array.from(probabilities)).toEqual([
      ...[0, 0, 0, 0, third, 0, Math.fround(2 / 3)],
      ...[0, 0, 0, 0, 0, 0, 0],
      ...[0.25, 0.25, 0, 0, 0.25, 0.25, 0],
    ]);
  });

  it('blends votes and original labels, for faces that have votes', () => {
    const dataset = datasetOf([
      faceWith([4, 0, 0, 2, 0, 0, 0, 2, 0, 0], 4),
      faceWith([0, 0, 0, 0, 0, 0, 0, 0, 0, 10], 4),
    ]);
    const { probabilities, usable } = targetsFor('blended', dataset, 0.25);
    expect(Array.from(usable)).toEqual([1, 0]);
    [0, 0, 0, 0, 0.5, 0, 0.5].forEach((p, k) => {
      expect(probabilities[k]).toBeCloseTo(p, 6);
    });
    expect(Array.from(probabilities.subarray(7))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('gives distributions, and majorities only where the votes agree with them', () => {
    const votes = fc.array(fc.nat(10), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(votes, { minLength: 1, maxLength: 8 }), (all) => {
        const dataset = datasetOf(all.map((one) => faceWith(one)));
        const soft = targetsFor('votes', dataset);
        protocolLabels('ferplus-majority', dataset).labels.forEach((label, face) => {
          const shares = Array.from(soft.probabilities.subarray(face * 7, face * 7 + 7));
          expect(shares.reduce((a, b) => a + b)).toBeCloseTo(soft.usable[face], 6);
          if (label >= 0) expect(shares[label]).toBeGreaterThan(0.5);
        });
      }),
    );
  });

  it('asks for --votes where FER+ is needed and absent', () => {
    const dataset = datasetOf([{ label: 0, split: 0, pixels: [] }]);
    for (const ask of [
      () => targetsFor('votes', dataset),
      () => targetsFor('majority', dataset),
      () => protocolLabels('ferplus-majority', dataset),
    ]) {
      expect(ask).toThrow(UserError);
      expect(ask).toThrow('pass --votes');
    }
  });
});
