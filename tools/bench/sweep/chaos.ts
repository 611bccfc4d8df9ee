import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { programArguments } from '../../../ml/core/processes.ts';
import { Random } from '../../../ml/core/random.ts';
import { startSweep, withService } from '../../sweep/service.ts';
import { planSweep } from '../../sweep/sweep.ts';
import type { PostgresServer } from './postgres.ts';

const WORKERS = 3;

/** What a sweep came to: everything but where and how long it ran. */
export interface SweepResults {
  readonly state: string;
  /** Outcomes of the stages in their order, as JSON. */
  readonly outcomes: readonly string[];
  /** Kills that were done before it ended. */
  readonly kills: number;
}

/**
 * Runs a sweep with three workers in separate folders, and kills workers and the server at random moments meanwhile.
 * @param file `sweep.yaml`.
 * @param kills how many; 0 disturbs nothing.
 */
export async function runDisturbed(
  file: string,
  server: PostgresServer,
  folder: string,
  { kills, seed, pauseMs = 700 }: { kills: number; seed: number; pauseMs?: number },
): Promise<SweepResults> {
  const random = new Random(seed);
  const { url } = server;
  const planned = await planSweep(file, { results: 'database', lease: 8 });
  const name = planned.plan.spec.name;
  await withService({ url }, (service) => startSweep(service, planned, 'test'));
  const workers = Array.from({ length: WORKERS }, (_, i) => startWorker(url, join(folder, `worker-${i}`)));
  /** Starts those again that began while the server was away. */
  const restart = () => {
    for (const [i, { exitCode }] of workers.entries())
      if (exitCode !== null && exitCode !== 0) workers[i] = startWorker(url, join(folder, `worker-${i}`));
  };
  let done = 0;
  while (done < kills && workers.some((worker) => worker.exitCode !== 0)) {
    await setTimeout(pauseMs * random.uniform(0.5, 1.5));
    restart();
    const victim = random.integer(WORKERS + 1);
    if (victim < WORKERS) {
      if (workers[victim].exitCode !== null) continue;
      workers[victim].kill('SIGKILL');
      workers[victim] = startWorker(url, join(folder, `worker-${victim}`));
    } else {
      await server.crash();
      await setTimeout(pauseMs * random.uniform());
      await server.start();
    }
    done += 1;
  }
  for (const worker of workers) if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
  restart();
  for (const worker of workers) if (worker.exitCode === null) await once(worker, 'exit');
  return withService({ url }, async ({ records }) => {
    const sweep = await records.find(name);
    const { rows } = await records.db.executeSql(
      'SELECT number, rung, outcome FROM emotion_lens.result WHERE sweep = $1 ORDER BY number, rung',
      [sweep.id],
    );
    return { state: sweep.state, outcomes: rows.map((row) => JSON.stringify(row)), kills: done };
  });
}

function startWorker(url: string, folder: string): ChildProcess {
  mkdirSync(folder, { recursive: true });
  const program = programArguments(new URL('./worker-process.ts', import.meta.url));
  const worker = spawn(process.execPath, [...program, url, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  worker.stderr?.pipe(createWriteStream(join(folder, 'worker.log'), { flags: 'a' }));
  return worker;
}
