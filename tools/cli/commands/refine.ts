import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../../../ml/config/load.ts';
import { REFINE_PRESET } from '../../../ml/config/preset.ts';
import { UserError } from '../../../ml/core/errors.ts';
import type { Manifest } from '../../../ml/data/manifest-format.ts';
import { ACTIONS } from '../../../ml/data/reasons.ts';
import { type Summary, summaryOf } from '../../../ml/refine/refine.ts';
import type { RefineOrder } from '../../pipeline/refine-data.ts';
import { addCommonFlags, type CommandResult, perform } from '../command.ts';
import { commandLine } from '../command-line.ts';
import { INTERRUPTED, interrupted, interruptible } from '../interrupt.ts';
import { refuseOverwrite } from '../overwrite.ts';
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
    '--review --data fer2013.csv --out manifest.csv': 'shows the suspects of a manifest in a page, to decide on each',
  });
  const { '--targets <list>': _, ...training } = TRAINING_FLAGS;
  const settings = addSourceFlags(command);
  const readFlags = addRunFlags(command, { '--folds <n>': 'refine.folds', ...training }, settings);
  command
    .requiredOption('--out <file>', 'manifest to write, a CSV table; with --review also the one to go on with')
    .option('--force', 'replace a manifest that exists')
    .option('--actions-only', 'leave out the scores and what is kept: a manifest to hand on')
    .option('--review', 'serve a page that shows the suspects, worst first, and writes what is decided')
    .option('--port <number>', 'with --review: port of the address; by default a free one from 5190 on', portOf)
    .option('--open', 'with --review: open the address in your browser')
    .addHelpText(
      'after',
      `
No image is changed or copied. Train with the manifest by --refine manifest.csv; test splits stay as they are.`,
    )
    .action(async (options: Options) => {
      const order = await orderOf(readFlags());
      checkOptions(options, order);
      if (options.review) await review(options, order);
      else
        await perform(options, (reporter) =>
          interruptible(reporter, (signal) => search(options, order, reporter, signal)),
        );
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a whole number from 1 to 65535');
}

async function orderOf({ file, settings, name, resume }: RunFlags): Promise<RefineOrder> {
  return resume === undefined ? { config: await loadConfig(file, settings, REFINE_PRESET), name } : { resume };
}

function checkOptions({ review, actionsOnly, port, open, out, force }: Options, order: RefineOrder): void {
  if ('config' in order && order.config.data.refine !== null)
    throw new UserError(
      `data.refine is ${order.config.data.refine}, which applies a manifest in training; leave it out, or use --review --out MANIFEST to look at one again`,
    );
  if (!review && (port !== undefined || open)) throw new UserError('--port and --open go with --review; add it');
  if (review && actionsOnly) throw new UserError('--actions-only leaves nothing to review; leave it out');
  if (!review) refuseOverwrite([out], force);
}

type Reporter = Parameters<Parameters<typeof perform>[1]>[0];

async function search(
  { out, actionsOnly }: Options,
  order: RefineOrder,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { refineData } = await import('../../pipeline/refine-data.ts');
  const { writeManifest } = await import('../../../ml/data/manifest.ts');
  const refined = await refineData(order, reporter, signal);
  if (!('manifest' in refined)) {
    const resume = commandLine('refine', '--resume', refined.run.folder, '--out', out);
    return {
      text: `stopped; go on with:\n  ${resume}`,
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
    text: [...tableOf(summary), out, 'next, look at them:', `  ${next}`].join('\n'),
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

async function review(options: Options, order: RefineOrder): Promise<void> {
  const { out, port, open } = options;
  const { reviewable } = await import('../../pipeline/refine-data.ts');
  const { serveReview } = await import('../../review/server/serve.ts');
  let ended: Promise<void> | undefined;
  await perform(options, async (reporter) => {
    if (!existsSync(out)) {
      const result = await interruptible(reporter, (signal) => search(options, order, reporter, signal));
      if (result.exitCode !== undefined) return result;
      reporter.note(result.text);
    }
    const server = await serveReview({ path: out, ...(await reviewable(out, order, reporter)), port, open });
    ended = interrupted().then(() => server.close());
    return {
      text: `${out}: review it at ${server.url} (Ctrl-C ends it)`,
      json: { url: server.url, manifest: out },
    };
  });
  await ended;
}
