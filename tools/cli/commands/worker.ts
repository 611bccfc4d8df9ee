import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { addCommonFlags, type CommonOptions, commandLine, perform } from '../command.ts';
import { wholeNumber } from '../flags.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';

interface WorkerFlags extends CommonOptions {
  queue?: string;
  data: string[];
  folder: string;
  jobs?: number;
  cores: number;
  once?: boolean;
}

export function addWorker(command: Command): void {
  addCommonFlags(command, {
    '--queue postgres://emotion@db.example.org/sweeps': 'the password is in PGPASSWORD or ~/.pgpass',
    '--queue "postgres://emotion@db.example.org/sweeps?sslmode=verify-full&sslrootcert=ca.pem"':
      'over TLS, with a check of the server',
    '--data /data --data /mnt/sets': 'data sets are looked for here, by their content',
  });
  const gather = (text: string, before: string[]) => [...before, text];
  command
    .option('--queue <url>', 'URL of a PostgreSQL server (default: the environment variable EMOTION_LENS_QUEUE)')
    .option(
      '--data <folder>',
      'folder below which data sets and models lie; may be repeated (default: data)',
      gather,
      [],
    )
    .option('--folder <folder>', 'folder for the trials of this worker', join('runs', 'worker'))
    .option('--jobs <n>', 'trials at once (default: as many as fit the cores and the memory)', wholeNumber('--jobs'))
    .option('--cores <n>', 'processor cores of each trial', wholeNumber('--cores'), 1)
    .option('--once', 'end when no sweep is open')
    .action(({ queue, data, folder, jobs, cores, once, ...options }: WorkerFlags) =>
      perform(options, async (reporter) => {
        const { DataIndex } = await import('../../sweep/data-index.ts');
        const { runWorker, withService } = await import('../../sweep/service.ts');
        const { fittingJobs } = await import('../../sweep/sweep.ts');
        const { intoFolder } = await import('../../pipeline/run-folder.ts');
        const { version } = (await import('../../../package.json', { with: { type: 'json' } })).default;
        const url = queueUrl(queue);
        const roots = (data.length > 0 ? data : ['data']).map((path) => resolve(path));
        const workerOptions = {
          version,
          jobs: jobs || fittingJobs(cores || 1),
          cores: cores || 1,
          data: new DataIndex([...roots, resolve('.cache')]),
          folder: ({ id }: { id: string }) => join(folder, id),
          once,
        };
        return interruptible(reporter, (signal) =>
          intoFolder(folder, 'a worker', () =>
            withService({ url }, async (service) => {
              reporter.note(`worker of version ${version}: ${workerOptions.jobs} trials at once`);
              await runWorker(service, { ...workerOptions, signal }, reporter);
              if (!signal.aborted) return { text: 'no sweep is open', json: { completed: true } };
              const resume = commandLine('worker');
              return {
                text: `stopped; start it again with:\n  ${resume}`,
                json: { completed: false },
                exitCode: INTERRUPTED,
              };
            }),
          ),
        );
      }),
    );
}

/** The queue that a flag or the environment names. @throws UserError if neither does. */
export function queueUrl(flag: string | undefined): string {
  const url = flag ?? process.env['EMOTION_LENS_QUEUE'];
  if (url !== undefined && url !== '') return url;
  throw new UserError(
    'no queue is named; add --queue postgres://user@host/database, or set the environment variable EMOTION_LENS_QUEUE',
  );
}
