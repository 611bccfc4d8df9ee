import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { readText } from '../../ml/core/files.ts';
import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import type { ScriptFile } from '../lens-studio/analysis/script-thread.ts';
import { compile } from './compile.ts';
import { CONFIG_BYTES, compilerConfig } from './compiler-options.ts';
import { type Finding, finding } from './finding.ts';
import { scriptSources, withDeclarations } from './sources.ts';

const CONFIG = 'tsconfig.json';

/** What the compiler says where a package is not there, or only packed. */
const OF_PACKAGES = /Cannot find module '([^.]|[^']*\.(lspkg|lsc)\/)/;
/** What it says where a part of the API is not declared. */
const OF_THE_API =
  /Cannot find (name|namespace|global)|does not exist|has no exported member|NameMap|missing the following|is missing in type|class decorator/;

/**
 * Whether the scripts type-check, as strictly as the project's `tsconfig.json` wants it. A script is judged only if all that
 * it uses, and all that is used by what it imports, is declared.
 * @param given a file or folder of declarations of Lens Studio's API; by default those that the project has, or ours.
 */
export async function checkTypes({ folder, scripts }: AssetIndex, given?: string): Promise<Finding[]> {
  if (folder === null || scripts.length === 0) return [];
  const config = compilerConfig(await configText(folder));
  const { added, isComplete, ...sources } = await withDeclarations(
    await scriptSources(folder, [...config.include, ...config.files]),
    given,
  );
  const options = { ...config.compilerOptions, ...(isComplete ? {} : OWN_DECORATORS) };
  const found = await compile(sources, { ...config, compilerOptions: options, files: [...config.files, ...added] });
  if (typeof found === 'string') return [finding('not-type-checked', { file: CONFIG }, `not type-checked: ${found}`)];
  const undeclared = found.filter(
    ({ message }) => OF_PACKAGES.test(message) || (!isComplete && OF_THE_API.test(message)),
  );
  const unjudged = importersOfAny(new Set(undeclared.map(({ path }) => path)), scripts);
  const left = scripts.filter(({ path }) => unjudged.has(path)).length;
  // What does not parse is already reported.
  const readable = scripts.filter(({ fault }) => fault === null).map(({ path }) => path);
  const judged = new Set(readable.filter((path) => !unjudged.has(path)));
  const what = isComplete
    ? 'packages that are not unpacked here'
    : "parts of the API that only Lens Studio's own declarations cover";
  return [
    ...found
      .filter(({ path }) => judged.has(path))
      .map(({ path, line, message }) => finding('type-check', { file: path, line }, message)),
    ...(left > 0
      ? [
          finding(
            'not-type-checked',
            { file: CONFIG },
            `${left} of ${scripts.length} scripts are not type-checked: they use ${what}`,
          ),
        ]
      : []),
  ];
}

/** Ours are written for the decorators of Lens Studio before 5.15. */
const OWN_DECORATORS = { experimentalDecorators: true };

/** The project's own file, unless it is a link or larger than any that Lens Studio writes. */
async function configText(folder: string): Promise<string | null> {
  const path = join(folder, CONFIG);
  const info = await lstat(path).catch(() => null);
  return info?.isFile() && info.size <= CONFIG_BYTES ? readText(path) : null;
}

/** Scripts that are among `paths` or import, by whatever way round, one that is. */
function importersOfAny(paths: ReadonlySet<string>, scripts: readonly ScriptFile[]): Set<string> {
  const known = new Set(scripts.map(({ path }) => path));
  const importers = new Map<string, string[]>();
  for (const { path, script } of scripts)
    for (const imported of (script?.imports ?? []).flatMap((name) => placeOf(name, path, known)))
      importers.set(imported, [...(importers.get(imported) ?? []), path]);
  const found = new Set(paths);
  // A set goes on over what is added to it on the way.
  for (const path of found) for (const importer of importers.get(path) ?? []) found.add(importer);
  return found;
}

/** Names are looked for next to the script or, without a dot, up its folders and in the folders of the project. */
function placeOf(name: string, from: string, known: ReadonlySet<string>): string[] {
  const folders = name.startsWith('.') ? [posix.dirname(from)] : [...above(from), 'Assets', 'Packages'];
  for (const folder of folders) {
    const place = posix.join(folder, name);
    const file = [`${place}.ts`, place, `${place}/index.ts`].find((path) => known.has(path));
    if (file) return [file];
  }
  return [];
}

function above(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [folder, ...above(folder)];
}
