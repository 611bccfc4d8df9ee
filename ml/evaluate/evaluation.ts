import { z } from 'zod';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { type FaceDataset, indicesOf, SPLITS, type Split } from '../data/dataset.ts';
import { PROTOCOLS, protocolLabels, protocolsOf } from '../data/labels.ts';
import { type Metrics, MetricsSchema, measure, restrictTo } from './metrics.ts';

const ResultSchema = z.strictObject({
  protocol: z.enum(PROTOCOLS),
  split: z.enum(SPLITS),
  metrics: MetricsSchema,
});

/** The metrics of one model on each split under each protocol. */
export const EvaluationSchema = z.strictObject({
  /** Name or file of the model. */
  model: z.string(),
  /** Names of the classes in the order of its output, unless they are `EMOTIONS`. */
  classes: z.array(z.string()).readonly().optional(),
  results: z.array(ResultSchema),
});

export type Evaluation = z.infer<typeof EvaluationSchema>;
export type EvaluationResult = Evaluation['results'][number];

/** Names of the classes that a model answered with. */
export const classesIn = ({ classes = EMOTIONS }: Evaluation): readonly string[] => classes;

/** What a model answered for the faces of a split. */
export interface SplitPredictions {
  readonly split: Split;
  /** Positions of the faces in the data set. [n] */
  readonly indices: Uint32Array;
  /** [n, K]. */
  readonly probabilities: Float32Array;
}

/**
 * Measures a model on splits of a data set, under every protocol that the data set has labels for. A split without any
 * face under a protocol gives no result.
 * @param predict gives the probabilities [n, K] of the faces at these positions; called once for each split.
 * @param model name or file of the model, kept in the evaluation.
 * @param outputs K: seven, unless the model has more or fewer.
 * @throws UserError if none of the splits has a face.
 */
export async function evaluate(
  dataset: FaceDataset,
  predict: (indices: Uint32Array) => Promise<Float32Array>,
  splits: readonly Split[],
  model: string,
  outputs: number = EMOTIONS.length,
): Promise<{ evaluation: Evaluation; predictions: SplitPredictions[] }> {
  const labelled = protocolsOf(dataset).map((protocol) => ({
    protocol,
    ...protocolLabels(protocol, dataset, outputs),
  }));
  const results: EvaluationResult[] = [];
  const predictions: SplitPredictions[] = [];
  for (const split of splits) {
    const indices = indicesOf(dataset, split);
    if (indices.length === 0) continue;
    const probabilities = await predict(indices);
    predictions.push({ split, indices, probabilities });
    for (const { protocol, labels, answers } of labelled) {
      const ofSplit = Int16Array.from(indices, (face) => labels[face]);
      if (ofSplit.every((label) => label < 0)) continue;
      const answered = answers ? restrictTo(answers, probabilities, outputs) : probabilities;
      results.push({ protocol, split, metrics: measure(answered, ofSplit, outputs) });
    }
  }
  if (results.length === 0)
    throw new UserError(`${dataset.source} has no faces in ${splits.join(' or ')}; use a data set with test faces`);
  const classes = dataset.classes?.length === outputs ? dataset.classes : undefined;
  return { evaluation: { model, ...(classes && { classes }), results }, predictions };
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
  return formatTable([['protocol', 'split', 'n', 'accuracy', '95 % interval', 'macro-F1', 'ECE'], ...rows], 2);
}

/**
 * A confusion matrix for the terminal: a line for each true class that occurs, a column for each answer.
 * @param names of the classes.
 */
export function formatConfusion({ confusion, perClass }: Metrics, names: readonly string[]): string {
  const rows = confusion.flatMap((row, k) => (perClass[k].support > 0 ? [[names[k], ...row.map(String)]] : []));
  return formatTable([['true \\ answer', ...names], ...rows], 1);
}

/** Lays cells out in columns: the first few flush left, the others, of numbers, flush right. */
export function formatTable(table: readonly (readonly string[])[], textColumns: number): string {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row.map((cell, at) => (at < textColumns ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('  '),
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
