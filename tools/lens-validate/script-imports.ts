import { posix } from 'node:path';
import type { ScriptFile } from '../lens-studio/project/script-thread.ts';

/** Scripts that are among `paths` or import, by whatever way round, one that is. */
export function importersOfAny(paths: ReadonlySet<string>, scripts: readonly ScriptFile[]): Set<string> {
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

/** Names are looked for beside the script or, without a dot, up its folders and in the folders of the project. */
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
