import { z } from 'zod';
import { type Metrics, measure, restrictTo } from './metrics.ts';

/** What the network of one fold answered for the faces that it had not seen. */
export const FoldAnswersSchema = z.strictObject({
  fold: z.number().int().min(0),
  /** People whose faces were tested. */
  subjects: z.number().int().min(1),
  trainingFaces: z.number().int().min(1),
  /** Class of each tested face, [n]. */
  labels: z.array(z.number().int().min(0)).min(1),
  /** [n, K]. */
  probabilities: z.array(z.number()),
});
export type FoldAnswers = z.infer<typeof FoldAnswersSchema>;

/** Mean of the folds and their sample standard deviation. */
export interface Spread {
  readonly mean: number;
  readonly sd: number;
}

export interface FoldMetrics extends Pick<FoldAnswers, 'fold' | 'subjects' | 'trainingFaces'> {
  readonly faces: number;
  readonly accuracy: number;
  /** With the answers restricted to the classes that occur as a label in any fold. */
  readonly restrictedAccuracy: number;
  readonly macroF1: number;
}

export interface CrossValidation {
  readonly folds: readonly FoldMetrics[];
  readonly accuracy: Spread;
  readonly restrictedAccuracy: Spread;
  readonly macroF1: Spread;
  /** Over the faces of all folds, each of which was tested once. */
  readonly pooled: Metrics;
}

/**
 * The figures of a cross-validation.
 * @param answers of at least two folds.
 * @param classes how many the networks answer with.
 */
export function crossValidation(answers: readonly FoldAnswers[], classes: number): CrossValidation {
  const occurring = [...new Set(answers.flatMap(({ labels }) => labels))].sort((a, b) => a - b);
  const folds = answers.map(({ fold, subjects, trainingFaces, labels, probabilities }): FoldMetrics => {
    const given = Float32Array.from(probabilities);
    const { accuracy, macroF1 } = measure(given, labels, classes);
    const restricted = measure(restrictTo(occurring, given, classes), labels, classes);
    const faces = labels.length;
    return { fold, subjects, trainingFaces, faces, accuracy, restrictedAccuracy: restricted.accuracy, macroF1 };
  });
  return {
    folds,
    accuracy: spreadOf(folds.map(({ accuracy }) => accuracy)),
    restrictedAccuracy: spreadOf(folds.map(({ restrictedAccuracy }) => restrictedAccuracy)),
    macroF1: spreadOf(folds.map(({ macroF1 }) => macroF1)),
    pooled: measure(
      Float32Array.from(answers.flatMap(({ probabilities }) => probabilities)),
      answers.flatMap(({ labels }) => labels),
      classes,
    ),
  };
}

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}
