import { ranking } from '../../ml/sweep/asha.ts';
import { spread } from '../../ml/sweep/outcome.ts';
import type { Trial } from '../../ml/sweep/space.ts';
import type { TrialQueue } from './queue.ts';
import type { Records, ResultRow, Sweep } from './records.ts';

export type TrialState = 'waiting' | 'running' | 'paused' | 'finished' | 'set aside' | 'cancelled';

/** A trial and how far it is. */
export interface TrialRow extends Trial {
  readonly state: TrialState;
  /** Of its last judged stage, if any. */
  readonly result?: ResultRow;
  /** Trial time so far. */
  readonly seconds: number;
  /** Why it was set aside. */
  readonly reason?: string;
}

/** Trials that differ only in their seeds. */
export interface Group {
  readonly trials: readonly TrialRow[];
  /** Rung that all of these trials reached. */
  readonly rung: number;
  readonly mean: number;
  readonly sd: number | null;
}

/** The state of all trials of a sweep, in their order. */
export async function trialRows(sweep: Sweep, records: Records, queue: TrialQueue): Promise<TrialRow[]> {
  const trials = await records.trials(sweep);
  const aside = await records.aside(sweep);
  const last = new Map<number, ResultRow>();
  const seconds = new Map<number, number>();
  for (const result of await records.results(sweep)) {
    last.set(result.number, result);
    seconds.set(result.number, (seconds.get(result.number) ?? 0) + result.seconds);
  }
  const queued = new Map<number, string>();
  for (const { number, state } of await queue.stages(sweep))
    if (['created', 'retry', 'active'].includes(state)) queued.set(number, state);
  const finalRung = sweep.plan.rungs.length - 1;
  return trials.map((trial) => {
    const { number } = trial;
    const result = last.get(number);
    const reason = aside.get(number);
    const state = (): TrialState => {
      if (result?.rung === finalRung) return 'finished';
      if (reason !== undefined) return 'set aside';
      if (queued.get(number) === 'active') return 'running';
      if (sweep.state === 'cancelled') return 'cancelled';
      if (result && !queued.has(number)) return 'paused';
      return 'waiting';
    };
    return {
      ...trial,
      state: state(),
      seconds: seconds.get(number) ?? 0,
      ...(result && { result }),
      ...(reason !== undefined && { reason }),
    };
  });
}

/** The best first: those that got furthest, and among them by the mean of the objective over their seeds. */
export function bestGroups({ plan }: Sweep, rows: readonly TrialRow[]): Group[] {
  const { objective } = plan.spec;
  if (!objective) return [];
  const groups = new Map<number, TrialRow[]>();
  for (const row of rows) {
    if (row.result?.score == null) continue;
    groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  }
  const judged = [...groups].map(([number, trials]) => {
    const rung = Math.max(...trials.map(({ result }) => result!.rung));
    // Scores after different numbers of epochs do not compare.
    const furthest = trials.filter(({ result }) => result!.rung === rung);
    const { mean, sd } = spread(furthest.map(({ result }) => result!.score!));
    return { number, trials: furthest, rung, mean, sd, score: mean };
  });
  const rungs = [...new Set(judged.map(({ rung }) => rung))].sort((a, b) => b - a);
  return rungs.flatMap((rung) =>
    ranking(
      judged.filter((group) => group.rung === rung),
      objective.metric,
    ),
  );
}

/** What sets a trial apart, in words, for example `train.learningRate 0.001, seed 2`. */
export function describeTrial({ name, settings }: Pick<Trial, 'name' | 'settings'>): string {
  const fields = Object.entries(settings).map(([field, value]) => `${field} ${shortValue(value)}`);
  return name ?? (fields.length > 0 ? fields.join(', ') : 'as configured');
}

/** A value in a table; of the name of a content the first digits are enough. */
export function shortValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/sha256:([0-9a-f]{8})[0-9a-f]{56}/g, 'sha256:$1…');
}

/** The state of a sweep in words. */
export function describeSweep(sweep: Sweep, rows: readonly TrialRow[]): string {
  const counts = new Map<TrialState, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  const hours = rows.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const lines = [
    `${sweep.name}: ${sweep.state}${sweep.reason === null ? '' : ` (${sweep.reason})`}; ${rows.length} trials: ${states}; ${hours.toFixed(2)} hours of training`,
  ];
  const { metric } = sweep.plan.spec.objective ?? {};
  for (const { trials, rung, mean, sd } of bestGroups(sweep, rows).slice(0, 5)) {
    const spreadText = sd === null ? '' : ` ± ${sd.toFixed(4)} over ${trials.length} seeds`;
    const epochs = sweep.plan.rungs.length > 1 ? ` after ${sweep.plan.rungs[rung]} epochs` : '';
    lines.push(`  ${metric} ${mean.toFixed(4)}${spreadText}${epochs}: ${describeTrial(trials[0])}`);
  }
  for (const { number, reason } of rows.filter(({ state }) => state === 'set aside').slice(0, 5))
    lines.push(`  trial ${number} was set aside: ${reason?.split('\n').slice(0, 3).join(' | ').slice(0, 300)}`);
  return lines.join('\n');
}
