import { relative } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { SHIPPED_LENS } from '../../lens-build/shipped.ts';
import { grouped } from '../../simulator/grouped.ts';
import { addCommonFlags, perform } from '../command.ts';
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
    '--open': 'the lens of this repository, in your browser; saving changes its scene',
    '--project ../my-lens': 'a lens of your own, best a copy; the page follows its files',
    '--model runs/2026-01-31-mine/model-votes/emotion.int8.onnx': 'with a model that you trained',
    '--out site': 'writes the page as files for any web server instead',
  })
    .option('--project <folder>', 'folder with the .esproj', relative('', SHIPPED_LENS) || '.')
    .option('--model <file>', "ONNX file to run in place of the project's model")
    .option('--port <number>', 'port of the address; by default a free one from 5180 on', portOf)
    .option('--open', 'open the address in your browser')
    .option('--out <folder>', 'write the page as files into this folder instead of serving it')
    .option('--force', 'with --out: replace a page that was written there before')
    .addHelpText(
      'after',
      `
Everything stays on this machine: the page is served to it alone and loads nothing from elsewhere. Ctrl-C ends it.`,
    )
    .action(({ out, ...options }: PreviewOptions) => (out === undefined ? serve(options) : write(out, options)));
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a whole number from 1 to 65535');
}

function write(out: string, { project, model, port, open, force, ...options }: PreviewOptions): Promise<void> {
  return perform(options, async () => {
    if (port !== undefined || open)
      throw new UserError('--port and --open serve the page, --out writes it: choose one');
    const { buildPreview } = await import('../../preview/server/build.ts');
    const problems = await buildPreview({ project, model, out, force });
    const text = [`${out}: the page for ${project}; put it on any web server`, ...linesOf(problems)].join('\n');
    return { text, json: { folder: out, project, problems } };
  });
}

async function serve({ project, model, port, open, force, ...options }: PreviewOptions): Promise<void> {
  if (force) throw new UserError('--force goes with --out alone; leave it out');
  const { servePreview } = await import('../../preview/server/serve.ts');
  const server = await servePreview({ project, model, port, open });
  const ended = interrupted();
  const { url, problems, failure } = server;
  const state =
    failure === null
      ? `${project} runs at ${url} (Ctrl-C ends it)`
      : `${project} cannot be run yet: ${failure}\n${url} follows its files, and runs it when that is corrected (Ctrl-C ends it)`;
  const text = [state, ...linesOf(problems)].join('\n');
  await perform(options, async () => ({ text, json: { url, project, problems, failure } }));
  await ended;
  await server.close();
}

/** What is wrong with the project, a line for each kind, as the page says it too. */
function linesOf(problems: readonly string[]): string[] {
  return grouped(problems).map((problem) => `problem: ${problem}`);
}
