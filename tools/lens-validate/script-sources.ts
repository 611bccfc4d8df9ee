import { readFileSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { filesUnder, type StoredFile, storedFile } from '../lens-studio/files/stored-file.ts';
import { LONGEST } from '../lens-studio/yaml/parse.ts';
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
  const scripts = files.filter(({ path, bytes }) => /\.(ts|js|json)$/.test(path) && bytes <= LONGEST);
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
