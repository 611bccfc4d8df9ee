import { closest, distance } from 'fastest-levenshtein';

/**
 * An error that the user can fix. The command line prints only its message, without a stack trace, and exits with 1.
 * The message names the file, the line or field, what was found, what was expected and how to fix it.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Characters that a terminal obeys or reorders instead of showing, except new lines and tabs. */
const CONTROL = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Text that is safe to show in a terminal: control characters in names and messages are written as their codes, for
 * example `\u001b`, which means the same in JSON.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text without the passwords of the URLs in it, to be shown or kept. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\b[a-z]+:\/\/[^\s:@/]*):[^\s@]*@/gi, '$1:***@').replace(/([?&]password=)[^&\s]*/gi, '$1***');
}

/** With more wrong letters it is another word, and the suggestion is worse than none. */
const MAX_EDITS = 2;

/** The known name that the user probably meant; undefined if none is within two edits. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = closest(name, known);
  return known.length > 0 && distance(name, nearest) <= MAX_EDITS ? nearest : undefined;
}
