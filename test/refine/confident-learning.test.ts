import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { estimateNoise, findUnlikelyLabels, labelMargins } from '../../ml/refine/confident-learning.ts';

/** Faces of known true class, some labelled wrongly, with the ideal probability of each label given the true class. */
function noisyLabels(classes: number, perClass: number, seed: number) {
  const random = new Random(seed);
  // Chance of label i for true class k: mostly its own.
  const noise = Array.from({ length: classes }, (_, k) => {
    const row = Array.from({ length: classes }, (_, i) => (i === k ? classes * 2 : random.uniform()));
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((value) => value / sum);
  });
  const truth = Uint8Array.from({ length: classes * perClass }, (_, i) => i % classes);
  const labels = truth.map((k) => {
    let left = random.uniform();
    return noise[k].findIndex((p, i) => {
      left -= p;
      return left < 0 || i === classes - 1;
    });
  });
  const probabilities = Float32Array.from([...truth].flatMap((k) => noise[k]));
  return { truth, labels, probabilities };
}

describe('estimateNoise', () => {
  it('counts a small case as by hand', () => {
    // Means of each class's own faces: class 0 (0.9 + 0.7 + 0.2) / 3 = 0.6, class 1 (0.8 + 0.6) / 2 = 0.7.
    const labels = Uint8Array.of(0, 0, 0, 1, 1);
    const own = [0.9, 0.7, 0.2, 0.2, 0.4];
    const probabilities = Float32Array.from(own.flatMap((p) => [p, 1 - p]));
    const { thresholds, joint } = estimateNoise(labels, probabilities);
    expect(thresholds[0]).toBeCloseTo(0.6, 6);
    expect(thresholds[1]).toBeCloseTo(0.7, 6);
    // The last face reaches neither mean, so that its class is told by the other.
    expect(joint.map((row) => Array.from(row))).toEqual([
      [2, 1],
      [0, 2],
    ]);
  });

  it('is exact where the probabilities are ideal (theorem 1 of the paper)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 1000 }), (classes, seed) => {
        const { truth, labels, probabilities } = noisyLabels(classes, 100, seed);
        const counts = Array.from({ length: classes }, () => new Float64Array(classes));
        for (const [i, label] of labels.entries()) counts[label][truth[i]]++;
        const { joint } = estimateNoise(labels, probabilities);
        for (const [label, row] of joint.entries())
          for (let k = 0; k < classes; k++) expect(row[k]).toBeCloseTo(counts[label][k], 6);
      }),
      { numRuns: 40 },
    );
  });

  it('has as many faces of each label as there are, also of a label without any', () => {
    const labels = Uint8Array.of(0, 0, 2);
    const { joint } = estimateNoise(labels, Float32Array.of(0.5, 0.4, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4));
    expect(joint.map((row) => row.reduce((a, b) => a + b, 0))).toEqual([2, 0, 1]);
  });
});

describe('findUnlikelyLabels', () => {
  it('moves every wrong label to its true class, and no other, where the probabilities are ideal', () => {
    const { truth, labels, probabilities } = noisyLabels(5, 200, 1);
    const faces = Uint32Array.from(labels.keys(), (i) => 10 * i);
    const moved = findUnlikelyLabels(faces, labels, probabilities).filter(({ action }) => action === 'move');
    const wrong = [...labels.keys()].filter((i) => labels[i] !== truth[i]);
    expect(moved.map(({ face, to }) => [face, to])).toEqual(wrong.map((i) => [10 * i, truth[i]]));
  });

  it('keeps what is doubtful beyond the estimate', () => {
    const labels = Uint8Array.of(0, 0, 0, 1, 1);
    const own = [0.9, 0.7, 0.45, 0.2, 0.1];
    const probabilities = Float32Array.from(own.flatMap((p) => [p, 1 - p]));
    const [doubt, ...more] = findUnlikelyLabels(Uint32Array.of(0, 1, 2, 3, 4), labels, probabilities);
    expect(doubt).toMatchObject({ face: 2, action: 'keep', to: 1, reason: 'label-folds' });
    expect(doubt.score).toBeCloseTo(0.55, 6);
    expect(more).toEqual([]);
  });
});

describe('labelMargins', () => {
  it('is the lead of the best other class, from 0 to 1', () => {
    const margins = labelMargins(Uint8Array.of(0, 2), Float32Array.of(1, 0, 0, 0.75, 0.25, 0));
    expect(margins).toEqual([
      { score: 0, to: 1 },
      { score: 0.875, to: 0 },
    ]);
  });
});
