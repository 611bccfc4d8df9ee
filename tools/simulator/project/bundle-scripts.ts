import { resolve } from 'node:path';
import { type BuildFailure, build, type Message } from 'esbuild';
import { UserError } from '../../../ml/core/errors.ts';
import { GLOBAL_NAMES } from '../names.ts';
import type { LensProgram } from '../program.ts';

/** Errors that are named; each further one is often a consequence of the first. */
const MOST_ERRORS = 3;

/**
 * Bundles the scripts of a program into one ES module, which exports a function by default:
 * `scripts(api) => ({ 'Assets/…/X.ts': () => exports, … })`. It takes what scripts find as globals in Lens Studio
 * ({@link GLOBAL_NAMES}) and gives a function for each script that runs its module and returns what it exports, so that
 * one that throws does not hinder the others.
 * @param folder of the project.
 * @throws UserError with file and line if a script does not compile.
 */
export async function bundleScripts(folder: string, { scripts }: Pick<LensProgram, 'scripts'>): Promise<string> {
  const lines = scripts.map(({ path }) => `${JSON.stringify(path)}: () => require(${JSON.stringify(`./${path}`)}),`);
  const { outputFiles } = await build({
    stdin: { contents: `module.exports = {\n${lines.join('\n')}\n};`, resolveDir: resolve(folder), loader: 'js' },
    absWorkingDir: resolve(folder),
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
  }).catch((thrown: BuildFailure) => {
    if (!Array.isArray(thrown.errors)) throw thrown;
    throw new UserError(thrown.errors.slice(0, MOST_ERRORS).map(describe).join('\n'), { cause: thrown });
  });
  return outputFiles[0].text;
}

function describe({ text, location }: Message): string {
  const place = location ? `${location.file}:${location.line}: ` : '';
  return `${place}${text}; correct the script`;
}
