import { z } from 'zod';
import { readWritten } from '../config/load.ts';
import { TARGETS } from '../config/schema.ts';
import { checkKnown, type Setting, settingsOf } from '../config/settings.ts';
import { nearestName, UserError } from '../core/errors.ts';
import { SPLITS } from '../data/dataset.ts';
import { PROTOCOLS } from '../data/labels.ts';

/** Figures that a sweep can choose by, each with the direction in which it is better. */
export const METRICS = { accuracy: 'larger', macroF1: 'larger', expectedCalibrationError: 'smaller' } as const;
export type Metric = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as [Metric, ...Metric[]];

/** More trials than anybody can run. */
export const MAX_TRIALS = 100_000;

const whole = z.number().int().min(0);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const value = z.union([scalar, z.array(scalar).max(100)]);
const values = z.array(value).min(1).max(10_000);
const fields = <Item extends z.ZodType>(item: Item) =>
  z.record(z.string(), item).refine((record) => Object.keys(record).length > 0, 'at least one field');

/** A value of a random search: one of a list, or a number from a range. */
const DrawnSchema = z.union([
  z.strictObject({ values }),
  z
    .strictObject({
      from: z.number(),
      to: z.number(),
      scale: z.enum(['linear', 'log']).default('linear'),
      whole: z.boolean().default(false),
    })
    .refine(({ from, to }) => from < to, '"from" less than "to"')
    .refine(({ from, scale }) => scale === 'linear' || from > 0, '"from" above 0 on a log scale'),
]);
export type Drawn = z.infer<typeof DrawnSchema>;

/** What is measured of a trial: a head under a protocol on a split. */
const MeasureSchema = z.strictObject({
  head: z.enum(TARGETS).optional(),
  protocol: z.enum(PROTOCOLS).default('raw'),
  split: z.enum(SPLITS).default('PublicTest'),
});
export type Measure = z.infer<typeof MeasureSchema>;

const SweepSchema = z.strictObject({
  name: z.string().regex(/^[\w-][\w.-]{0,59}$/, 'up to 60 letters, digits, dots, dashes and underscores, no dot first'),
  config: z.record(z.string(), z.unknown()).default({}),
  grid: fields(values).optional(),
  random: z
    .strictObject({
      trials: whole.min(1).max(MAX_TRIALS),
      seed: whole.max(2 ** 32 - 1).default(1),
      fields: fields(DrawnSchema),
    })
    .optional(),
  list: z
    .array(z.strictObject({ name: z.string().min(1).max(100), set: z.record(z.string(), value).default({}) }))
    .min(1)
    .max(MAX_TRIALS)
    .optional(),
  seeds: z
    .array(whole.max(2 ** 32 - 1))
    .min(1)
    .max(1000)
    .refine((seeds) => new Set(seeds).size === seeds.length, 'each seed once')
    .optional(),
  objective: z
    .strictObject({
      metric: z.enum(METRIC_NAMES).default('accuracy'),
      ...MeasureSchema.shape,
      split: z
        .literal('PublicTest', 'PublicTest: what is chosen by a test split can no longer be tested on it')
        .default('PublicTest'),
      protocol: z.enum(['raw', 'ferplus-majority']).default('raw'),
    })
    .optional(),
  /** Measured and reported, never chosen by. */
  measure: z.array(MeasureSchema).max(20).default([]),
  asha: z
    .strictObject({
      minEpochs: whole.min(1).default(1),
      eta: whole.min(2).max(10).default(3),
      /** Promotes only when a whole rung is done, so that the promotions do not depend on who was first. */
      synchronous: z.boolean().default(false),
    })
    .optional(),
  budget: z
    .strictObject({ trials: whole.min(1).optional(), hours: z.number().positive().max(1_000_000).optional() })
    .default({}),
});
export type SweepSpec = z.infer<typeof SweepSchema>;

