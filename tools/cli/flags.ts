import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../ml/core/errors.ts';
import type { SheetImages } from '../pipeline/sheets.ts';

/** Flags of a command that can draw some of its faces. */
export interface SheetFlags {
  sheet?: string;
  seed?: number;
  force?: boolean;
}

/** @param about what the sheet shows. */
export function addSheetFlags(command: Command, about: string): Command {
  return command
    .option('--sheet <file>', about)
    .option('--seed <n>', 'with --sheet: random seed of the faces shown (default: 1)', wholeNumber('--seed'))
    .option('--force', 'with --sheet: replace an existing one');
}

/**
 * The sheet that the flags order, if any.
 * @throws UserError if its file exists and was not to be replaced, or its flags come without it.
 */
export function sheetOf({ sheet, seed, force }: SheetFlags): SheetImages | undefined {
  if (sheet === undefined) {
    if (seed !== undefined || force) throw new UserError('--seed and --force need --sheet; add it');
    return undefined;
  }
  refuseOverwrite([sheet], force);
  return { path: sheet, seed: seed ?? 1 };
}

/** @throws UserError if one of the files exists and was not to be replaced. */
export function refuseOverwrite(paths: readonly string[], force = false): void {
  const taken = force ? undefined : paths.find((path) => existsSync(path));
  if (taken !== undefined)
    throw new UserError(`${taken} already exists; choose another place, or replace it with --force`);
}

/** Reads the value of a flag. @throws UserError if it is not a whole number from 0 on. */
export const wholeNumber = (flag: string) => (text: string) => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UserError(`${flag} ${text}: expected a whole number`);
};

/** Reads a port. @throws InvalidArgumentError if there is no such port. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a whole number from 1 to 65535');
}
