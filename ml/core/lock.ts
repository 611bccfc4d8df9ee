import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { UserError, withoutPasswords } from './errors.ts';
import { fileError, readText, removeStaleTemporaries } from './files.ts';
import { exists, isRunning, markOfThisProcess } from './processes.ts';
import type { Reporter } from './progress.ts';

/** Each process writes its own lock file, named after the scope, its number and its rank among simultaneous ones. */
const NAME = /^\.emotion-lens-(?:([a-z]+)-)?(\d{1,10})-([0-9a-f]{16})\.lock$/;

/** How long the first of several simultaneous processes waits for the others to withdraw. */
const TIE_MS = 500;
const LOOK_MS = 25;
/** A process that was just stopped may take this long to end. */
const GRACE_MS = 1000;
const WAIT_MS = 250;

const MAX_TEXT = 300;
const text = z.string().max(MAX_TEXT);
const HolderSchema = z.strictObject({
  pid: z.number().int().positive(),
  since: z.number().min(0).max(8.64e15),
  start: text,
  host: text,
  what: text,
  command: text,
});
type Holder = z.infer<typeof HolderSchema>;

/** What this process has announced, by path. */
const announced = new Set<string>();

export interface LockOptions {
  /** Called once when this waits for another process. Without it, another process's lock is an error. */
  readonly onWait?: (message: string) => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Locks of other scopes in the same folder do not matter. Lower-case letters; none by default. */
  readonly scope?: string;
  /** Does the work without a lock if none can be written, as on a read-only or full disk. */
  readonly optional?: boolean;
  /** Levels of subfolders that are searched for temporary files. */
  readonly depth?: number;
}

/**
 * Does work that only one process at a time may do in a folder. Locks and temporary files of processes that have ended are
 * removed first.
 *
 * The lock is released when the work ends, or the process does, in whichever way. No lock is ever taken over: each process
 * writes its own file and then looks for those of others, so of any two, at least one sees the other.
 * @param what the work, for the message to another process: `training`.
 * @throws UserError if another process is at work there, with its number and command, or the folder is not writable.
 * @throws the reason of the signal if it ends the waiting.
 */
export async function withLock<T>(
  folder: string,
  what: string,
  work: () => Promise<T>,
  { onWait, signal, scope = '', optional = false, depth = 1 }: LockOptions = {},
): Promise<T> {
  const begun = performance.now();
  for (let reported = false; ; reported = true) {
    const path = await announce(folder, what, scope).catch((thrown) => {
      if (optional) return null;
      throw thrown;
    });
    if (path === null) return work();
    try {
      const other = await holderBefore(folder, path, scope);
      if (other === null) {
        await removeStaleTemporaries(folder, depth);
        return await work();
      }
      const message = describe(folder, other);
      if (!onWait && performance.now() - begun > GRACE_MS)
        throw new UserError(`${message}; wait until it ends, then run this again`);
      if (!reported) onWait?.(`${message}; waiting until it ends`);
    } finally {
      withdraw(path);
    }
    await setTimeout(WAIT_MS, undefined, { signal }).catch(() => {});
    signal?.throwIfAborted();
  }
}

/**
 * Does work on one kind of content of a cache folder that only one process at a time may do: see {@link withLock}. Another
 * process waits, and then finds the content there. A missing folder is created; if it is not writable, there is nothing to
 * guard.
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

/** Whether a file of this name belongs to a lock. */
export function isLock(name: string): boolean {
  return NAME.test(name);
}

async function announce(folder: string, what: string, scope: string): Promise<string> {
  const path = resolve(
    folder,
    `.emotion-lens-${scope && `${scope}-`}${process.pid}-${randomBytes(8).toString('hex')}.lock`,
  );
  const cut = (value: string) => value.slice(0, MAX_TEXT);
  const command = withoutPasswords(['emotion-lens', ...process.argv.slice(2)].join(' '));
  const holder: Holder = { ...markOfThisProcess(), host: cut(hostname()), what: cut(what), command: cut(command) };
  if (announced.size === 0) process.on('exit', withdrawAll);
  announced.add(path);
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(JSON.stringify(holder));
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    withdraw(path);
    throw fileError('write', folder, thrown);
  }
  return path;
}

function withdraw(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It becomes stale when this process ends.
  }
  announced.delete(path);
  if (announced.size === 0) process.off('exit', withdrawAll);
}

function withdrawAll(): void {
  for (const path of announced) withdraw(path);
}

/** The process that holds the folder, or the first of several simultaneous ones; null if it is this one. */
async function holderBefore(folder: string, own: string, scope: string): Promise<Holder | null> {
  const rank = (path: string) => NAME.exec(basename(path))?.[3] ?? '';
  for (let looked = 0; ; looked += LOOK_MS) {
    const others: { path: string; holder: Holder }[] = [];
    for (const name of await list(folder)) {
      const path = resolve(folder, name);
      const [, itsScope = '', pid] = NAME.exec(name) ?? [];
      const rival = pid !== undefined && itsScope === scope && path !== own;
      const holder = rival ? await readHolder(path, Number(pid)) : null;
      if (holder) others.push({ path, holder });
    }
    if (others.length === 0) return null;
    // One that holds the folder does not withdraw, whatever its rank.
    if (looked >= TIE_MS || others.some(({ path }) => rank(path) < rank(own)))
      return others.map(({ holder }) => holder).reduce((first, other) => (other.since < first.since ? other : first));
    await setTimeout(LOOK_MS);
  }
}

function list(folder: string): Promise<string[]> {
  return readdir(folder).catch((thrown) => {
    throw fileError('read', folder, thrown);
  });
}

/** The process that wrote a lock file; null if it has ended, and the file is removed. */
async function readHolder(path: string, pid: number): Promise<Holder | null> {
  const content = await readText(path, 4096).catch(() => '');
  // Withdrawn since the folder was listed.
  if (content === '' && !existsSync(path)) return null;
  const holder = parseHolder(content, pid);
  if (isAlive(path, pid, holder)) return holder ?? { ...UNKNOWN, pid, since: Date.now() };
  await rm(path, { force: true }).catch(() => {});
  return null;
}

/** A lock file is empty until it is written; if its process is killed before, it stays empty. */
const UNKNOWN = { start: '', host: hostname(), what: 'starting', command: 'unknown' };

function parseHolder(content: string, pid: number): Holder | null {
  try {
    const holder = HolderSchema.parse(JSON.parse(content));
    return holder.pid === pid ? holder : null;
  } catch {
    return null;
  }
}

function isAlive(path: string, pid: number, holder: Holder | null): boolean {
  if (holder && isElsewhere(holder)) return true;
  if (pid === process.pid) return announced.has(path);
  return holder ? isRunning(holder) : exists(pid);
}

function isElsewhere({ host }: Holder): boolean {
  return host !== hostname().slice(0, MAX_TEXT);
}

function describe(folder: string, holder: Holder): string {
  const { pid, host, what, command, since } = holder;
  const where = isElsewhere(holder)
    ? ` on ${host} (if that computer is gone, delete ${join(folder, '.emotion-lens-*.lock')})`
    : '';
  return `${folder} is in use by process ${pid}${where} since ${new Date(since).toISOString()}, ${what}: ${command}`;
}
