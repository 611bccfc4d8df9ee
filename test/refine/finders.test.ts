import { describe, expect, it } from 'vitest';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, type FaceDataset, FERPLUS_CLASSES, faceAt } from '../../ml/data/dataset.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { findDuplicates } from '../../ml/refine/duplicates.ts';
import { findConstants, findDrawings, findNotFaces, findSuspects, findVotedLabels } from '../../ml/refine/finders.ts';
import { fitLogistic, probabilityOf } from '../../ml/refine/logistic.ts';
import { entriesOf, summaryOf } from '../../ml/refine/suspects.ts';
import { datasetOf, type Face } from '../data/helpers.ts';

const drawn = generateFaces({ count: 140, seed: 5 });
const noisy = (pixels: ArrayLike<number>, deviation: number, seed: number) => {
  const random = new Random(seed);
  return Uint8Array.from(pixels, (value) => Math.max(0, Math.min(255, Math.round(random.normal(value, deviation)))));
};
/** A training face with the pixels of a drawn one. */
const face = (number: number, change: Partial<Face> = {}): Face => ({
  label: 0,
  split: 0,
  pixels: faceAt(drawn, number),
  ...change,
});
const verdicts = (suspects: readonly { face: number; action: string; reason: string }[]) =>
  suspects.map(({ face: number, action, reason }) => `${number} ${action} ${reason}`);
const none: ReadonlySet<number> = new Set();

describe('findConstants', () => {
  it('finds blank images with and without noise, and no face', () => {
    const blank = (grey: number, deviation: number) =>
      face(0, { pixels: noisy(new Uint8Array(FACE_PIXELS).fill(grey), deviation, grey) });
    const dataset = datasetOf([face(1), blank(0, 0), blank(128, 0), face(2), blank(90, 3), blank(255, 4)]);
    const found = findConstants(dataset);
    expect(found.map((one) => one.face)).toEqual([1, 2, 4, 5]);
    expect(found[0].score).toBe(1);
    expect(found[3].score).toBeLessThan(found[0].score);
    expect(findConstants(drawn)).toEqual([]);
  });
});

describe('findDuplicates', () => {
  it('keeps one of several copies, and finds altered ones', () => {
    const dark = noisy(
      faceAt(drawn, 1).map((value) => 0.8 * value),
      2,
      1,
    );
    const dataset = datasetOf([face(1), face(2), face(1), face(3), face(1, { pixels: dark })]);
    expect(verdicts(findDuplicates(dataset, none))).toEqual(['2 drop duplicate', '4 drop near-duplicate']);
  });

  it('drops every training copy of a test face, and no test face', () => {
    const dataset = datasetOf([
      face(1),
      face(2),
      face(1),
      face(1, { split: 1 }),
      face(2, { split: 2 }),
      face(2, { split: 1 }),
    ]);
    expect(verdicts(findDuplicates(dataset, none))).toEqual([
      '0 drop duplicate-of-test',
      '1 drop duplicate-of-test',
      '2 drop duplicate-of-test',
    ]);
  });

  it('keeps the label of most copies, then of most votes; without either none', () => {
    const votes = (column: number) => FERPLUS_CLASSES.map((_, i) => (i === column ? 10 : 0));
    const [anger, sadness] = [FERPLUS_CLASSES.indexOf('anger'), FERPLUS_CLASSES.indexOf('sadness')];
    const most = datasetOf([face(1, { label: 4 }), face(1), face(1)]);
    expect(verdicts(findDuplicates(most, none))).toEqual(['0 drop conflicting-labels', '2 drop duplicate']);
    const tied = [face(1), face(1, { label: 4 })];
    expect(verdicts(findDuplicates(datasetOf(tied), none))).toEqual([
      '0 drop conflicting-labels',
      '1 drop conflicting-labels',
    ]);
    const voted = (column: number) => datasetOf(tied.map((one) => ({ ...one, votes: votes(column) })));
    expect(verdicts(findDuplicates(voted(sadness), none))).toEqual(['0 drop conflicting-labels']);
    expect(verdicts(findDuplicates(voted(anger), none))).toEqual(['1 drop conflicting-labels']);
  });

  it('agrees with a comparison of every pair', () => {
    const random = new Random(2);
    const faces = Array.from({ length: 120 }, () => face(random.integer(60), { label: 3 }));
    const first = new Map<string, number>();
    const later = faces.flatMap(({ pixels }, i) => {
      const key = Array.from(pixels).join();
      if (first.has(key)) return [i];
      first.set(key, i);
      return [];
    });
    const found = findDuplicates(datasetOf(faces), none).filter(({ reason }) => reason === 'duplicate');
    expect(found.map((one) => one.face)).toEqual(later);
  });
});

