import { parseArgs } from 'node:util';
import { messageOf, UserError } from '../../ml/core/errors.ts';

/** The folder of data sets where no option names one, and what the folders in it are called. */
export const DATA = {
  folder: process.env['EMOTION_LENS_DATA'] || 'data',
  ckplus: 'ckplus48',
  posed: 'kdef-frontal',
} as const;

/** An option that takes a value has a placeholder for it in the help. */
interface Option {
  readonly type: 'string' | 'boolean';
  readonly default?: string | boolean;
  readonly placeholder?: string;
  readonly about: string;
}

interface Parsed<Options extends Record<string, Option>> {
  readonly values: {
    readonly [Name in keyof Options]: Options[Name]['type'] extends 'boolean'
      ? boolean
      : Options[Name] extends { readonly default: string }
        ? string
        : string | undefined;
  };
  readonly positionals: readonly string[];
}

/**
 * Reads the arguments of a benchmark. `--help` prints its usage and ends it; from here on, a user error ends it with
 * one line, and exit code 1 in place of a stack trace.
 * @param script its name in `package.json`.
 * @param operands what stands before the options, as `MODEL.onnx`.
 * @throws UserError for an unknown option, or one without its value.
 */
export function readArguments<const Options extends Record<string, Option>>(
  script: string,
  about: string,
  options: Options,
  operands = '',
): Parsed<Options> {
  process.on('uncaughtException', (thrown) => {
    console.error(thrown instanceof UserError ? `error: ${thrown.message}` : thrown);
    process.exit(thrown instanceof UserError ? 1 : 70);
  });
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    console.log(usage(script, about, options, operands));
    process.exit(0);
  }
  try {
    return parseArgs({ options, allowPositionals: true }) as unknown as Parsed<Options>;
  } catch (thrown) {
    const [what] = messageOf(thrown).split(/\.?\n|\. To specify/);
    throw new UserError(`${what}; see npm run ${script} -- --help`);
  }
}

function usage(script: string, about: string, options: Record<string, Option>, operands: string): string {
  const lines = Object.entries(options).map(([name, { placeholder, default: fallback, about }]) => {
    const flag = `--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`;
    return `  ${flag.padEnd(24)} ${about}${fallback ? ` (default: ${fallback})` : ''}`;
  });
  const words = [operands, lines.length > 0 ? '[options]' : ''].filter(Boolean);
  const head = `Usage: npm run ${script}${words.length > 0 ? ` -- ${words.join(' ')}` : ''}\n\n${about}`;
  return lines.length > 0 ? `${head}\n\nOptions:\n${lines.join('\n')}` : head;
}

/** @throws UserError if the value of an option is not a whole number from 1. */
export function positive(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UserError(`--${name} ${text}: expected a whole number from 1`);
}

/** @throws UserError if the value of an option is not a number from 0 to `most`. */
export function amount(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= most) return value;
  throw new UserError(`--${name} ${text}: expected a number from 0 to ${most}`);
}
