/** Events of a signal while work looks at it between its steps. */
export const [HEEDED, UNHEEDED] = ['heeded', 'unheeded'];

/**
 * Runs work that looks at a signal between its steps, each of them short, and ends well when it is aborted. Whoever
 * holds the signal's controller learns by {@link HEEDED} and {@link UNHEEDED} when asking helps.
 */
export async function heeding<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.dispatchEvent(new Event(HEEDED));
  try {
    return await work();
  } finally {
    signal?.dispatchEvent(new Event(UNHEEDED));
  }
}
