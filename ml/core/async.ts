/** Events of a signal: from now on work looks at it between its steps, or does not any more. */
export const [CANCELLABLE, UNCANCELLABLE] = ['cancellable', 'uncancellable'];

/**
 * Runs work that looks at a signal between its steps, each of them short, and ends well when the signal is aborted. The
 * holder of the signal's controller learns by {@link CANCELLABLE} and {@link UNCANCELLABLE} when aborting it has an effect.
 */
export async function cancellable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.dispatchEvent(new Event(CANCELLABLE));
  try {
    return await work();
  } finally {
    signal?.dispatchEvent(new Event(UNCANCELLABLE));
  }
}

/**
 * Waits for work, but only for some time. The work itself is not stopped.
 * @param onTimeout called when the time is up; its result or error is then that of the whole.
 */
export async function withTimeout<T, L>(
  milliseconds: number,
  work: Promise<T>,
  onTimeout: () => L | Promise<L>,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<'up'>((resolve) => {
    timer = setTimeout(resolve, milliseconds, 'up');
  });
  try {
    const first = await Promise.race([work.then((result) => ({ result })), timeIsUp]);
    return first === 'up' ? await onTimeout() : first.result;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A queue in which each piece of work waits for the one before it.
 * @returns a function that runs what it is given, one at a time, in the order of the calls.
 */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
