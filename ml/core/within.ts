/**
 * Waits for work no longer than some time. The work is not stopped by that.
 * @param late called when the time is up; what it gives or throws is the result then.
 */
export async function within<T, L>(milliseconds: number, work: Promise<T>, late: () => L | Promise<L>): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<'up'>((resolve) => {
    timer = setTimeout(resolve, milliseconds, 'up');
  });
  try {
    const first = await Promise.race([work.then((result) => ({ result })), timeIsUp]);
    return first === 'up' ? await late() : first.result;
  } finally {
    clearTimeout(timer);
  }
}
