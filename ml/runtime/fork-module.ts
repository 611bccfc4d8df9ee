import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { programArguments } from '../core/program.ts';

/** This program's own folder, so that nothing is taken from the one that it works on. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a module of this program in a process of its own, with messages to and fro that hold arrays of numbers. */
export function forkModule(module: URL): ChildProcess {
  const [run, program] = programArguments(module);
  return fork(run, [program], {
    cwd: ROOT,
    execArgv: [],
    serialization: 'advanced',
    // What native code prints on its way down is looked through for the reason.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
