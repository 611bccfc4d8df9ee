import { posix } from 'node:path';

/** Flags that change what the compiler says of a script, and nothing else. */
const FLAGS = [
  ...['strict', 'noImplicitAny', 'noImplicitThis', 'strictNullChecks', 'strictFunctionTypes', 'strictBindCallApply'],
  ...['strictPropertyInitialization', 'strictBuiltinIteratorReturn', 'useUnknownInCatchVariables'],
  ...['exactOptionalPropertyTypes', 'noFallthroughCasesInSwitch', 'noImplicitOverride', 'noImplicitReturns'],
  ...['noUncheckedIndexedAccess', 'noUnusedLocals', 'noUnusedParameters', 'allowUnreachableCode', 'allowUnusedLabels'],
  ...['allowJs', 'isolatedModules', 'resolveJsonModule', 'useDefineForClassFields', 'experimentalDecorators'],
];
/** What Lens Studio writes. */
const LIBRARY = 'es2021';
const FOLDERS = ['./Assets/*', './Packages/*', './Cache/TypeScript/Src/Packages/*'];
const INCLUDED = [
  'Cache/TypeScript/lib/LensifyTS/Declarations/**/*.d.ts',
  'Assets/**/*.ts',
  'Packages/**/*.ts',
  'Cache/TypeScript/Src/Packages/**/*.ts',
];
/** More than any `tsconfig.json` of Lens Studio has. */
export const CONFIG_BYTES = 65_536;

/** A `tsconfig.json` with places from the project's folder. */
export interface CompilerConfig {
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/**
 * A configuration of our own, with what a project's says of strictness, language, names and places of its scripts, and
 * nothing that makes the compiler write or load anything.
 * @param text the project's file, at most {@link CONFIG_BYTES} long; null where it has none, or one that cannot be read: then
 *   Lens Studio's own is taken.
 */
export function compilerConfig(text: string | null): CompilerConfig {
  const given = record(text === null ? {} : readJson(text));
  const options = record(given.compilerOptions);
  const include = texts(given.include);
  const files = texts(given.files);
  return {
    compilerOptions: {
      ...Object.fromEntries(
        FLAGS.flatMap((name) => (typeof options[name] === 'boolean' ? [[name, options[name]]] : [])),
      ),
      // Where nothing is said, the compiler's own default is strict; Lens Studio's is not.
      strict: options.strict === true,
      noEmit: true,
      skipLibCheck: true,
      noUncheckedSideEffectImports: false,
      types: [],
      module: 'commonjs',
      target: language(options.target) ?? LIBRARY,
      lib: texts(options.lib)?.filter((name) => /^[\w.]+$/.test(name)) ?? [LIBRARY],
      paths: pathsOf(options),
    },
    files: files ?? [],
    include: include ?? (files ? [] : INCLUDED),
    exclude: texts(given.exclude) ?? [],
  };
}

/** Other targets the compiler refuses. */
function language(target: unknown): string | null {
  return typeof target === 'string' && /^es(next|6|20(1[5-9]|2\d))$/i.test(target) ? target : null;
}

/** Where modules are looked for; of a base, which the compiler knows no more, they become paths. */
function pathsOf({ paths, baseUrl }: Record<string, unknown>): Record<string, string[]> {
  const base = typeof baseUrl === 'string' ? baseUrl : '.';
  const here = (place: string) => `./${posix.join(base, place)}`;
  const given = Object.entries(record(paths)).map(([name, places]): [string, string[]] => [
    name,
    (texts(places) ?? []).map(here),
  ]);
  const all = Object.fromEntries(given);
  if (Object.hasOwn(all, '*')) return all;
  return { ...all, '*': typeof baseUrl === 'string' ? [here('*')] : FOLDERS };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function texts(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
}

/** JSON with comments and commas at the end of lists, as the compiler reads it; null for anything else. */
function readJson(text: string): unknown {
  const uncommented = text.replace(/("(?:\\.|[^"\\])*"?)|\/\/.*|\/\*[\s\S]*?(?:\*\/|$)/g, '$1');
  try {
    return JSON.parse(uncommented.replace(/("(?:\\.|[^"\\])*"?)|,(?=\s*[}\]])/g, '$1'));
  } catch {
    return null;
  }
}
