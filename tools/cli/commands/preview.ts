import { relative } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { SHIPPED_LENS } from '../../lens-build/shipped.ts';
import { grouped } from '../../simulator/grouped.ts';
import { addCommonFlags, perform } from '../command.ts';
import { portNumber } from '../flags.ts';
import { interrupted } from '../interrupt.ts';

interface PreviewOptions {
  project: string;
  model?: string;
  port?: number;
  open?: boolean;
  out?: string;
  force?: boolean;
  json?: boolean;
  quiet?: boolean;
}

export function addPreview(command: Command): void {
  addCommonFlags(command, {
    '--open': 'the lens of this repository, in your browser; saving edits its scene',
    '--project ../my-lens': 'a lens of your own, preferably a copy; the page follows its files',
    '--model runs/2026-01-31-mine/model-votes': 'with a model that you trained',
    '--out site': 'writes the page as files for any web server instead',
  })
    .option('--project <folder>', 'folder with the .esproj', relative('', SHIPPED_LENS) || '.')
    .option('--model <path>', "model folder, .onnx or .tflite to run in place of the project's model")
    .option('--port <number>', 'port (default: a free one from 5180)', portNumber)
    .option('--open', 'open the address in your browser')
    .option('--out <folder>', 'write the page as files into this folder instead of serving it')
    .option('--force', 'with --out: replace an earlier page in that folder')
    .addHelpText(
      'after',
      `
Everything stays on this machine: the page is served only to it and loads nothing from elsewhere. Ctrl-C ends it.`,
    )
    .action(({ out, ...options }: PreviewOptions) => (out === undefined ? serve(options) : write(out, options)));
}

function write(out: string, { project, model, port, open, force, ...options }: PreviewOptions): Promise<void> {
  return perform(options, async () => {
    if (port !== undefined || open)
      throw new UserError('--port and --open serve the page, --out writes it to disk; use one or the other');
    const { buildPreview } = await import('../../preview/server/build.ts');
    const problems = await buildPreview({ project, model, out, force });
    const text = [`${out}: the page for ${project}; serve it with any web server`, ...linesOf(problems)].join('\n');
    return { text, json: { folder: out, project, problems } };
  });
}

async function serve({ project, model, port, open, force, ...options }: PreviewOptions): Promise<void> {
  if (force) throw new UserError('--force needs --out; remove it');
  const { servePreview } = await import('../../preview/server/serve.ts');
  const server = await servePreview({ project, model, port, open });
  const ended = interrupted();
  const { url, problems, failure } = server;
  const state =
    failure === null
      ? `${project} runs at ${url} (Ctrl-C ends it)`
      : `${project} cannot be run yet: ${failure}\n${url} follows its files and runs it once that is fixed (Ctrl-C ends it)`;
  const text = [state, ...linesOf(problems)].join('\n');
  await perform(options, async () => ({ text, json: { url, project, problems, failure } }));
  await ended;
  await server.close();
}

/** What is wrong with the project, a line for each kind, as the page says it too. */
function linesOf(problems: readonly string[]): string[] {
  return grouped(problems).map((problem) => `problem: ${problem}`);
}
