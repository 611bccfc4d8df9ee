import { withLock } from '../../ml/core/lock.ts';

/** Deeper than the folders of any project seen. */
const DEPTH = 20;

/**
 * Changes a Lens Studio project that no other of our processes changes meanwhile; see {@link withLock}.
 * @throws UserError if another process is at work there, or the project cannot be written.
 */
export function withProjectLock<T>(project: string, what: string, work: () => Promise<T>): Promise<T> {
  return withLock(project, what, work, { depth: DEPTH });
}
