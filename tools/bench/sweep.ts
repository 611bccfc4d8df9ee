/**
 * What a sweep costs beside its trainings, and whether it ends with the same bits when workers and the server are killed.
 * PostgreSQL is started in a temporary folder, where it is installed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../ml/core/errors.ts';
import type { Outcome } from '../../ml/sweep/outcome.ts';
import { advance } from '../sweep/advance.ts';
import { describeSweep, trialRows } from '../sweep/overview.ts';
import { type Service, startSweep, withService } from '../sweep/service.ts';
import { planSweep } from '../sweep/sweep.ts';
import { positive, readArguments } from './arguments.ts';
import { runDisturbed } from './sweep/chaos.ts';
import { findPostgres, startPostgres } from './sweep/postgres.ts';

const { values } = readArguments('bench:sweep', 'Measures the queue of sweeps, and kills its workers and its server.', {
  trials: { type: 'string', placeholder: 'N', default: '10000', about: 'trials in the queue' },
  stages: { type: 'string', placeholder: 'N', default: '200', about: 'trials of which the overhead is measured' },
  kills: { type: 'string', placeholder: 'N', default: '20', about: 'kills of workers or the server' },
  seed: { type: 'string', placeholder: 'N', default: '1', about: 'seed of the kills' },
  embedded: { type: 'boolean', default: false, about: 'measure PGlite, without kills, in place of a server' },
});
const [trials, stages, kills, seed] = (['trials', 'stages', 'kills', 'seed'] as const).map((name) =>
  positive(name, values[name]),
);
const programs = values.embedded ? undefined : findPostgres();
if (!values.embedded && programs === undefined)
  throw new UserError('PostgreSQL is not installed; install the package "postgresql", or add --embedded');

const folder = mkdtempSync(join(tmpdir(), 'emotion-lens-sweep-'));
const server = programs === undefined ? undefined : await startPostgres(programs);
try {
  await withService(server ? { url: server.url } : { folder: join(folder, 'local') }, measure);
  if (server) {
    const calm = await runDisturbed(write('calm', 4), server, join(folder, 'calm'), { kills: 0, seed });
    const wild = await runDisturbed(write('wild', 4), server, join(folder, 'wild'), { kills, seed, pauseMs: 1500 });
    const same = isDeepStrictEqual(wild.outcomes, calm.outcomes) && wild.state === calm.state;
    console.log(
      `${wild.kills} kills of workers and the server: ${wild.state}, ${wild.outcomes.length} of ${calm.outcomes.length} results, ${same ? 'the same bits' : 'OTHER BITS'} as undisturbed`,
    );
    if (!same) process.exitCode = 1;
  }
} finally {
  await server?.remove();
  rmSync(folder, { recursive: true, force: true });
}

/** @param rates of learning, each with eight seeds; with ASHA two stages more for the best. */
function write(name: string, rates: number): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(
    path,
    `name: ${name}
config: { train: { epochs: 9 } }
grid: { train.learningRate: ${JSON.stringify(Array.from({ length: rates }, (_, i) => (i + 1) / 10))}, augment.noise: [30] }
seeds: [1, 2, 3, 4, 5, 6, 7, 8]
objective: {}
asha: { synchronous: true }
`,
  );
  return path;
}

async function measure(service: Service): Promise<void> {
  const { records, queue } = service;
  const path = join(folder, 'large.yaml');
  writeFileSync(
    path,
    `name: large\nrandom: { trials: ${trials}, fields: { train.learningRate: { from: 0.0001, to: 0.1, scale: log } } }\nobjective: {}\n`,
  );
  const planned = await planSweep(path, { results: 'none', lease: 60 });
  const sweep = await timed(`${trials} trials sent`, () => startSweep(service, planned, 'test'));
  await timed(`${trials} trials listed`, async () => describeSweep(sweep, await trialRows(sweep, records, queue)));
  const outcome: Outcome = {
    epochs: 18,
    figures: [],
    curve: Array.from({ length: 18 }, () => ({ 'loss/a': 1 })),
    networks: {},
  };
  const began = performance.now();
  for (let i = 0; i < stages; i++) {
    await records.all();
    const stage = await queue.take(sweep);
    if (!stage) throw new Error('the queue is empty');
    await records.isKept(sweep, stage);
    await records.trial(sweep, stage.number);
    await queue.touch(stage);
    await records.keep(sweep, stage, outcome, { score: 0.5, seconds: 60, worker: 'bench' });
    await advance(sweep, records, queue, stage);
  }
  const each = (performance.now() - began) / stages;
  console.log(
    `overhead of the queue per trial: ${each.toFixed(1)} ms, ${((100 * each) / 60_000).toFixed(3)} % of a minute`,
  );
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - began) / 1000).toFixed(2)} s`);
  return result;
}
