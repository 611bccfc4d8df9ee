/** What a terminal obeys or reorders instead of showing, but for new lines and tabs. */
const OBEYED = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Text that a terminal only shows: a control character that came with a name or a message is written as its code, for
 * example `\u001b`, which in JSON means the same.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
