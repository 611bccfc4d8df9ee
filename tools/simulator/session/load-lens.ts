import type { LensScripts } from '../lens.ts';
import { bundleScripts } from '../load/bundle-scripts.ts';
import { readProgram } from '../load/read-program.ts';
import type { LensProgram } from '../program.ts';

/** A project loaded into Node, where it can run any number of times. */
export interface LoadedLens {
  readonly folder: string;
  readonly program: LensProgram;
  readonly scripts: LensScripts;
}

/**
 * Loads a lens of this repository, and no other: its scripts run in this process with all of its permissions. This is a module
 * of its own so that a test can list its importers.
 * @throws UserError if the folder is not a project or something that its scripts share does not compile.
 */
export async function loadLens(folder: string): Promise<LoadedLens> {
  const program = await readProgram(folder);
  const { code, problems } = await bundleScripts(folder, program);
  const module = (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as {
    default: LensScripts;
  };
  return { folder, program: { ...program, problems: [...program.problems, ...problems] }, scripts: module.default };
}
