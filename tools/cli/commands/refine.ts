import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { loadConfig } from '../../../ml/config/load.ts';
import { REFINE_PRESET } from '../../../ml/config/preset.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { ACTIONS, type Manifest } from '../../../ml/data/manifest-format.ts';
import { type Summary, summaryOf } from '../../../ml/refine/suspects.ts';
import type { RefineOptions } from '../../pipeline/refine-data.ts';
import { addCommonFlags, type CommandResult, commandLine, perform } from '../command.ts';
import { portNumber, refuseOverwrite } from '../flags.ts';
import { INTERRUPTED, interrupted, interruptible } from '../interrupt.ts';
import { addRunFlags, addSourceFlags, type RunFlags, TRAINING_FLAGS } from '../run-flags.ts';

interface Options {
  out: string;
  force?: boolean;
  actionsOnly?: boolean;
  review?: boolean;
  port?: number;
  open?: boolean;
  json?: boolean;
  quiet?: boolean;
}

export function addRefine(command: Command): void {
  addCommonFlags(command, {
    '--data fer2013.csv --votes fer2013new.csv --out manifest.csv': 'without training, in a minute',
    '--data photos --folds 4 --out manifest.csv': 'trains four networks to find wrong labels without votes',
    '--review --data fer2013.csv --out manifest.csv':
      'shows the suspects of a manifest in a page, to decide on each of them',
  });
  const { '--targets <list>': _, ...training } = TRAINING_FLAGS;
  const settings = addSourceFlags(command);
  const readFlags = addRunFlags(command, { '--folds <n>': 'refine.folds', ...training }, settings);
  command
    .requiredOption('--out <file>', 'manifest to write, a CSV table; with --review, also the one to continue')
    .option('--force', 'replace a manifest that exists')
    .option('--actions-only', 'write only the actions, without scores: a manifest to share')
    .option('--review', 'serve a page that shows the suspects, worst first, and saves your decisions')
    .option('--port <number>', 'with --review: port (default: a free one from 5190)', portNumber)
    .option('--open', 'with --review: open the address in your browser')
    .addHelpText(
      'after',
      `
No image is changed or copied. Train with --refine manifest.csv; test splits stay unchanged.`,
    )
    .action(async (options: Options) => {
      const job = await jobOf(readFlags());
      checkOptions(options, job);
      if (options.review) await review(options, job);
      else
        await perform(options, (reporter) =>
          interruptible(reporter, (signal) => search(options, job, reporter, signal)),
        );
    });
}

async function jobOf({ file, settings, name, resume }: RunFlags): Promise<RefineOptions> {
  return resume === undefined ? { config: await loadConfig(file, settings, REFINE_PRESET), name } : { resume };
}

function checkOptions({ review, actionsOnly, port, open, out, force }: Options, job: RefineOptions): void {
  if ('config' in job && job.config.data.refine !== null)
    throw new UserError(
      `data.refine is ${job.config.data.refine}, which applies a manifest in training; remove it, or review a manifest with --review --out MANIFEST`,
    );
  if (!review && (port !== undefined || open)) throw new UserError('--port and --open need --review; add it');
  if (review && actionsOnly) throw new UserError('--actions-only leaves nothing to review; remove it');
  if (!review) refuseOverwrite([out], force);
}

type Reporter = Parameters<Parameters<typeof perform>[1]>[0];

async function search(
  { out, actionsOnly }: Options,
  job: RefineOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { refineData } = await import('../../pipeline/refine-data.ts');
  const { writeManifest } = await import('../../../ml/data/manifest.ts');
  const refined = await refineData(job, reporter, signal);
  if (!('manifest' in refined)) {
    const resume = commandLine('refine', '--resume', refined.run.folder, '--out', out);
    return {
      text: `stopped; resume with:\n  ${resume}`,
      json: { completed: false, run: refined.run.folder, resume },
      exitCode: INTERRUPTED,
    };
  }
  const manifest = actionsOnly ? withActionsOnly(refined.manifest) : refined.manifest;
  await writeManifest(out, manifest);
  const summary = summaryOf(manifest.entries);
  const { source } = refined.dataset;
  const next = commandLine('refine', '--review', '--data', source, '--out', out);
  return {
    text: [...tableOf(summary), out, 'next, review them:', `  ${next}`].join('\n'),
    json: { completed: true, manifest: out, ...manifest.identity, summary, run: refined.run?.folder ?? null },
  };
}

function withActionsOnly({ identity, entries }: Manifest): Manifest {
  const acted = entries.filter(({ action }) => action !== 'keep');
  return {
    identity,
    entries: acted.map((entry) => ({ ...entry, to: entry.action === 'move' ? entry.to : null, score: null })),
  };
}

function tableOf(summary: Summary): string[] {
  const cells = (values: readonly (string | number)[]) => values.map((value) => String(value).padStart(7)).join('');
  const rows = Object.entries(summary).map(([reason, counts]) => ({
    reason,
    counts: ACTIONS.map((one) => counts[one]),
  }));
  const total = ACTIONS.map((_, i) => rows.reduce((sum, { counts }) => sum + counts[i], 0));
  const line = (name: string, values: readonly (string | number)[]) => name.padEnd(20) + cells(values);
  return [line('reason', ACTIONS), ...rows.map(({ reason, counts }) => line(reason, counts)), line('all', total)];
}

async function review(options: Options, job: RefineOptions): Promise<void> {
  const { out, port, open } = options;
  const { reviewable } = await import('../../pipeline/refine-data.ts');
  const { serveReview } = await import('../../review/server/serve.ts');
  let ended: Promise<void> | undefined;
  await perform(options, async (reporter) => {
    if (!existsSync(out)) {
      const result = await interruptible(reporter, (signal) => search(options, job, reporter, signal));
      if (result.exitCode !== undefined) return result;
      reporter.note(result.text);
    }
    const server = await serveReview({ path: out, ...(await reviewable(out, job, reporter)), port, open });
    ended = interrupted().then(() => server.close());
    return {
      text: `${out}: review it at ${server.url} (Ctrl-C ends it)`,
      json: { url: server.url, manifest: out },
    };
  });
  await ended;
}
