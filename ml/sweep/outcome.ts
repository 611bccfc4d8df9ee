import { z } from 'zod';
import { METRIC_NAMES, type Measure, type SweepSpec } from './spec.ts';

const FigureSchema = z.strictObject({
  head: z.string(),
  protocol: z.string(),
  split: z.string(),
  /** Faces that were measured on. */
  count: z.number().int().min(1),
  ...(Object.fromEntries(METRIC_NAMES.map((name) => [name, z.number()])) as Record<
    (typeof METRIC_NAMES)[number],
    z.ZodNumber
  >),
});
export type Figure = z.infer<typeof FigureSchema>;

/** What came of a stage of a trial: all of it follows from the configuration and the data, nothing from the machine. */
export const OutcomeSchema = z.strictObject({
  /** Epochs trained so far. */
  epochs: z.number().int().min(1),
  /** In the order of {@link measuresOf}. */
  figures: z.array(FigureSchema),
  /** Figures of each epoch by name, for example `loss/original` and `accuracy/original`. */
  curve: z.array(z.record(z.string(), z.number())),
  /** SHA-256 of the best network of each head. */
  networks: z.record(z.string(), z.string()),
});
export type Outcome = z.infer<typeof OutcomeSchema>;

/** What is measured of each trial: the objective first, if there is one. */
export function measuresOf({ objective, measure }: Pick<SweepSpec, 'objective' | 'measure'>): Measure[] {
  const { head, protocol, split } = objective ?? {};
  return [...(objective ? [{ ...(head && { head }), protocol: protocol!, split: split! }] : []), ...measure];
}

/** The objective's value; undefined for a sweep without an objective. */
export function scoreOf({ figures }: Outcome, { objective }: Pick<SweepSpec, 'objective'>): number | undefined {
  return objective && figures[0]?.[objective.metric];
}

/** Mean and sample standard deviation of the scores of trials that differ only in their seeds. */
export function spread(scores: readonly number[]): { readonly mean: number; readonly sd: number | null } {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  if (scores.length < 2) return { mean, sd: null };
  return { mean, sd: Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1)) };
}
