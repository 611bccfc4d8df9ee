import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import type { FaceDataset, Faces, PosedFaces } from '../../ml/data/dataset.ts';
import { measure } from '../../ml/evaluate/metrics.ts';
import { evaluatePosed, formatPosed, PosedEvaluationSchema } from '../../ml/evaluate/posed.ts';
import { actedBiasFor, biased, classShares, meanRecall, priorBias } from '../../ml/evaluate/prior.ts';

const positive = fc.double({ min: 0.01, max: 1, noNaN: true });
const weights = fc.array(positive, { minLength: 7, maxLength: 7 });
const normalized = (values: readonly number[]) => {
  const sum = values.reduce((a, b) => a + b);
  return values.map((value) => value / sum);
};

describe('the prior', () => {
  it('at τ = 1 gives what Bayes gives for classes that are equally common', () => {
    fc.assert(
      fc.property(weights, weights, (likelihoods, prior) => {
        const shares = normalized(prior);
        const learned = normalized(likelihoods.map((likelihood, k) => likelihood * shares[k]));
        const balanced = normalized(likelihoods);
        biased(Float32Array.from(learned), priorBias(shares), 1).forEach((p, k) => {
          expect(p).toBeCloseTo(balanced[k], 4);
        });
      }),
    );
  });

  it('is taken back in steps as in one', () => {
    fc.assert(
      fc.property(weights, weights, positive, positive, (values, prior, first, second) => {
        const shares = normalized(prior);
        const row = Float32Array.from(normalized(values));
        const bias = priorBias(shares);
        const twice = biased(biased(row, bias, first), bias, second);
        biased(row, bias, first + second).forEach((p, k) => {
          expect(twice[k]).toBeCloseTo(p, 5);
        });
      }),
    );
  });

  it('at strength 0 leaves answers as they are, also those of 8 bits, which sum to a little less than 1', () => {
    const row = Float32Array.of(0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0);
    expect(biased(row, priorBias(new Array(7).fill(0.1)), 0)).toEqual(row);
  });

  it('is how common the majorities of the training faces are', () => {
    expect([...classShares(voted())]).toEqual([1, 1, 1, 1, 1, 1, 2].map((count) => count / 3));
  });
});

describe('the bias for acted faces', () => {
  it('is for heads that learned votes; labels that say what was acted need none', () => {
    const row = Float32Array.of(0.2, 0.1, 0.2, 0.2, 0.1, 0.1, 0.1);
    for (const head of ['votes', 'majority', 'blended']) {
      const [angry, , , happy] = biased(row, actedBiasFor(head), 0.75);
      expect(angry).toBeGreaterThan(happy);
    }
    biased(row, actedBiasFor('original'), 0.75).forEach((p, k) => {
      expect(p).toBeCloseTo(row[k], 6);
    });
  });
});

describe('mean recall', () => {
  it('counts classes alike, however many faces they have', () => {
    const labels = [0, 0, 0, 0, 3];
    const metrics = measure(answers([0, 0, 0, 6, 3]), labels);
    const { share, interval95 } = meanRecall(metrics);
    expect(share).toBeCloseTo((3 / 4 + 1) / 2, 10);
    // By hand: p = 4/6 and 2/3 with n = 6 and 3.
    const deviation = Math.sqrt((4 / 6) * (2 / 6) * (1 / 6) + (2 / 3) * (1 / 3) * (1 / 3)) / 2;
    expect(interval95[0]).toBeCloseTo(share - 1.959964 * deviation, 5);
    expect(interval95[1]).toBe(1);
  });
});

/** Certain answers. */
const answers = (classes: readonly number[]) =>
  Float32Array.from(classes.flatMap((answer) => EMOTIONS.map((_, k) => (k === answer ? 1 : 0))));

/** Five faces with votes: three for training, two of PublicTest. */
function voted(): FaceDataset {
  const vote = (happy: number, neutral: number) => [neutral, happy, 0, 0, 0, 0, 0, 0, 0, 0];
  return {
    source: 'votes',
    count: 5,
    pixels: new Uint8Array(5 * 48 * 48),
    labels: Uint8Array.of(6, 6, 3, 6, 3),
    splits: Uint8Array.of(0, 0, 1, 1, 0),
    rows: Uint32Array.of(0, 1, 2, 3, 4),
    votes: Uint8Array.from([...vote(0, 10), ...vote(2, 8), ...vote(10, 0), ...vote(0, 10), ...vote(9, 0)]),
  };
}

