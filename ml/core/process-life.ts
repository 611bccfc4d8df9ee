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

/** Whether there is a process of this number, whoever's it is. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The run of the machine and the ticks of its clock at which a process started. */
function startOf(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in parentheses, may have spaces and parentheses of its own.
    return `${boot}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return '';
  }
}
