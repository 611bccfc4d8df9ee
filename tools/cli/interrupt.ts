import type { Reporter } from '../../ml/core/progress.ts';

/** Exit code of a command that Ctrl-C ended, as shells have it. */
export const INTERRUPTED = 130;

/** npm hands Ctrl-C on to a process that got it from the terminal already, so one press can arrive as two signals. */
const SAME_PRESS_MS = 500;

/** Runs work that Ctrl-C or SIGTERM stops at its next safe point; a second press ends the process at once. */
export async function interruptible<T>(reporter: Reporter, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let pressed = Number.POSITIVE_INFINITY;
  const stop = () => {
    if (performance.now() - pressed > SAME_PRESS_MS) process.exit(INTERRUPTED);
    if (controller.signal.aborted) return;
    pressed = performance.now();
    controller.abort();
    reporter.note('stopping after this step, writing a checkpoint; press Ctrl-C again to stop at once');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
