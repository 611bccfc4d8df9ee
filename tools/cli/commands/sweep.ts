import { join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import type { QueuePlace, Service } from '../../sweep/service.ts';
import { addCommand, type CommandResult, type CommonOptions, commandLine, perform } from '../command.ts';
import { refuseOverwrite, wholeNumber } from '../flags.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { queueUrl } from './worker.ts';

export function addSweep(sweep: Command): void {
  for (const add of [addRun, addStart, addStatus, addBest, addReport, addCancel]) add(sweep);
}

interface RunOptions extends CommonOptions {
  folder?: string;
  jobs?: number;
  cores: number;
}

function addRun(sweep: Command): void {
  addCommand(sweep, 'run <file>', 'Runs a sweep on this machine; the same command again resumes it', {
    'sweep.yaml': 'as many trials at once as fit the cores and the memory',
    'sweep.yaml --jobs 1': 'one trial at a time',
  })
    .option('--folder <folder>', 'where the sweep lies (default: runs/sweep-NAME)')
    .option('--jobs <n>', 'trials at once', positive('--jobs'))
    .option('--cores <n>', 'processor cores of each trial', positive('--cores'), 1)
    .action((file: string, { folder, jobs, cores, ...options }: RunOptions) =>
      perform(options, async (reporter) => {
        const { fittingJobs, planSweep } = await import('../../sweep/sweep.ts');
        const { runLocally, withService } = await import('../../sweep/service.ts');
        const planned = await planSweep(file, { results: 'none', lease: LEASE });
        const { name } = planned.plan.spec;
        const place = folder ?? join('runs', `sweep-${name}`);
        const version = await projectVersion();
        const most = Math.min(jobs ?? fittingJobs(cores), planned.trials.length);
        reporter.note(`${place}: ${planned.trials.length} trials, ${most} at once`);
        const stopped = await interruptible(reporter, async (signal) => {
          await runLocally(planned, place, { version, jobs: most, cores, signal }, reporter);
          return signal.aborted;
        });
        if (!stopped) {
          const { writeSweepReport } = await import('../../sweep/report.ts');
          return withService({ folder: place }, async (service) => {
            const path = join(place, 'report.html');
            await writeSweepReport(path, await service.records.find(name), service);
            const { text, json } = await statusOf(name, service);
            return { text: `${text}\n${path}`, json: { ...json, report: path } };
          });
        }
        const resume = commandLine('sweep', 'run', file, ...(folder === undefined ? [] : ['--folder', folder]));
        return {
          text: `stopped; resume with:\n  ${resume}`,
          json: { completed: false, resume },
          exitCode: INTERRUPTED,
        };
      }),
    );
}

/** Seconds without a sign of life after which a trial is given to another worker. */
const LEASE = 120;

function addStart(sweep: Command): void {
  addCommand(sweep, 'start <file>', 'Sends a sweep to a queue, for workers on any number of machines', {
    'sweep.yaml --queue postgres://emotion@db.example.org/sweeps': 'the password is in PGPASSWORD or ~/.pgpass',
    'sweep.yaml --results /mnt/sweeps': 'models and checkpoints in a folder that all machines share',
  })
    .option('--queue <url>', QUEUE)
    .option(
      '--results <place>',
      'where models and checkpoints go: "database", or a folder that all machines share',
      'database',
    )
    .option(
      '--lease <seconds>',
      'time without a sign of life after which a trial goes to another worker',
      positive('--lease'),
      LEASE,
    )
    .action(
      (
        file: string,
        { queue, results, lease, ...options }: CommonOptions & { queue?: string; results: string; lease: number },
      ) =>
        perform(options, async () => {
          const { planSweep } = await import('../../sweep/sweep.ts');
          const { checkResultsPlace } = await import('../../sweep/result-files.ts');
          const { startSweep, withService } = await import('../../sweep/service.ts');
          const url = queueUrl(queue);
          checkResultsPlace(results);
          if (lease < 4 || lease > 3600)
            throw new UserError(`--lease ${lease}: expected a number of seconds from 4 to 3600`);
          const planned = await planSweep(file, { results, lease });
          const version = await projectVersion();
          return withService({ url }, async (service) => {
            const { name } = await startSweep(service, planned, version);
            const next = commandLine('worker', ...(queue === undefined ? [] : ['--queue', 'URL']));
            return {
              text: `${name}: ${planned.trials.length} trials are in the queue\nnext, on each machine:\n  ${next}`,
              json: { name, trials: planned.trials.length, version },
            };
          });
        }),
    );
}

interface PlaceOptions extends CommonOptions {
  queue?: string;
  folder?: string;
}

/** Adds a command that looks at a sweep in a queue or in its folder. */
function addLook(
  sweep: Command,
  name: string,
  about: string,
  examples: Record<string, string>,
  look: (sweep: string | undefined, service: Service, options: Record<string, unknown>) => Promise<CommandResult>,
): Command {
  return addCommand(sweep, name, about, examples)
    .option('--queue <url>', QUEUE)
    .option('--folder <folder>', 'folder of a sweep that ran on this machine, in place of a queue')
    .action((sweep: string | undefined, { queue, folder, ...options }: PlaceOptions) =>
      perform(options, async () => {
        const { withService } = await import('../../sweep/service.ts');
        if (queue !== undefined && folder !== undefined)
          throw new UserError('--queue and --folder exclude each other; keep one of them');
        const place: QueuePlace =
          folder === undefined ? { url: queueUrl(queue) } : { folder: await folderOfSweep(folder) };
        return withService(place, (service) => look(sweep, service, options as Record<string, unknown>));
      }),
    );
}

function addStatus(sweep: Command): void {
  addLook(
    sweep,
    'status [sweep]',
    'Shows how far a sweep is, or all sweeps of a queue',
    {
      '--queue postgres://emotion@db.example.org/sweeps': 'all sweeps',
      'rates --folder runs/sweep-rates': 'one that ran here',
    },
    async (name, service) => {
      if (name !== undefined) return statusOf(name, service);
      const states = [];
      for (const { name } of await service.records.all()) states.push(await statusOf(name, service));
      return {
        text: states.length === 0 ? 'no sweeps' : states.map(({ text }) => text).join('\n'),
        json: states.map(({ json }) => json),
      };
    },
  );
}

async function statusOf(name: string, { records, queue }: Service) {
  const { describeSweep, trialRows } = await import('../../sweep/overview.ts');
  const sweep = await records.find(name);
  const rows = await trialRows(sweep, records, queue);
  const trials = rows.map(({ number, state, seed, settings, result, reason }) => ({
    number,
    state,
    seed,
    settings,
    result,
    reason,
  }));
  return { text: describeSweep(sweep, rows), json: { name, state: sweep.state, reason: sweep.reason, trials } };
}

function addBest(sweep: Command): void {
  addLook(
    sweep,
    'best <sweep>',
    'Shows the best configuration, and writes its model',
    {
      'rates --folder runs/sweep-rates': 'its configuration',
      'rates --out best.onnx': 'also the model of its best seed',
    },
    async (name, service, { out, force }) => {
      const { findBest } = await import('../../sweep/best.ts');
      const path = out as string | undefined;
      if (path !== undefined) refuseOverwrite([path], force as boolean | undefined);
      return findBest(await service.records.find(name!), service, path);
    },
  )
    .option('--out <file>', 'where to write the model, an ONNX file')
    .option('--force', 'with --out: replace an existing one');
}

function addReport(sweep: Command): void {
  addLook(
    sweep,
    'report <sweep>',
    'Writes a page with all trials: parallel coordinates, learning curves, the best and the spread of seeds',
    { 'rates --folder runs/sweep-rates': 'rates.html', 'rates --out report.html': 'another name' },
    async (name, service, { out = `${name}.html` }) => {
      const { writeSweepReport } = await import('../../sweep/report.ts');
      await writeSweepReport(out as string, await service.records.find(name!), service);
      return { text: out as string, json: { report: out } };
    },
  ).option('--out <file>', 'where to write it (default: NAME.html)');
}

function addCancel(sweep: Command): void {
  addLook(
    sweep,
    'cancel <sweep>',
    'Cancels a sweep: workers stop its trials, results stay',
    { 'rates --queue postgres://emotion@db.example.org/sweeps': 'finished trials stay' },
    async (name, { records, queue }) => {
      const sweep = await records.find(name!);
      if (sweep.state !== 'open') throw new UserError(`sweep ${name} is ${sweep.state} already`);
      await records.end(sweep, 'cancelled', 'by its user');
      await queue.cancel(sweep);
      return { text: `${name} is cancelled`, json: { name, state: 'cancelled' } };
    },
  );
}

const QUEUE = 'URL of a PostgreSQL server (default: the environment variable EMOTION_LENS_QUEUE)';

async function folderOfSweep(folder: string): Promise<string> {
  const { isFolder } = await import('../../../ml/core/files.ts');
  if ((await isFolder(folder)) && (await isFolder(join(folder, 'queue')))) return folder;
  throw new UserError(`${folder} is not the folder of a sweep; expected one that "emotion-lens sweep run" made`);
}

async function projectVersion(): Promise<string> {
  return (await import('../../../package.json', { with: { type: 'json' } })).default.version;
}

const positive = (flag: string) => (text: string) => {
  const number = wholeNumber(flag)(text);
  if (number > 0) return number;
  throw new UserError(`${flag} ${text}: expected at least 1`);
};
