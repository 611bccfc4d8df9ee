import { parse } from '@babel/parser';

/**
 * Why a JavaScript file of a lens does not parse; null if it does. Lens Studio runs it as the body of a function, or as a
 * module where it imports something.
 */
export function jsSyntaxError(text: string): { line: number; message: string } | null {
  try {
    parse(text, { sourceType: 'unambiguous', allowReturnOutsideFunction: true });
    return null;
  } catch (thrown) {
    const { loc, message } = thrown as { loc?: { line: number }; message: string };
    // The parser takes `@input` outside a comment for a decorator, which JavaScript has not.
    const what = message.includes('decorators') ? 'an @ outside a comment' : message.replace(/ \(\d+:\d+\)$/, '');
    return { line: loc?.line ?? 1, message: what };
  }
}
