import { existsSync } from 'node:fs';
import { UserError } from '../../ml/core/errors.ts';

/** @throws UserError if one of the files exists and was not to be replaced. */
export function refuseOverwrite(paths: readonly string[], force = false): void {
  const taken = force ? undefined : paths.find((path) => existsSync(path));
  if (taken !== undefined)
    throw new UserError(`${taken} exists already; choose another place, or replace it with --force`);
}