/** Two people in two sessions, Neutral and Angry each; the pixels are the class. */
function posed(labels = [6, 0, 6, 0, 6, 0, 6, 0]): PosedFaces {
  const size = 96;
  return {
    source: 'posed',
    count: labels.length,
    size,
    pixels: Uint8Array.from({ length: labels.length * size ** 2 }, (_, i) => 10 * Math.floor(i / size ** 2)),
    labels: Uint8Array.from(labels),
    subjects: ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'],
    sessions: ['1', '1', '2', '2', '1', '1', '2', '2'],
  };
}

describe('an evaluation on posed faces', () => {
  const predictions = [{ split: 'PublicTest' as const, indices: Uint32Array.of(2, 3), probabilities: answers([3, 6]) }];

  it('shows the faces sharp and soft, and measures each', async () => {
    const seen: [number, number][] = [];
    const predict = async (faces: Faces) => {
      for (let i = 0; i < faces.count; i++) seen.push([faces.at(i).length, faces.at(i)[0]]);
      return answers(seen.length > 8 ? [6, 6, 6, 6, 6, 6, 6, 6] : [6, 0, 6, 0, 6, 0, 6, 6]);
    };
    const result = await evaluatePosed(posed(), predict, { dataset: voted(), predictions });
    expect(seen).toEqual([96, 48].flatMap((side) => [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [side ** 2, 10 * i])));
    expect(result.results.map(({ protocol, metrics }) => [protocol, metrics.accuracy])).toEqual([
      ['posed', 7 / 8],
      ['posed-soft', 1 / 2],
    ]);
    expect(result.people).toBe(2);
    expect(PosedEvaluationSchema.parse(result)).toEqual(result);
    expect(
      result.front
        ?.filter(({ strength }) => strength === 0)
        .map(({ votes, posed: { accuracy } }) => [votes.accuracy, accuracy]),
    ).toEqual([
      [1, 7 / 8],
      [1, 7 / 8],
    ]);
    expect(formatPosed(result)).toMatch(/posed +8 +87\.50 %.*\n.*posed-soft +8 +50\.00 %/);
  });

  it('measures with the bias for acted faces that the lens adds, and the front without it', async () => {
    const row = [0.4, 0.02, 0.02, 0.02, 0.02, 0.02, 0.5];
    const probabilities = Float32Array.from({ length: 8 * 7 }, (_, i) => row[i % 7]);
    const found = { dataset: voted(), predictions };
    const [natural, acted] = await Promise.all(
      [0, 1].map((strength) => evaluatePosed(posed(), async () => probabilities, { ...found, acted: strength })),
    );
    expect(natural.results[0].metrics.confusion[0][6]).toBe(4);
    expect(acted.results[0].metrics.confusion[0][0]).toBe(4);
    expect(acted.front).toEqual(natural.front);
  });

  it('finds a person whose resting face looks sad by the neutral face of the other session', async () => {
    // Every face of b seems half sad; b's anger is taken for sadness until that is known.
    const row = (angry: number, sad: number, neutral: number) => [angry, 0.001, 0.001, 0.001, sad, 0.001, neutral];
    const rows = [row(0.01, 0.01, 0.98), row(0.9, 0.01, 0.09), row(0.01, 0.01, 0.98), row(0.9, 0.01, 0.09)];
    const resting = [row(0.01, 0.4, 0.59), row(0.4, 0.5, 0.1), row(0.01, 0.4, 0.59), row(0.4, 0.5, 0.1)];
    const probabilities = Float32Array.from([...rows, ...resting].flat());
    const { calibration } = await evaluatePosed(posed(), async () => probabilities, {
      dataset: { ...voted(), votes: undefined } as unknown as FaceDataset,
      predictions,
    });
    const accuracies = new Map(
      calibration?.points.filter(({ acted }) => acted === 0).map(({ strength, accuracy }) => [strength, accuracy]),
    );
    expect(accuracies.get(0)).toBe(6 / 8);
    expect(accuracies.get(0.3)).toBe(1);
  });

  it('says so where there is no Neutral to calibrate with, and no votes that tell the prior', async () => {
    const { votes: _, ...unvoted } = voted();
    const result = await evaluatePosed(posed([0, 3, 0, 3, 0, 3, 0, 3]), async () => answers([0, 3, 0, 3, 0, 3, 0, 3]), {
      dataset: unvoted,
      predictions,
    });
    expect([result.front, result.calibration]).toEqual([null, null]);
    expect(formatPosed(result)).toMatch(/no front: it needs --votes[\s\S]*no person has a Neutral face/);
  });
});
