import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What lets Node run TypeScript. */
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
/** This program's own folder, so that nothing is taken from the one that it works on. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a module of this program in a process of its own, with messages to and fro that hold arrays of numbers. */
export function forkModule(module: URL): ChildProcess {
  return fork(fileURLToPath(module), [], {
    cwd: ROOT,
    execArgv: ['--import', LOADER],
    serialization: 'advanced',
    // What native code prints on its way down is looked through for the reason.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
