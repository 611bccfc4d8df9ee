import { z } from 'zod';
import { CLASSES } from '../core/class-list.ts';
import { EMOTIONS, predictionAt } from '../core/emotions.ts';

/** Bins of confidence for the calibration error, as in Guo et al. 2017. */
export const CALIBRATION_BINS = 15;
/** Two-sided 95 % quantile of the standard normal distribution. */
export const Z95 = 1.959963984540054;

const count = z.number().int().min(0);
const share = z.number().min(0).max(1);
const perClass = <Item extends z.ZodType>(item: Item) => z.array(item).min(CLASSES.min);

/** How well probabilities match labels. Shares lie in 0..1; a share of nothing (0/0) is null. */
export const MetricsSchema = z.strictObject({
  /** Faces that were counted. */
  count: count.min(1),
  accuracy: share,
  /** Wilson's score interval of the accuracy: [low, high]. */
  accuracyInterval95: z.tuple([share, share]),
  /** Mean F1 of the classes that occur as a label or as a prediction. */
  macroF1: share,
  /** In the order of the model's outputs. `support` is the number of faces with this label. */
  perClass: perClass(
    z.strictObject({
      precision: share.nullable(),
      recall: share.nullable(),
      f1: share.nullable(),
      support: count,
    }),
  ),
  /** Faces by true class (rows) and predicted class (columns), [K][K]. */
  confusion: perClass(perClass(count)),
  expectedCalibrationError: share,
  /** Bins of equal width over the confidence 0..1: mean confidence and accuracy of the faces in each. */
  calibrationBins: z
    .array(z.strictObject({ count, confidence: share.nullable(), accuracy: share.nullable() }))
    .length(CALIBRATION_BINS),
});

export type Metrics = z.infer<typeof MetricsSchema>;

/**
 * Measures predictions against labels.
 * @param probabilities of the classes, [n, K].
 * @param labels 0..K − 1, or -1 for faces that are not part of the measurement. [n]
 * @param classes K: seven, unless the model has more or fewer.
 * @throws RangeError if the lengths do not fit or no face has a label.
 */
export function measure(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: number = EMOTIONS.length,
): Metrics {
  if (probabilities.length !== labels.length * classes)
    throw new RangeError(`${probabilities.length} probabilities do not fit ${labels.length} faces`);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ count: 0, right: 0, confidence: 0 }));
  for (let face = 0; face < labels.length; face++) {
    if (labels[face] < 0) continue;
    const { label, confidence } = predictionAt(probabilities, face, classes);
    confusion[labels[face]][label] += 1;
    const bin = bins[binOf(confidence)];
    bin.count += 1;
    bin.right += Number(label === labels[face]);
    bin.confidence += confidence;
  }
  const total = sum(confusion.flat());
  if (total === 0) throw new RangeError('there is no face with a label to measure');
  const right = sum(confusion.map((row, k) => row[k]));
  const byClass = confusion.map((_, k) => classMetrics(confusion, k));
  const f1 = byClass.flatMap((metrics) => metrics.f1 ?? []);
  return {
    count: total,
    accuracy: right / total,
    accuracyInterval95: wilsonInterval95(right, total),
    macroF1: sum(f1) / f1.length,
    perClass: byClass,
    confusion,
    expectedCalibrationError: sum(bins.map((bin) => Math.abs(bin.right - bin.confidence))) / total,
    calibrationBins: bins.map((bin) => ({
      count: bin.count,
      // Float32 probabilities of 1 + rounding would leave the range of a share.
      confidence: ratio(Math.min(bin.confidence, bin.count), bin.count),
      accuracy: ratio(bin.right, bin.count),
    })),
  };
}

/**
 * Wilson's score interval of a proportion at 95 % (Wilson, "Probable inference, the law of succession, and statistical
 * inference", 1927), without continuity correction.
 * @returns [low, high] within 0..1.
 */
export function wilsonInterval95(successes: number, trials: number): [number, number] {
  const p = successes / trials;
  const spread = Z95 ** 2 / trials;
  const centre = (p + spread / 2) / (1 + spread);
  const half = (Z95 / (1 + spread)) * Math.sqrt((p * (1 - p)) / trials + spread / trials / 4);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

function classMetrics(confusion: number[][], k: number): Metrics['perClass'][number] {
  const hits = confusion[k][k];
  const support = sum(confusion[k]);
  const predicted = sum(confusion.map((row) => row[k]));
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, support + predicted),
    support,
  };
}

/**
 * Probabilities of a model that may choose among some of its classes only: those of the others are 0, the rest scaled to
 * sum to 1 (evenly spread where all of them were 0).
 * @param probabilities [n, classes].
 */
export function restrictTo(answers: readonly number[], probabilities: Float32Array, classes: number): Float32Array {
  const restricted = new Float32Array(probabilities.length);
  for (let row = 0; row < probabilities.length; row += classes) {
    const total = sum(answers.map((answer) => probabilities[row + answer]));
    for (const answer of answers)
      restricted[row + answer] = total > 0 ? probabilities[row + answer] / total : 1 / answers.length;
  }
  return restricted;
}

/** Bins are open below and closed above, so that a confidence of 1 falls into the last. */
function binOf(confidence: number): number {
  return Math.min(CALIBRATION_BINS - 1, Math.max(0, Math.ceil(confidence * CALIBRATION_BINS) - 1));
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
