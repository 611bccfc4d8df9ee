import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { fileURLToPath } from 'node:url';

/** A process, told apart from a later one of the same number. */
export interface ProcessMark {
  readonly pid: number;
  /** When the mark was made, in milliseconds since 1970. */
  readonly since: number;
  /** When the process started, as Linux counts it; empty on other systems. */
  readonly start: string;
}

/** Clocks are set while a machine runs; only a mark that is older than its start by more is of an earlier run of it. */
const CLOCK_TOLERANCE_MS = 60_000;

/** The mark of this process. */
export function markOfThisProcess(): ProcessMark {
  return { pid: process.pid, since: Date.now(), start: startOf(process.pid) };
}

/**
 * Whether the process that made a mark is still running on this machine. A number that was reused by another process is
 * recognised on Linux by the time of its start, elsewhere only after a restart of the machine.
 */
export function isRunning({ pid, since, start }: ProcessMark): boolean {
  if (!exists(pid)) return false;
  const now = startOf(pid);
  // Linux may not show the processes of other users.
  if (start !== '' && now !== '') return start === now;
  return since > Date.now() - uptime() * 1000 - CLOCK_TOLERANCE_MS;
}

/** Whether a process of this number is running, under any user. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // A killed process keeps its number until its parent asks for its status, which may never happen.
  return !['Z', 'X'].includes(statOf(pid)[STATE]);
}

/** The boot of the machine and the clock ticks at which a process started; empty if unknown. */
function startOf(pid: number): string {
  const ticks = statOf(pid)[START];
  const boot = readSystem('/proc/sys/kernel/random/boot_id').trim();
  return ticks === undefined ? '' : `${boot}:${ticks}`;
}

/** Indices into the result of {@link statOf}. */
const STATE = 0;
const START = 19;

/** The fields that Linux shows of a process, from its state on; none on other systems, or if it shows nothing. */
function statOf(pid: number): string[] {
  const stat = readSystem(`/proc/${pid}/stat`);
  // The name of the program, in parentheses, may have spaces and parentheses of its own.
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readSystem(path: string): string {
  try {
    return process.platform === 'linux' ? readFileSync(path, 'latin1') : '';
  } catch {
    return '';
  }
}

const RUN = fileURLToPath(new URL('./run.mjs', import.meta.url));

/**
 * Arguments of Node.js that run a TypeScript program of this project in a separate process; those of the program follow.
 */
export function programArguments(program: URL): [run: string, program: string] {
  return [RUN, fileURLToPath(program)];
}
