import { CANCELLABLE, UNCANCELLABLE } from '../../ml/core/async.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { type CommandResult, commandLine } from './command.ts';

/** Exit code of a command that Ctrl-C ended, as shells have it; SIGTERM makes {@link TERMINATED} of it. */
export const INTERRUPTED = 130;
const TERMINATED = 143;

/** npm hands Ctrl-C on to a process that got it from the terminal already, so one press can arrive as two signals. */
const SAME_PRESS_MS = 500;
/** What is not done so long after a signal is given up: every command ends within two seconds. */
const GRACE_MS = 1700;

type Signal = 'SIGINT' | 'SIGTERM';

/**
 * Listens to Ctrl-C and SIGTERM in place of the system, which ends a process at once, also one whose thread is busy or
 * waits for a file. The second press does so, and so does the time of grace.
 * @param stop is called once; what it starts must end the process by itself.
 * @returns what leaves the signals to the system again, unless one came.
 */
function listen(stop: () => void, late = () => {}): () => void {
  let pressed: number | undefined;
  const onSignal = (signal: Signal) => {
    if (pressed !== undefined) {
      if (performance.now() - pressed > SAME_PRESS_MS) end(signal);
      return;
    }
    pressed = performance.now();
    setTimeout(() => {
      late();
      end(signal);
    }, GRACE_MS).unref();
    if (signal === 'SIGTERM')
      process.once('exit', (code) => {
        if (code === INTERRUPTED) process.exitCode = TERMINATED;
      });
    stop();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return () => {
    if (pressed === undefined) process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  };
}

/** Ends the process as the signal does where nobody listens: `process.exit` would wait for threads that wait for files. */
function end(signal: Signal): void {
  process.removeAllListeners(signal);
  if (process.platform === 'win32') process.exit(INTERRUPTED);
  process.kill(process.pid, signal);
}

/**
 * Runs work that Ctrl-C or SIGTERM stops at its next safe point, with a checkpoint. Between the parts of it that look at
 * the signal (see `cancellable`) they end the process at once, and nothing is lost, since a run can be killed at any time.
 */
export async function interruptible<T>(reporter: Reporter, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  let ignore = () => {};
  let depth = 0;
  signal.addEventListener(CANCELLABLE, () => {
    depth += 1;
    if (depth > 1 || signal.aborted) return;
    ignore = listen(
      () => {
        reporter.note('stopping after this step, writing a checkpoint; press Ctrl-C again to stop at once');
        controller.abort();
      },
      () => reporter.note('this step takes too long; the run will resume from its last checkpoint'),
    );
  });
  signal.addEventListener(UNCANCELLABLE, () => {
    depth -= 1;
    if (depth === 0) ignore();
  });
  return work(signal);
}

/** Waits for Ctrl-C or SIGTERM, after which a server has a short time to close. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    listen(resolve);
  });
}

/**
 * The result of a command whose training was stopped.
 * @param command its words.
 * @param folder of the run.
 * @param step after which it stopped.
 */
export function stopped(command: readonly string[], folder: string, step: number): CommandResult {
  const resume = commandLine(...command, '--resume', folder);
  return {
    text: `stopped at step ${step}; resume with:\n  ${resume}`,
    json: { completed: false, run: folder, step, resume },
    exitCode: INTERRUPTED,
  };
}
