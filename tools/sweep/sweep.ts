import { availableParallelism, freemem } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { loadConfig } from '../../ml/config/load.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { UserError } from '../../ml/core/errors.ts';
import { rungsOf } from '../../ml/sweep/asha.ts';
import { measuresOf } from '../../ml/sweep/outcome.ts';
import { type Trial, trialsOf } from '../../ml/sweep/space.ts';
import { readSweepFile, type SweepFile } from '../../ml/sweep/spec.ts';
import { DataIndex } from './data-index.ts';
import type { Plan } from './records.ts';

/** A sweep that can be sent to a queue. */
export interface PlannedSweep {
  readonly plan: Plan;
  readonly trials: readonly Trial[];
  /** Knows where the data lie on this machine. */
  readonly data: DataIndex;
}

/** Memory that a trial takes at most, with the faces of FER2013 and a network of 96 pixels. */
const TRIAL_BYTES = 2 * 2 ** 30;

/**
 * Reads `sweep.yaml` and lists its trials.
 * @param place of the results, and seconds without a sign of life after which a stage goes to another worker.
 * @throws UserError with file, line and column if something of it could not run.
 */
export async function planSweep(path: string, place: Pick<Plan, 'results' | 'lease'>): Promise<PlannedSweep> {
  const file = await readSweepFile(path);
  const { spec } = file;
  // The number of replicas changes a network's bits, so it must not follow the machine.
  const settings: Setting[] = [
    { path: 'train.replicas', value: 1, origin: path },
    ...file.base.filter(({ path, value }) => path !== 'train.replicas' || value !== 'auto'),
  ];
  const config = await loadConfig(undefined, settings);
  await checkValues(file, settings);
  const searched = new Set([
    ...Object.keys(spec.grid ?? spec.random?.fields ?? {}),
    ...(spec.list ?? []).flatMap(({ set }) => Object.keys(set)),
  ]);
  if (spec.asha && searched.has('train.epochs'))
    throw new UserError(
      `${file.place(['asha'])}: asha compares trials after the same epochs, so train.epochs cannot be searched; set it under "config"`,
    );
  if (spec.asha && spec.asha.minEpochs >= config.train.epochs)
    throw new UserError(
      `${file.place(['asha', 'minEpochs'])}: asha.minEpochs is ${spec.asha.minEpochs}; expected less than train.epochs, which is ${config.train.epochs}`,
    );
  if (!searched.has('train.targets'))
    for (const { head } of measuresOf(spec))
      if (head !== undefined && !config.train.targets.includes(head))
        throw new UserError(
          `${path}: ${head} is measured, but train.targets is ${config.train.targets.join(', ')}; add the head to it`,
        );
  const trials = trialsOf(spec, config.seed);
  const data = new DataIndex();
  const base = await data.refer(Object.fromEntries(settings.map(({ path, value }) => [path, value])));
  const referred: Trial[] = [];
  for (const trial of trials) referred.push({ ...trial, settings: await data.refer(trial.settings) });
  const { name, objective, measure, asha, budget } = spec;
  const plan: Plan = {
    spec: { name, objective, measure, asha, budget },
    base,
    rungs: rungsOf(spec, config.train.epochs),
    data: data.items,
    ...place,
    trials: trials.length,
  };
  return { plan, trials: referred, data };
}

/** Tries each value of the search once, whatever the others are. @throws UserError that names its place. */
async function checkValues({ spec, place }: SweepFile, base: readonly Setting[]): Promise<void> {
  const check = (path: string, value: unknown, at: string[]) =>
    loadConfig(undefined, [...base, { path, value, origin: place(at) }]);
  for (const [field, values] of Object.entries(spec.grid ?? {})) {
    for (const [i, value] of values.entries()) {
      const at = ['grid', field, String(i)];
      await check(field, value, at);
      if (values.findIndex((other) => isDeepStrictEqual(other, value)) < i)
        throw new UserError(`${place(at)}: ${field} has ${JSON.stringify(value)} twice; list each value once`);
    }
  }
  for (const [field, drawn] of Object.entries(spec.random?.fields ?? {})) {
    const values = 'values' in drawn ? drawn.values : [drawn.from, drawn.to];
    for (const value of values) await check(field, value, ['random', 'fields', field]);
  }
  for (const [i, { set }] of (spec.list ?? []).entries())
    await loadConfig(undefined, [
      ...base,
      ...Object.entries(set).map(([path, value]) => ({ path, value, origin: place(['list', String(i), 'set', path]) })),
    ]);
}

/** How many trials this machine can run at once. */
export function fittingJobs(cores: number): number {
  return Math.max(1, Math.min(Math.floor(availableParallelism() / cores), Math.floor(freemem() / TRIAL_BYTES)));
}
