import { mkdir } from 'node:fs/promises';
import { withLock } from './lock.ts';
import type { Reporter } from './progress.ts';

/**
 * Does work on one kind of content of a cache folder that only one process at a time may do; see {@link withLock}. Another
 * one waits, since what it wants is being made: it finds it there then. The folder is made if it is missing; where it cannot
 * be written, there is nothing to guard.
 * @param kind lower-case letters: `landmarks`.
 * @throws the reason of the signal if it ends the waiting.
 */
export async function withCacheLock<T>(
  folder: string,
  kind: string,
  report: Reporter,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  await mkdir(folder, { recursive: true }).catch(() => {});
  const onWait = (message: string) => report.note(message);
  return withLock(folder, `${kind} for the cache`, work, { onWait, signal, scope: kind, optional: true });
}
