import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predictionAt } from '../../ml/core/emotions.ts';
import { type Metrics, MetricsSchema, measure, restrictTo, wilsonInterval95 } from '../../ml/evaluate/metrics.ts';

/** Probabilities [n, 7] with one class at a confidence and the rest shared by the others. */
function answers(rows: readonly (readonly [label: number, confidence: number])[]): Float32Array {
  return Float32Array.from(
    rows.flatMap(([label, confidence]) =>
      Array.from({ length: 7 }, (_, k) => (k === label ? confidence : (1 - confidence) / 6)),
    ),
  );
}

/** Labels and random distributions over the classes, some faces left out. */
const faces = fc
  .array(
    fc.record({
      label: fc.integer({ min: -1, max: 6 }),
      weights: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 7, maxLength: 7 }),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .filter((list) => list.some(({ label }) => label >= 0))
  .map((list) => ({
    labels: list.map(({ label }) => label),
    probabilities: Float32Array.from(
      list.flatMap(({ weights }) => weights.map((weight) => weight / weights.reduce((a, b) => a + b))),
    ),
  }));

describe('measure', () => {
  it('gives the figures of an example done by hand', () => {
    // True 0, 0, 0, 3, 3 answered 0, 0, 3, 3, 6, all with confidence 0.9; the last face is not part.
    const probabilities = answers([0, 0, 3, 3, 6, 1].map((label) => [label, 0.9]));
    const metrics = measure(probabilities, [0, 0, 0, 3, 3, -1]);
    expect(metrics.count).toBe(5);
    expect(metrics.accuracy).toBe(0.6);
    expect(metrics.perClass[0]).toEqual({ precision: 1, recall: 2 / 3, f1: 0.8, support: 3 });
    expect(metrics.perClass[3]).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5, support: 2 });
    expect(metrics.perClass[6]).toEqual({ precision: 0, recall: null, f1: 0, support: 0 });
    expect(metrics.perClass[1]).toEqual({ precision: null, recall: null, f1: null, support: 0 });
    expect(metrics.macroF1).toBeCloseTo((0.8 + 0.5 + 0) / 3, 12);
    expect(metrics.confusion[0]).toEqual([2, 0, 0, 1, 0, 0, 0]);
    expect(metrics.confusion[3]).toEqual([0, 0, 0, 1, 0, 0, 1]);
    expect(metrics.expectedCalibrationError).toBeCloseTo(0.3, 6);
    expect(metrics.calibrationBins[13]).toEqual({ count: 5, confidence: expect.closeTo(0.9, 6), accuracy: 0.6 });
    expect(metrics.calibrationBins[0]).toEqual({ count: 0, confidence: null, accuracy: null });
  });

  it('is perfect for a perfect predictor', () => {
    const labels = Array.from({ length: 70 }, (_, i) => i % 7);
    const metrics = measure(answers(labels.map((label) => [label, 1])), labels);
    expect(metrics).toMatchObject({ count: 70, accuracy: 1, macroF1: 1, expectedCalibrationError: 0 });
    expect(metrics.accuracyInterval95[1]).toBeCloseTo(1, 12);
    expect(metrics.perClass.every(({ precision, recall }) => precision === 1 && recall === 1)).toBe(true);
    expect(metrics.calibrationBins[14].count).toBe(70);
  });

  it('finds no calibration error where as many answers are right as the confidence says', () => {
    const rows = [0.25, 0.5, 0.75].flatMap((confidence) =>
      Array.from({ length: 100 }, (_, i) => ({ confidence, label: i < 100 * confidence ? 2 : 4 })),
    );
    const metrics = measure(
      answers(rows.map(({ confidence }) => [2, confidence])),
      rows.map(({ label }) => label),
    );
    expect(metrics.expectedCalibrationError).toBeCloseTo(0, 6);
  });

  it('agrees with counting face by face', () => {
    fc.assert(
      fc.property(faces, ({ probabilities, labels }) => {
        const metrics = measure(probabilities, labels);
        const counted = labels
          .map((label, face) => ({ label, ...topOf(probabilities, face) }))
          .filter(({ label }) => label >= 0);
        const share = (list: typeof counted, test: (face: (typeof counted)[number]) => boolean) =>
          list.length > 0 ? list.filter(test).length / list.length : null;
        const isRight = ({ label, top }: { label: number; top: number }) => label === top;

        expect(metrics.count).toBe(counted.length);
        expect(metrics.accuracy).toBe(share(counted, isRight));
        expect(trace(metrics) / total(metrics)).toBe(metrics.accuracy);
        metrics.perClass.forEach(({ precision, recall, support }, k) => {
          const ofClass = counted.filter(({ label }) => label === k);
          expect(support).toBe(ofClass.length);
          expect(recall).toBe(share(ofClass, isRight));
          expect(precision).toBe(
            share(
              counted.filter(({ top }) => top === k),
              isRight,
            ),
          );
        });
        let gap = 0;
        for (let bin = 0; bin < 15; bin++) {
          const inBin = counted.filter(({ confidence }) => confidence > bin / 15 && confidence <= (bin + 1) / 15);
          expect(metrics.calibrationBins[bin].count).toBe(inBin.length);
          if (inBin.length === 0) continue;
          const mean = inBin.reduce((sum, { confidence }) => sum + confidence, 0) / inBin.length;
          gap += (inBin.length / counted.length) * Math.abs(mean - (share(inBin, isRight) ?? 0));
        }
        expect(metrics.expectedCalibrationError).toBeCloseTo(gap, 9);
      }),
    );
  });

  it('survives being written and read back', () => {
    fc.assert(
      fc.property(faces, ({ probabilities, labels }) => {
        const metrics = measure(probabilities, labels);
        expect(MetricsSchema.parse(JSON.parse(JSON.stringify(metrics)))).toEqual(metrics);
      }),
    );
  });

  it('refuses lengths that do not fit and sets without a label', () => {
    expect(() => measure(new Float32Array(7), [0, 1])).toThrow(RangeError);
    expect(() => measure(new Float32Array(7), [-1])).toThrow('no face with a label');
  });
});

