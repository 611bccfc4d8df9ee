import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Finding, finding } from './finding.ts';
import type { Model } from './model.ts';

/** Longer takes no project; a script may send the compiler round in circles. */
const LONGEST_MS = 120_000;
const CONFIG = 'tsconfig.json';
const ERROR = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/;

/** Whether the scripts type-check, where the project says how: the compiler is run on its `tsconfig.json`. */
export async function checkTypes({ folder, scripts }: Model): Promise<Finding[]> {
  if (folder === null || scripts.length === 0) return [];
  const unchecked = (why: string) => [finding('not-type-checked', { file: CONFIG }, `not type-checked: ${why}`)];
  if (!existsSync(join(folder, CONFIG))) return unchecked(`no ${CONFIG}`);
  const lines = (await compilerOutput(folder)).split(/\r?\n/);
  // What Lens Studio itself generates is not always what our newer compiler takes.
  const refused = lines.find((line) => line.startsWith('error TS') || line.startsWith(`${CONFIG}(`));
  if (refused) return unchecked(refused);
  return lines.flatMap((line) => {
    const [, file, at, message] = line.match(ERROR) ?? [];
    return file ? [finding('type-check', { file: file.replaceAll('\\', '/'), line: Number(at) }, message)] : [];
  });
}

function compilerOutput(folder: string): Promise<string> {
  const options = { cwd: folder, timeout: LONGEST_MS, maxBuffer: 2 ** 26 };
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler(), '-p', '.', '--noEmit', '--pretty', 'false'], options, (failed, stdout) =>
      resolve(failed?.killed ? `error TS0: it takes longer than ${LONGEST_MS / 1000} s` : stdout),
    );
  });
}

function compiler(): string {
  const place = createRequire(import.meta.url).resolve('typescript/package.json');
  return join(dirname(place), JSON.parse(readFileSync(place, 'utf8')).bin.tsc);
}
