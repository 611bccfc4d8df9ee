import { readFileSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../ml/core/errors.ts';
import { isFolder, readText } from '../../ml/core/files.ts';
import { SHIPPED_LENS } from '../lens-build/shipped.ts';
import { filesUnder, type StoredFile, storedFile } from '../lens-studio/files/stored-file.ts';
import { MAX_TEXT_LENGTH } from '../lens-studio/yaml/parse.ts';
import type { Sources } from './compile.ts';

const FOLDERS = ['Assets', 'Packages', 'Cache/TypeScript'];

/**
 * Scripts and declarations of a project, to be read when they are wanted.
 * @param patterns of `include` and `files`, which may name folders that Lens Studio does not know.
 */
export async function scriptSources(folder: string, patterns: readonly string[]): Promise<Sources> {
  const further = patterns.map((pattern) => pattern.replace(/^\.\//, '').split('/')[0]).filter(isFurther);
  const files: StoredFile[] = [];
  for (const name of new Set([...FOLDERS, ...further])) files.push(...(await filesAt(folder, name)));
  const scripts = files.filter(({ path, bytes }) => /\.(ts|js|json)$/.test(path) && bytes <= MAX_TEXT_LENGTH);
  return { paths: scripts.map(({ path }) => path), read: (path) => textOf(join(folder, path)) };
}

/** A name beside the project file, but not what other tools keep there. */
function isFurther(name: string): boolean {
  return /^\w[\w. -]*$/.test(name) && !['Assets', 'Packages', 'Cache', 'node_modules'].includes(name);
}

async function filesAt(folder: string, name: string): Promise<StoredFile[]> {
  const info = await lstat(join(folder, name)).catch(() => null);
  if (info?.isFile()) return [await storedFile(folder, name)];
  return info?.isDirectory() ? filesUnder(folder, name) : [];
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It was there a moment ago.
    return null;
  }
}

/** Where Lens Studio puts its declarations, and Git nothing. */
const STUDIO = 'Cache/TypeScript/lib/';
/** Where added declarations seem to lie in the project. */
const ADDED = 'declarations-of-the-api/';

/** A project's sources with declarations of Lens Studio's API. */
export interface DeclaredSources extends Sources {
  /** Files that were added, to be named to the compiler. */
  readonly added: readonly string[];
  /** Whether all of the API is declared; ours, which stand in where nobody else's are, know a part of it. */
  readonly isComplete: boolean;
}

/**
 * Adds declarations to sources that have none.
 * @param given a file or folder of declarations that the user has.
 * @throws UserError if that cannot be read or holds no `.d.ts`.
 */
export async function withDeclarations(sources: Sources, given?: string): Promise<DeclaredSources> {
  if (given === undefined && declaresApi(sources)) return { ...sources, added: [], isComplete: true };
  const texts = await declarationsIn(given ?? join(SHIPPED_LENS, 'types'));
  const paths = sources.paths.filter((path) => !path.startsWith(STUDIO));
  return {
    paths: [...paths, ...texts.keys()],
    read: (path) => texts.get(path) ?? sources.read(path),
    added: [...texts.keys()],
    isComplete: given !== undefined,
  };
}

function declaresApi({ paths, read }: Sources): boolean {
  const texts = paths.filter((path) => path.endsWith('.d.ts')).map((path) => read(path) ?? '');
  return [/\bclass BaseScriptComponent\b/, /\bclass SceneObject\b/].every((form) =>
    texts.some((text) => form.test(text)),
  );
}

async function declarationsIn(path: string): Promise<Map<string, string>> {
  const files = (await isFolder(path)) ? (await filesUnder(path, '.')).map((file) => join(path, file.path)) : [path];
  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  if (declarations.length === 0)
    throw new UserError(
      `${path} contains no declarations (.d.ts files); give Lens Studio's StudioLib.d.ts or its folder`,
    );
  return new Map(
    await Promise.all(
      declarations.map(async (file, at): Promise<[string, string]> => [`${ADDED}${at}.d.ts`, await readText(file)]),
    ),
  );
}
