import type { Finding as FileFinding } from '../../ml/check/finding.ts';
import { CODES, type Code } from './codes.ts';

/** Something about a project that its maker should know. */
export interface Finding extends Omit<FileFinding, 'node'> {
  readonly code: Code;
  /** From the project's folder. */
  readonly file: string;
  /** From 1; 1 for a file that is not text. */
  readonly line: number;
  readonly expected: string;
}

/** Where something was found. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

/** A finding of a kind that {@link CODES} describes. @param expected where the kind does not say it by itself. */
export function finding(code: Code, { file, line = 1 }: Place, found: string, expected?: string): Finding {
  const kind = CODES[code];
  return { severity: kind.severity, code, file, line, found, expected: expected ?? kind.expected, fix: kind.fix };
}
