import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './process-life.ts';

const NAME = /\.(\d{1,10})-[0-9a-f]{8}\.tmp$/;

/** A name beside a path for what is not whole yet. It has the number of this process, see {@link removeStaleTemporaries}. */
export function temporaryBeside(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/** Whether a file or folder of this name is one that is not whole yet, or was left by a process that was killed. */
export function isTemporary(name: string): boolean {
  return NAME.test(name);
}

/**
 * Removes what processes that were killed have left under names of {@link temporaryBeside}, as far as it can. Links are
 * not followed.
 * @param depth levels of folders below this one that are looked through too.
 */
export async function removeStaleTemporaries(folder: string, depth: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    const pid = NAME.exec(entry.name)?.[1];
    if (pid !== undefined && !exists(Number(pid))) await rm(path, { recursive: true, force: true }).catch(() => {});
    else if (depth > 0 && entry.isDirectory()) await removeStaleTemporaries(path, depth - 1);
  }
}