describe('the finders by votes', () => {
  const votes = (change: Readonly<Record<string, number | undefined>>) =>
    FERPLUS_CLASSES.map((name) => change[name] ?? 0);
  const dataset: FaceDataset = datasetOf(
    [
      { anger: 10 },
      { sadness: 10 },
      { sadness: 6, anger: 2, fear: 2 },
      { NF: 10 },
      { NF: 4, happiness: 6 },
      { sadness: 5, anger: 5 },
    ].map((one, i) => face(i, { votes: votes(one) })),
  );

  it('move what voters clearly contradict, and name what they doubt', () => {
    expect(verdicts(findVotedLabels(dataset))).toEqual([
      '1 move label-votes',
      '2 keep label-votes',
      '4 move label-votes',
    ]);
    expect(findVotedLabels(dataset).map(({ to, score }) => [to, score])).toEqual([
      [4, 1],
      [4, 0.7],
      [3, 0.8],
    ]);
  });

  it('drop what half of the voters called not a face', () => {
    expect(verdicts(findNotFaces(dataset))).toEqual(['3 drop not-a-face']);
  });

  it('say nothing without votes', () => {
    expect([...findNotFaces(drawn), ...findVotedLabels(drawn)]).toEqual([]);
  });
});

describe('findDrawings', () => {
  it('finds nearly all faces of the generator that it was not fitted on', () => {
    expect(findDrawings(drawn).length).toBeGreaterThan(0.9 * drawn.count);
  });

  it('finds line drawings and texts', () => {
    const line = new Uint8Array(FACE_PIXELS).fill(255);
    for (let i = 0; i < FACE_PIXELS; i++) {
      const [x, y] = [(i % 48) - 24, Math.floor(i / 48) - 24];
      const radius = Math.hypot(x, y);
      if (Math.abs(radius - 20) < 1.2 || Math.hypot(Math.abs(x) - 8, y + 6) < 2.5) line[i] = 0;
    }
    const text = Uint8Array.from({ length: FACE_PIXELS }, (_, i) => {
      const y = Math.floor(i / 48);
      return y % 8 < 3 && (i * 7919) % 5 < 2 ? 40 : 255;
    });
    const found = findDrawings(datasetOf([face(0, { pixels: line }), face(0, { pixels: text })]));
    expect(verdicts(found)).toEqual(['0 drop drawing', '1 drop drawing']);
  });
});

describe('fitLogistic', () => {
  const random = new Random(3);
  const rows = Array.from({ length: 200 }, () => Float64Array.from({ length: 3 }, () => random.normal(5, 2)));
  const positive = rows.map(([a, b]) => a - b + random.normal(0, 1) > 0);
  const RIDGE = 2;

  it('ends where the penalised likelihood has no slope', () => {
    const model = fitLogistic(rows, positive, RIDGE);
    const loss = (weights: number[], bias: number) =>
      rows.reduce((sum, row, i) => {
        const p = probabilityOf({ ...model, weights, bias }, row);
        return sum - Math.log(positive[i] ? p : 1 - p);
      }, 0) +
      (RIDGE / 2) * weights.reduce((sum, w) => sum + w * w, 0);
    const h = 1e-4;
    for (const i of model.weights.keys()) {
      const shifted = (by: number) => loss(model.weights.with(i, model.weights[i] + by), model.bias);
      expect((shifted(h) - shifted(-h)) / (2 * h)).toBeCloseTo(0, 4);
    }
    expect((loss(model.weights, model.bias + h) - loss(model.weights, model.bias - h)) / (2 * h)).toBeCloseTo(0, 4);
    expect(model.weights[0]).toBeGreaterThan(1);
    expect(Math.abs(model.weights[2])).toBeLessThan(0.5);
  });
});

describe('entriesOf', () => {
  const dataset = datasetOf([face(0, { label: 4 }), face(1), face(2, { split: 1 })]);

  it('has one entry for each training face: the action that goes furthest, then the first reason', () => {
    const base = { score: 1, to: null };
    const entries = entriesOf(dataset, [
      { ...base, face: 0, reason: 'label-votes', action: 'move', to: 3 },
      { ...base, face: 0, reason: 'duplicate', action: 'drop' },
      { ...base, face: 0, reason: 'not-a-face', action: 'drop' },
      { ...base, face: 1, reason: 'drawing', action: 'keep' },
      { ...base, face: 1, reason: 'label-votes', action: 'move', to: 3 },
      { ...base, face: 2, reason: 'constant', action: 'drop' },
    ]);
    expect(entries).toEqual([
      { row: 0, action: 'drop', from: 'Sad', to: null, reason: 'not-a-face', score: 1 },
      { row: 1, action: 'move', from: 'Angry', to: 'Happy', reason: 'label-votes', score: 1 },
    ]);
    expect(summaryOf(entries)).toEqual({
      'not-a-face': { drop: 1, move: 0, keep: 0 },
      'label-votes': { drop: 0, move: 1, keep: 0 },
    });
  });

  it('does not take drawn faces for drawings where they are the data', () => {
    expect(findSuspects(drawn, silent).filter(({ reason }) => reason === 'drawing')).toEqual([]);
  });
});
