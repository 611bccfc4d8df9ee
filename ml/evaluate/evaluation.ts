import { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { type FaceDataset, indicesOf, SPLITS, type Split } from '../data/dataset.ts';
import { PROTOCOLS, protocolLabels } from '../data/labels.ts';
import { MetricsSchema, measure } from './metrics.ts';

const ResultSchema = z.strictObject({
  protocol: z.enum(PROTOCOLS),
  split: z.enum(SPLITS),
  metrics: MetricsSchema,
});

/** The metrics of one model on each split under each protocol. */
export const EvaluationSchema = z.strictObject({
  /** Name or file of the model. */
  model: z.string(),
  results: z.array(ResultSchema),
});

export type Evaluation = z.infer<typeof EvaluationSchema>;
export type EvaluationResult = Evaluation['results'][number];

/** What a model answered for the faces of a split. */
export interface SplitPredictions {
  readonly split: Split;
  /** Positions of the faces in the data set. [n] */
  readonly indices: Uint32Array;
  /** [n, 7]. */
  readonly probabilities: Float32Array;
}

/**
 * Measures a model on splits of a data set, under the original labels and, where the data set has votes, the majority of
 * FER+. A split without any face under a protocol gives no result.
 * @param predict gives the probabilities [n, 7] of the faces at these positions; called once for each split.
 * @param model name or file of the model, kept in the evaluation.
 * @throws UserError if none of the splits has a face.
 */
export async function evaluate(
  dataset: FaceDataset,
  predict: (indices: Uint32Array) => Promise<Float32Array>,
  splits: readonly Split[],
  model: string,
): Promise<{ evaluation: Evaluation; predictions: SplitPredictions[] }> {
  const protocols = PROTOCOLS.filter((protocol) => protocol === 'raw' || dataset.votes);
  const labelled = protocols.map((protocol) => ({ protocol, labels: protocolLabels(protocol, dataset).labels }));
  const results: EvaluationResult[] = [];
  const predictions: SplitPredictions[] = [];
  for (const split of splits) {
    const indices = indicesOf(dataset, split);
    if (indices.length === 0) continue;
    const probabilities = await predict(indices);
    predictions.push({ split, indices, probabilities });
    for (const { protocol, labels } of labelled) {
      const ofSplit = Int16Array.from(indices, (face) => labels[face]);
      if (ofSplit.some((label) => label >= 0))
        results.push({ protocol, split, metrics: measure(probabilities, ofSplit) });
    }
  }
  if (results.length === 0)
    throw new UserError(`${dataset.source} has no face in ${splits.join(' or ')}; give a data set that has test faces`);
  return { evaluation: { model, results }, predictions };
}

/** A table of an evaluation for the terminal, one line for each protocol and split under a line of headings. */
export function formatEvaluation(evaluation: Evaluation): string {
  const rows = evaluation.results.map(({ protocol, split, metrics }) => [
    protocol,
    split,
    String(metrics.count),
    percent(metrics.accuracy),
    formatInterval(metrics.accuracyInterval95),
    metrics.macroF1.toFixed(4),
    metrics.expectedCalibrationError.toFixed(4),
  ]);
  const table = [['protocol', 'split', 'n', 'accuracy', '95 % interval', 'macro-F1', 'ECE'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
  );
  return lines.join('\n');
}

/** A share as a percentage, for example `70.13 %`. */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** An interval of shares in percent, for example `68.48–71.48 %`. */
export function formatInterval([low, high]: readonly [number, number]): string {
  return `${(100 * low).toFixed(2)}–${percent(high)}`;
}
