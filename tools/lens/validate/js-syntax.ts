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
    return { line: loc?.line ?? 1, message: message.replace(/ \(\d+:\d+\)$/, '') };
  }
}