/** A sweep as its file describes it. */
export interface SweepFile {
  readonly spec: SweepSpec;
  /** What `config` sets. */
  readonly base: readonly Setting[];
  /** Where the value at a path was written, for messages. */
  place(steps: readonly string[]): string;
}

/**
 * Reads `sweep.yaml`.
 * @throws UserError with file, line and column if a field is unknown, a value is not one of those expected, or nothing is
 *   searched.
 */
export async function readSweepFile(path: string): Promise<SweepFile> {
  const { tree, place } = await readWritten(path);
  if (tree === null || typeof tree !== 'object' || Array.isArray(tree))
    throw new UserError(`${path}: expected fields such as name, config and grid`);
  const parsed = SweepSchema.safeParse(tree, { reportInput: true });
  if (!parsed.success) throw describe(deepest(parsed.error.issues[0]), place);
  const spec = parsed.data;
  const searches = [spec.grid, spec.random, spec.list].filter((search) => search !== undefined);
  if (searches.length > 1) throw new UserError(`${path}: grid, random and list exclude each other; keep one of them`);
  if (searches.length === 0 && !spec.seeds)
    throw new UserError(`${path}: there is nothing to search; add grid, random, list or seeds`);
  if (spec.asha && !spec.objective)
    throw new UserError(`${place(['asha'], true)}: asha promotes the best trials, so it needs an objective; add one`);
  const searched: [string[], string][] = [
    ...Object.keys(spec.grid ?? {}).map((field): [string[], string] => [['grid', field], field]),
    ...Object.keys(spec.random?.fields ?? {}).map((field): [string[], string] => [['random', 'fields', field], field]),
    ...(spec.list ?? []).flatMap(({ set }, i) =>
      Object.keys(set).map((field): [string[], string] => [['list', String(i), 'set', field], field]),
    ),
  ];
  for (const [steps, field] of searched) {
    checkKnown(field, place(steps, true));
    if (['seed', 'runs', 'data.cache'].includes(field))
      throw new UserError(
        `${place(steps, true)}: ${field} cannot be searched; ${field === 'seed' ? 'list the seeds under "seeds"' : 'it changes no result'}`,
      );
  }
  const base = settingsOf(spec.config, (steps, key) => place(['config', ...steps], key));
  return { spec, base, place: (steps) => place(steps) };
}

type Issue = z.core.$ZodIssue;

/** The issue inside of a union that got furthest, which is about what was meant. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const inner = issue.errors.flatMap((issues) => issues.slice(0, 1));
  const best = inner.reduce((a, b) => (b.path.length > a.path.length ? b : a), inner[0]);
  return best && best.path.length > 0 ? { ...best, path: [...issue.path, ...best.path] } : issue;
}

function describe(issue: Issue, place: (steps: readonly string[], key?: boolean) => string): UserError {
  const steps = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const shape = steps.length === 0 ? Object.keys(SweepSchema.shape) : [];
    const meant = nearestName(key, shape);
    const known = meant
      ? `did you mean ${meant}?`
      : shape.length > 0
        ? `the fields are ${shape.join(', ')}`
        : 'remove it';
    return new UserError(
      `${place([...steps, key], true)}: unknown field ${JSON.stringify([...steps, key].join('.'))}; ${known}`,
    );
  }
  const found = JSON.stringify(issue.input) ?? 'missing';
  const shown = found.length > 60 ? `${found.slice(0, 57)}…` : found;
  return new UserError(`${place(steps)}: ${steps.join('.')} is ${shown}; expected ${expected(issue)}`);
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      if (issue.values.length > 1 || !issue.message.includes(':')) return issue.values.join(' or ');
      return issue.message;
    case 'too_small':
      return issue.origin === 'array' ? `at least ${issue.minimum} value` : `at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'array' ? `at most ${issue.maximum} values` : `at most ${issue.maximum}`;
    case 'invalid_type':
      return issue.expected;
    case 'invalid_union':
      return 'a value or a list of values; see the README of sweeps';
    default:
      return issue.message;
  }
}
