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
