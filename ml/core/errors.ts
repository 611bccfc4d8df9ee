/**
 * An error that the user can mend. The command line prints its message alone, without a stack trace, and exits with 1.
 * The message names the file, the line or field, what was found, what was expected and how to mend it.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
