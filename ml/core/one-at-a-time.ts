/**
 * Makes work wait for the work before it.
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
