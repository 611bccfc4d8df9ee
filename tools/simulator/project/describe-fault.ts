import type { Fault } from '../../lens-studio/files/contents.ts';

/** What cannot be read, as the beginning of a sentence: a parser may have ended its own. */
export function describeFault({ path, line, message }: Fault): string {
  return `${path}:${line}: ${message.replace(/[.:;]+$/, '')}`;
}
