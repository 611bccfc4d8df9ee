import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { type FaceDataset, faceAt, indicesOf, SPLITS } from '../../ml/data/dataset.ts';
import { findFlaws } from '../../ml/data/flaws.ts';
import { drawExpression } from '../../ml/data/synthetic/expressions.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';

const CLASSES = EMOTIONS.length;

/** Mean-free blurred picture at 16×16: enough to tell a smile from a frown, not one person from another. */
function features(dataset: FaceDataset, index: number): Float64Array {
  const face = faceAt(dataset, index);
  const small = new Float64Array(256);
  face.forEach((value, p) => {
    small[Math.floor(p / 144) * 16 + Math.floor((p % 48) / 3)] += value / 9;
  });
  const mean = small.reduce((a, b) => a + b, 0) / 256;
  const deviation = Math.sqrt(small.reduce((a, b) => a + (b - mean) ** 2, 0) / 256);
  return small.map((value) => (value - mean) / deviation);
}

/** Multinomial logistic regression by plain gradient steps, one face at a time. */
function learn(dataset: FaceDataset, faces: Uint32Array): (x: Float64Array) => number {
  const weights = Array.from({ length: CLASSES }, () => new Float64Array(256));
  const scores = (x: Float64Array) => weights.map((row) => row.reduce((sum, w, i) => sum + w * x[i], 0));
  const random = new Random(1);
  for (let epoch = 0; epoch < 12; epoch++) {
    for (const face of random.shuffle(Array.from(faces))) {
      const x = features(dataset, face);
      const logits = scores(x);
      const most = Math.max(...logits);
      const exponents = logits.map((logit) => Math.exp(logit - most));
      const sum = exponents.reduce((a, b) => a + b, 0);
      weights.forEach((row, k) => {
        const error = exponents[k] / sum - (dataset.labels[face] === k ? 1 : 0);
        for (let i = 0; i < 256; i++) row[i] -= 0.004 * error * x[i];
      });
    }
  }
  return (x) => {
    const logits = scores(x);
    return logits.indexOf(Math.max(...logits));
  };
}

describe('drawn faces', () => {
  const dataset = generateFaces({ count: 1400, seed: 5 });

  it('are the same for the same seed, whatever their number, and others for another', () => {
    const fewer = generateFaces({ count: 50, seed: 5 });
    expect(fewer.pixels).toEqual(dataset.pixels.subarray(0, fewer.pixels.length));
    const others = generateFaces({ count: 50, seed: 6 });
    for (let i = 0; i < 50; i++) expect(faceAt(others, i)).not.toEqual(faceAt(fewer, i));
  });

  it('are balanced over classes and split 80 : 10 : 10 within each', () => {
    for (const [split, share] of [0.8, 0.1, 0.1].entries()) {
      const counts = new Array(CLASSES).fill(0);
      for (const face of indicesOf(dataset, SPLITS[split])) counts[dataset.labels[face]] += 1;
      expect(counts).toEqual(new Array(CLASSES).fill(200 * share));
    }
  });

  it('are no two alike, and none is blank', () => {
    expect(new Set(Array.from({ length: dataset.count }, (_, i) => faceAt(dataset, i).join())).size).toBe(
      dataset.count,
    );
    expect(findFlaws(dataset)).toMatchObject({ duplicates: new Uint32Array(), constants: new Uint32Array() });
    for (let i = 0; i < dataset.count; i++) {
      const face = faceAt(dataset, i);
      expect(Math.max(...face) - Math.min(...face)).toBeGreaterThan(40);
    }
  });

  it('can be told apart by a linear classifier far better than by chance, but not perfectly', () => {
    const classify = learn(dataset, indicesOf(dataset, 'Training'));
    const tested = [...indicesOf(dataset, 'PublicTest'), ...indicesOf(dataset, 'PrivateTest')];
    const right = tested.filter((face) => classify(features(dataset, face)) === dataset.labels[face]).length;
    expect(right / tested.length).toBeGreaterThan(0.35);
    expect(right / tested.length).toBeLessThan(0.97);
  });
});

describe('expressions', () => {
  it('move every unit by no less than nothing, and the ones of their emotion the most', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...EMOTIONS), (seed, emotion) => {
        const expression = drawExpression(emotion, new Random(seed));
        for (const level of Object.values(expression)) expect(level).toBeGreaterThanOrEqual(0);
        if (emotion === 'Happy') expect(expression.cornerPull).toBeGreaterThan(expression.cornerDepress);
        if (emotion === 'Sad') expect(expression.cornerDepress).toBeGreaterThan(expression.cornerPull);
        if (emotion === 'Surprise') expect(expression.jawDrop).toBeGreaterThan(expression.lipTighten);
      }),
    );
  });
});
