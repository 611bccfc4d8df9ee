import { resolve } from 'node:path';
import { type BuildFailure, build, type Message } from 'esbuild';
import { UserError } from '../../../ml/core/errors.ts';
import { GLOBAL_NAMES } from '../names.ts';
import type { LensProgram, ProgramScript } from '../program.ts';

/** Errors that are named; each further one is often a consequence of the first. */
const MOST_ERRORS = 3;

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
 * one that throws does not hinder the others.
 * @param folder of the project.
 * @throws UserError with file and line if something that scripts share does not compile.
 */
export async function bundleScripts(
  folder: string,
  { scripts }: Pick<LensProgram, 'scripts'>,
  problems: readonly string[] = [],
): Promise<ScriptBundle> {
  const root = resolve(folder);
  try {
    return { code: await bundle(root, scripts), problems };
  } catch (thrown) {
    const { errors } = thrown as BuildFailure;
    if (!Array.isArray(errors)) throw thrown;
    const broken = scripts.filter(({ path }) => errors.some(({ location }) => location?.file === path));
    const own = errors.every(({ location }) => broken.some(({ path }) => path === location?.file));
    if (!own) {
      const named = errors.slice(0, MOST_ERRORS).map((error) => `${describe(error)}; correct the script`);
      throw new UserError(named.join('\n'), { cause: thrown });
    }
    const rest = scripts.filter((script) => !broken.includes(script));
    const lost = errors.map((error) => `${describe(error)}; the script is left out`);
    return bundleScripts(folder, { scripts: rest }, [...problems, ...lost]);
  }
}

async function bundle(root: string, scripts: readonly ProgramScript[]): Promise<string> {
  const lines = scripts.map(({ path }) => `${JSON.stringify(path)}: () => require(${JSON.stringify(`./${path}`)}),`);
  const { outputFiles } = await build({
    stdin: { contents: `module.exports = {\n${lines.join('\n')}\n};`, resolveDir: root, loader: 'js' },
    absWorkingDir: root,
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
  return outputFiles[0].text;
}

function describe({ text, location }: Message): string {
  return location ? `${location.file}:${location.line}: ${text}` : text;
}
