/** What a model that somebody else made may take of the machine. */
export interface Limits {
  /** Memory of its process, in bytes. */
  readonly bytes: number;
  /** Time of loading it, and of each call, in milliseconds. */
  readonly milliseconds: number;
}

/**
 * A model for a phone needs a hundredth of either: it is at most 10 MB large, and answers in a tenth of a second. The time
 * is for 32 faces, on a slow machine that has other work too.
 */
export const LIMITS: Limits = { bytes: 2_000_000_000, milliseconds: 60_000 };

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
