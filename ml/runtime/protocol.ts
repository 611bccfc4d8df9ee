import type { Limits } from './limits.ts';

/** A call of a function in the other process. */
export interface Call {
  readonly method: string;
  readonly values: readonly unknown[];
}

/** How a call went; `isFault` where it was not the model's fault. */
export type Reply =
  | { readonly result: unknown }
  | { readonly error: string; readonly isFault: boolean; readonly stack?: string };

/** The first message, before any call. */
export interface Start {
  readonly limits: Limits;
}

/** The last line of a process that went over a limit. */
export const OVER_MEMORY = 'emotion-lens: over the limit of memory';
export const OVER_TIME = 'emotion-lens: over the limit of time';