describe('restrictTo', () => {
  it('leaves the probabilities of the allowed answers in proportion, also where all are 0', () => {
    const given = Float32Array.of(0.5, 0, 0, 0.1, 0.3, 0, 0.1, 1, 0, 0, 0, 0, 0, 0);
    const restricted = Array.from(restrictTo([3, 4], given, 7));
    const expected = [0, 0, 0, 0.25, 0.75, 0, 0, 0, 0, 0, 0.5, 0.5, 0, 0];
    for (const [i, value] of expected.entries()) expect(restricted[i]).toBeCloseTo(value, 6);
  });
});

describe('predictionAt', () => {
  it('takes the first of equal classes', () => {
    expect(predictionAt(Float32Array.of(0, 0.5, 0, 0, 0.5, 0, 0), 0)).toEqual({ label: 1, confidence: 0.5 });
  });
});

describe('wilsonInterval95', () => {
  it('gives the published example of 81 in 263 (Newcombe 1998: 0.2553 to 0.3662)', () => {
    const [low, high] = wilsonInterval95(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  it('gives the published examples at the borders (Newcombe 1998: 0 in 20 and 1 in 29)', () => {
    expect(wilsonInterval95(0, 20)[0]).toBeCloseTo(0, 12);
    expect(wilsonInterval95(0, 20)[1]).toBeCloseTo(0.1611, 4);
    expect(wilsonInterval95(1, 29)[0]).toBeCloseTo(0.0061, 4);
    expect(wilsonInterval95(1, 29)[1]).toBeCloseTo(0.1718, 4);
  });

  it('ends where the score test just rejects', () => {
    const counts = fc
      .integer({ min: 2, max: 5000 })
      .chain((n) => fc.tuple(fc.integer({ min: 1, max: n - 1 }), fc.constant(n)));
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        for (const bound of wilsonInterval95(successes, trials)) {
          const z = Math.abs(successes / trials - bound) / Math.sqrt((bound * (1 - bound)) / trials);
          expect(z).toBeCloseTo(1.959964, 4);
        }
      }),
    );
  });

  it('is about 1.5 points to either side at 70 % of 3589 faces', () => {
    const [low, high] = wilsonInterval95(2512, 3589);
    expect(low).toBeCloseTo(0.6847, 4);
    expect(high).toBeCloseTo(0.7147, 4);
  });
});

function topOf(probabilities: Float32Array, face: number): { top: number; confidence: number } {
  let top = 0;
  for (let k = 1; k < 7; k++) if (probabilities[face * 7 + k] > probabilities[face * 7 + top]) top = k;
  return { top, confidence: probabilities[face * 7 + top] };
}

function trace({ confusion }: Metrics): number {
  return confusion.reduce((sum, row, k) => sum + row[k], 0);
}

function total({ confusion }: Metrics): number {
  return confusion.flat().reduce((sum, count) => sum + count, 0);
}
