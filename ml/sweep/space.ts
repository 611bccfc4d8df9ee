import { UserError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { type Drawn, MAX_TRIALS, type SweepSpec } from './spec.ts';

/** One training of a sweep. */
export interface Trial {
  /** From 0, in the order of the sweep. */
  readonly number: number;
  /** Trials that differ only in their seed share it; counts from 0. */
  readonly group: number;
  /** Of a listed trial. */
  readonly name?: string;
  readonly seed: number;
  /** Fields that win over the sweep's configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
}

type Choice = Pick<Trial, 'settings' | 'name'>;

/**
 * All trials of a sweep: every choice with every seed. The same description gives the same trials.
 * @param seed what the configuration says, for a sweep that lists no seeds.
 * @throws UserError if there are more than {@link MAX_TRIALS}, before they take memory.
 */
export function trialsOf(spec: SweepSpec, seed: number): Trial[] {
  const seeds = spec.seeds ?? [seed];
  const count = choiceCount(spec) * seeds.length;
  const most = spec.budget.trials ?? Number.POSITIVE_INFINITY;
  if (count > MAX_TRIALS && most > MAX_TRIALS)
    throw new UserError(
      `sweep ${spec.name} has ${count.toLocaleString('en')} trials; expected at most ${MAX_TRIALS.toLocaleString('en')}: ` +
        'shorten the lists of the grid, or draw from them with "random"',
    );
  const trials: Trial[] = [];
  let group = 0;
  for (const choice of choices(spec)) {
    for (const seed of seeds) {
      if (trials.length >= most) return trials;
      trials.push({ number: trials.length, group, seed, ...choice });
    }
    group += 1;
  }
  return trials;
}

function choiceCount({ grid, random, list }: SweepSpec): number {
  if (grid) return Object.values(grid).reduce((product, values) => product * values.length, 1);
  return random?.trials ?? list?.length ?? 1;
}

function* choices({ grid, random, list }: SweepSpec): Generator<Choice> {
  if (list) yield* list.map(({ name, set }) => ({ name, settings: set }));
  else if (random) yield* drawn(random);
  else yield* combinations(Object.entries(grid ?? {}));
}

/** Every combination; the last field changes fastest. */
function* combinations(fields: readonly (readonly [string, readonly unknown[]])[]): Generator<Choice> {
  const [first, ...rest] = fields;
  if (!first) return yield { settings: {} };
  const [field, values] = first;
  for (const value of values)
    for (const { settings } of combinations(rest)) yield { settings: { [field]: value, ...settings } };
}

function* drawn({ trials, seed, fields }: NonNullable<SweepSpec['random']>): Generator<Choice> {
  for (let number = 0; number < trials; number++) {
    const random = new Random(seed, number);
    yield {
      settings: Object.fromEntries(Object.entries(fields).map(([field, from]) => [field, draw(from, random)])),
    };
  }
}

function draw(from: Drawn, random: Random): unknown {
  if ('values' in from) return from.values[random.integer(from.values.length)];
  const { scale, whole } = from;
  const low = scale === 'log' ? Math.log(from.from) : from.from;
  const high = scale === 'log' ? Math.log(from.to) : from.to;
  const point = low + (high - low) * random.uniform();
  const value = scale === 'log' ? Math.exp(point) : point;
  // Four digits read well in a report, and are as much as a search can tell apart.
  return whole ? Math.round(value) : Number(value.toPrecision(4));
}
