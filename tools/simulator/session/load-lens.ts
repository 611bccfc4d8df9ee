import type { LensScripts } from '../lens.ts';
import type { LensProgram } from '../program.ts';
import { bundleScripts } from '../project/bundle-scripts.ts';
import { readProgram } from '../project/read-program.ts';

/** A project that is ready to run in Node, any number of times. */
export interface LoadedLens {
  readonly folder: string;
  readonly program: LensProgram;
  readonly scripts: LensScripts;
}

/**
 * Its scripts run in this process, with all that it may do: it is for lenses of this repository alone.
 * @throws UserError if the folder is no project or something that its scripts share does not compile.
 */
export async function loadLens(folder: string): Promise<LoadedLens> {
  const program = await readProgram(folder);
  const { code, problems } = await bundleScripts(folder, program);
  const module = (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as {
    default: LensScripts;
  };
  return { folder, program: { ...program, problems: [...program.problems, ...problems] }, scripts: module.default };
}
