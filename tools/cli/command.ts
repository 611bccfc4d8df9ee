import { relative } from 'node:path';
import type { Command } from 'commander';
import { printable } from '../../ml/core/errors.ts';
import type { CliReporter } from './reporter.ts';

/** What a command found or made. */
export interface CommandResult {
  /** For people, printed to stdout. */
  readonly text: string;
  /** Colours what was made printable. */
  readonly paint?: (text: string) => string;
  /** For machines, printed to stdout with `--json`. */
  readonly json: unknown;
  /** 0 by default. */
  readonly exitCode?: number;
}

/** The flags that every command has. */
export interface CommonOptions {
  json?: boolean;
  quiet?: boolean;
}

/** Adds a command of a group; see {@link addCommonFlags}. */
export function addCommand(group: Command, usage: string, about: string, examples: Record<string, string>): Command {
  return addCommonFlags(group.command(usage).description(about), examples);
}

/**
 * Adds the flags that every command has, and its examples to its help.
 * @param examples arguments after the command's name, each with what it does.
 */
export function addCommonFlags(command: Command, examples: Record<string, string>): Command {
  const words: string[] = [];
  for (let named: Command | null = command; named; named = named.parent) words.unshift(named.name());
  const lines = Object.entries(examples).map(
    ([line, does]) => `  $ ${`${words.join(' ')} ${line}`.trim()}\n      ${does}`,
  );
  return command
    .option('--json', 'print the result as one JSON document; progress goes to stderr')
    .option('--quiet', 'print nothing but the result')
    .option('--verbose', 'print stack traces with errors')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Runs a command's work and prints its result: progress to stderr, the result to stdout. */
export async function perform(
  { json = false, quiet = false }: CommonOptions,
  work: (reporter: CliReporter) => Promise<CommandResult>,
): Promise<void> {
  const { createReporter } = await import('./reporter.ts');
  const reporter = createReporter(process.stderr, quiet);
  try {
    const result = await work(reporter);
    reporter.close();
    const { text, paint = (plain) => plain } = result;
    process.stdout.write(json ? jsonOf(result.json) : `${paint(printable(text))}\n`);
    process.exitCode = result.exitCode ?? 0;
  } finally {
    reporter.close();
  }
}

/** A JSON document for stdout, which may be a terminal too. */
export function jsonOf(value: unknown): string {
  return `${printable(JSON.stringify(value, null, 2))}\n`;
}

/** The command line that runs a command of this program from the current folder, quoted for a shell. */
export function commandLine(...words: string[]): string {
  return ['node', relative(process.cwd(), process.argv[1]), ...words].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
