import { type BuildFailure, type BuildOptions, type BuildResult, build, type Message, stop } from 'esbuild';
import { UserError } from '../../../ml/core/errors.ts';
import { within } from '../../../ml/core/within.ts';
import { GLOBAL_NAMES } from '../names.ts';
import type { LensProgram, ProgramScript } from '../program.ts';
import { pathInProject, projectFiles } from './script-files.ts';

/** Errors that are named; each further one is often a consequence of the first. */
const MOST_ERRORS = 3;
/** What compiles at all takes a small part of it. */
const MOST_SECONDS = 10;

/** The scripts of a program as one ES module. */
export interface ScriptBundle {
  readonly code: string;
  /** Components that are left out, with file and line: they do not compile, and nothing else needs them. */
  readonly problems: readonly string[];
}

/**
 * Bundles the scripts of a program into one ES module, which exports a function by default:
 * `scripts(api) => ({ 'Assets/…/X.ts': () => exports, … })`. It takes what scripts find as globals in Lens Studio
 * ({@link GLOBAL_NAMES}) and gives a function for each script that runs its module and returns what it exports, so that
 * one that throws does not hinder the others. They import what lies in the project, and nothing else.
 * @param folder of the project.
 * @throws UserError with file and line if something that scripts share does not compile, or the compiler ends over it.
 */
export async function bundleScripts(
  folder: string,
  { scripts }: Pick<LensProgram, 'scripts'>,
  problems: readonly string[] = [],
): Promise<ScriptBundle> {
  try {
    return { code: await bundle(folder, scripts), problems };
  } catch (thrown) {
    const { errors } = thrown as BuildFailure;
    if (!Array.isArray(errors)) throw thrown;
    const fileOf = ({ location }: Message) => location && pathInProject(location.file);
    const broken = scripts.filter(({ path }) => errors.some((error) => fileOf(error) === path));
    const own = errors.every((error) => broken.some(({ path }) => path === fileOf(error)));
    if (!own) {
      const named = errors.slice(0, MOST_ERRORS).map((error) => `${describe(error)}; correct the script`);
      throw new UserError(named.join('\n'), { cause: thrown });
    }
    const rest = scripts.filter((script) => !broken.includes(script));
    const lost = errors.map((error) => `${describe(error)}; the script is left out`);
    return bundleScripts(folder, { scripts: rest }, [...problems, ...lost]);
  }
}

async function bundle(folder: string, scripts: readonly ProgramScript[]): Promise<string> {
  const lines = scripts.map(({ path }) => `${JSON.stringify(path)}: () => require(${JSON.stringify(`./${path}`)}),`);
  const files = await projectFiles(folder, `module.exports = {\n${lines.join('\n')}\n};`);
  try {
    const { outputFiles } = await buildInTime({
      entryPoints: ['scripts'],
      plugins: [files],
      bundle: true,
      write: false,
      outfile: 'scripts.js',
      format: 'iife',
      globalName: 'modules',
      target: 'es2022',
      platform: 'neutral',
      sourcemap: 'inline',
      logLevel: 'silent',
      // As Lens Studio compiles them, whatever the project's own settings are.
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
      banner: { js: `export default function scripts({ ${GLOBAL_NAMES.join(', ')} }) {` },
      footer: { js: 'return modules;\n}' },
    });
    return outputFiles![0].text;
  } catch (thrown) {
    if (Array.isArray((thrown as BuildFailure).errors)) throw thrown;
    throw new UserError(
      `the scripts of ${folder} cannot be compiled: the compiler ran out of memory, or of its ${MOST_SECONDS} seconds; ` +
        'look for one that is nested thousands of times',
      { cause: thrown },
    );
  }
}

/**
 * The compiler is a process of its own, which can be ended, but not told to give up a file.
 * @throws Error also if that process ends.
 */
function buildInTime(options: BuildOptions): Promise<BuildResult> {
  return within(1000 * MOST_SECONDS, build(options), async () => {
    await stop();
    throw new Error('out of time');
  });
}

function describe({ text, location }: Message): string {
  return location ? `${pathInProject(location.file)}:${location.line}: ${text}` : text;
}
