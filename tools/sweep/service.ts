import { join } from 'node:path';
import { cancellable } from '../../ml/core/async.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { intoFolder } from '../pipeline/run-folder.ts';
import { checkQueueUrl, type Database, openEmbedded, openServer } from './database.ts';
import { trialRows } from './overview.ts';
import { TrialQueue } from './queue.ts';
import { Records, type Sweep } from './records.ts';
import type { PlannedSweep } from './sweep.ts';
import { prepareTables } from './tables.ts';
import { Worker, type WorkerOptions } from './worker.ts';

/** A queue and its records, ready for work. */
export interface Service {
  readonly records: Records;
  readonly queue: TrialQueue;
}

/** Where sweeps lie: on a server, or in the folder of a sweep of this machine. */
export type QueuePlace = { readonly url: string } | { readonly folder: string };

/**
 * Opens a queue, works with it and closes it.
 * @param maintenance seconds between looks for stages whose worker has vanished.
 * @throws UserError if the server cannot be reached or refuses, or the folder is in use or no queue.
 */
export async function withService<T>(
  place: QueuePlace,
  work: (service: Service) => Promise<T>,
  maintenance?: number,
): Promise<T> {
  if ('url' in place) {
    checkQueueUrl(place.url);
    return serve(await openServer(place.url), work, maintenance);
  }
  return intoFolder(place.folder, 'a sweep', async () => serve(await openEmbedded(join(place.folder, 'queue')), work));
}

async function serve<T>(db: Database, work: (service: Service) => Promise<T>, maintenance?: number): Promise<T> {
  try {
    await prepareTables(db);
    const queue = await TrialQueue.open(db, maintenance);
    try {
      return await work({ records: new Records(db), queue });
    } finally {
      await queue.close();
    }
  } finally {
    await db.close();
  }
}

/** Adds a sweep and sends its first stages; done again, it finishes what was begun. */
export async function startSweep({ records, queue }: Service, planned: PlannedSweep, version: string): Promise<Sweep> {
  const sweep = await records.add(planned.plan, planned.trials, version);
  if (sweep.state !== 'open') return sweep;
  await queue.send(
    sweep,
    planned.trials.map(({ number }) => ({ number, rung: 0 })),
  );
  return sweep;
}

/** How often the view of all trials is drawn anew. */
const VIEW_MS = 1000;

/** Runs a worker to its end, and shows all trials of a sweep, or of this worker, in one view. */
export async function runWorker(
  { records, queue }: Service,
  options: Omit<WorkerOptions, 'reporter'>,
  reporter: Reporter,
  watched?: Sweep,
): Promise<void> {
  const worker = new Worker(records, queue, { ...options, reporter });
  const view = setInterval(() => {
    if (watched) showProgress(watched, worker, { records, queue }, reporter).catch(() => {});
  }, VIEW_MS);
  try {
    await cancellable(options.signal, () => worker.run());
  } finally {
    clearInterval(view);
  }
}

async function showProgress(sweep: Sweep, worker: Worker, { records, queue }: Service, reporter: Reporter) {
  const rows = await trialRows(sweep, records, queue);
  const ended = rows.filter(({ state }) => state === 'finished' || state === 'set aside' || state === 'paused').length;
  const running = worker.running.map(({ progress }) => {
    if (!progress) return 'starting';
    return `${progress.step} ${Math.floor((100 * progress.done) / progress.total)} %`;
  });
  const scores = rows.flatMap(({ result }) => (result?.score == null ? [] : [result.score]));
  const { metric } = sweep.plan.spec.objective ?? {};
  reporter.progress({
    step: `sweep ${sweep.name}`,
    done: ended,
    total: rows.length,
    unit: 'trials',
    figures: {
      running: running.length === 0 ? 'none' : running.join('; '),
      ...(metric && scores.length > 0 && { [`best ${metric}`]: best(scores, metric).toFixed(4) }),
    },
  });
}

const best = (scores: readonly number[], metric: string) =>
  metric === 'expectedCalibrationError' ? Math.min(...scores) : Math.max(...scores);

/** Runs a sweep in a folder of this machine; the same call again resumes it. Returns the sweep as it ended or was stopped. */
export async function runLocally(
  planned: PlannedSweep,
  folder: string,
  { version, jobs, cores, signal, program }: Pick<WorkerOptions, 'version' | 'jobs' | 'cores' | 'signal' | 'program'>,
  reporter: Reporter,
): Promise<void> {
  await withService({ folder }, async (service) => {
    const { queue } = service;
    const sweep = await startSweep(service, planned, version);
    // Nobody else has this folder, so what runs there was left by a process that was killed.
    for (const stage of await queue.stages(sweep))
      if (stage.state === 'active') await queue.giveBack({ id: stage.id, sweep });
    const options = { version, jobs, cores, signal, program, only: sweep.id, data: planned.data, pollMs: 300 };
    await runWorker(service, { ...options, folder: () => join(folder, 'trials') }, reporter, sweep);
  });
}
