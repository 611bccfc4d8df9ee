import type { Command } from 'commander';
import { UserError } from '../../ml/core/errors.ts';
import type { SheetOrder } from '../pipeline/sheets.ts';
import { refuseOverwrite } from './overwrite.ts';
import { wholeNumber } from './whole-number.ts';

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
    .option('--seed <n>', 'with --sheet: draws which faces are shown (default: 1)', wholeNumber('--seed'))
    .option('--force', 'with --sheet: replace one that exists');
}

/**
 * The sheet that the flags order, if any.
 * @throws UserError if its file exists and was not to be replaced, or its flags come without it.
 */
export function sheetOf({ sheet, seed, force }: SheetFlags): SheetOrder | undefined {
  if (sheet === undefined) {
    if (seed !== undefined || force) throw new UserError('--seed and --force go with --sheet; add it');
    return undefined;
  }
  refuseOverwrite([sheet], force);
  return { path: sheet, seed: seed ?? 1 };
}
