import type { Action, Reason } from '../data/reasons.ts';

/** What a finder says of one face. */
export interface Suspect {
  /** Position in the data set. */
  readonly face: number;
  readonly reason: Reason;
  /** From 0 to 1, the worst. */
  readonly score: number;
  /** What should become of it; `keep` where the finder is not sure enough, and a person should look. */
  readonly action: Action;
  /** Class proposed, 0..6; null where it should be left out. */
  readonly to: number | null;
}
