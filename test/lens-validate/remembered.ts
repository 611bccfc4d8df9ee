/*
 * For tests that read or validate many projects which differ in a file or two: what depends on nothing but its arguments is
 * worked out once for the same arguments. To be given to `vi.mock`.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as ReadScripts from '../../tools/lens-studio/analysis/read-scripts.ts';
import type { ScriptSource } from '../../tools/lens-studio/analysis/script-thread.ts';
import type * as Parse from '../../tools/lens-studio/yaml/parse.ts';
import type * as TypeCheck from '../../tools/lens-validate/type-check.ts';

/** A type check that starts the compiler once for the same scripts. */
export function rememberTypes({ checkTypes }: typeof TypeCheck): typeof TypeCheck {
  const known = new Map<string, ReturnType<typeof checkTypes>>();
  return {
    checkTypes: async (index, given) => {
      if (index.folder === null || given !== undefined) return checkTypes(index, given);
      const key = scriptsOf(index.folder);
      const found = known.get(key) ?? checkTypes(index);
      known.set(key, found);
      return [...(await found)];
    },
  };
}

/** A digest of all that the compiler may see. */
function scriptsOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
    if (/\.(ts|js|json)$/.test(path)) hash.update(path).update(readFileSync(join(folder, path)));
  return hash.digest('hex');
}

/** A parser of YAML that reads the same file once; its values are never changed. */
export function rememberYaml({ parse, ...others }: typeof Parse): typeof Parse {
  const known = new Map<string, ReturnType<typeof parse>>();
  return {
    ...others,
    parse: (text, path) => {
      const key = `${path}\n${text}`;
      if (!known.has(key)) known.set(key, parse(text, path));
      return known.get(key) as ReturnType<typeof parse>;
    },
  };
}

/** A reader of scripts that reads the same script once. */
export function rememberScripts({ readScripts, ...others }: typeof ReadScripts): typeof ReadScripts {
  const known = new Map<string, ReturnType<typeof readScripts>>();
  const analysisOf = (source: ScriptSource) => {
    const key = `${source.path}\n${source.text}`;
    const reading = known.get(key) ?? readScripts([source]);
    known.set(key, reading);
    return reading;
  };
  return {
    ...others,
    readScripts: async (sources, timeoutMs) =>
      timeoutMs === undefined ? (await Promise.all(sources.map(analysisOf))).flat() : readScripts(sources, timeoutMs),
  };
}
