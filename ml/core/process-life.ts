import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

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
 * Whether the process that made a mark is running on this machine still. A number that another process has got since is
 * recognised on Linux by the time of its start, elsewhere after a restart of the machine alone.
 */
export function isRunning({ pid, since, start }: ProcessMark): boolean {
  if (!exists(pid)) return false;
  const now = startOf(pid);
  // Of the process of another user, Linux may tell nothing.
  if (start !== '' && now !== '') return start === now;
  return since > Date.now() - uptime() * 1000 - CLOCK_TOLERANCE_MS;
}

/** Whether a process of this number is running, whoever's it is. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // One that was killed keeps its number until its parent asks for the outcome, which may never be.
  return !['Z', 'X'].includes(statOf(pid)[STATE]);
}

/** The run of the machine and the ticks of its clock at which a process started; empty where that is not known. */
function startOf(pid: number): string {
  const ticks = statOf(pid)[START];
  const boot = readSystem('/proc/sys/kernel/random/boot_id').trim();
  return ticks === undefined ? '' : `${boot}:${ticks}`;
}

/** Places in what {@link statOf} gives. */
const STATE = 0;
const START = 19;

/** What Linux tells of a process, from its state on; nothing on other systems, or if it tells nothing. */
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
