import { CODES, type Code, type Severity } from './codes.ts';

/** Something about a project that its maker should know. */
export interface Finding {
  readonly severity: Severity;
  readonly code: Code;
  /** From the project's folder. */
  readonly file: string;
  /** From 1; of a file that is no text, 1. */
  readonly line: number;
  readonly found: string;
  readonly expected: string;
  /** What to do about it. */
  readonly wayOut: string;
}

/** Where something was found. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

/** A finding of a kind that {@link CODES} describes. @param expected where the kind alone does not say it. */
export function finding(code: Code, { file, line = 1 }: Place, found: string, expected?: string): Finding {
  const kind = CODES[code];
  return { severity: kind.severity, code, file, line, found, expected: expected ?? kind.expected, wayOut: kind.wayOut };
}
