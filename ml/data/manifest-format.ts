import type { Emotion } from '../core/emotions.ts';

/** What to do with a row: keep it, leave it out, or change its label. */
export const ACTIONS = ['keep', 'drop', 'move'] as const;
export type Action = (typeof ACTIONS)[number];

/** Why a row is suspected, worst first; see `ml/refine`. */
export const REASONS = [
  'constant',
  'not-a-face',
  'duplicate-of-test',
  'conflicting-labels',
  'duplicate',
  'near-duplicate',
  'drawing',
  'label-votes',
  'label-folds',
] as const;
export type Reason = (typeof REASONS)[number];

/** The data set that a manifest was made for. */
export interface Identity {
  readonly version: 1;
  /** Name of its file or folder, for people. */
  readonly source: string;
  readonly rows: number;
  /** Of its rows, labels, splits and pixels. */
  readonly sha256: string;
}

/** One suspected row. */
export interface Entry {
  readonly row: number;
  readonly action: Action;
  readonly from: Emotion;
  /** Proposed class; null if the row should be left out. */
  readonly to: Emotion | null;
  readonly reason: Reason;
  /** From 0 to 1, the worst. */
  readonly score: number | null;
}

export interface Manifest {
  readonly identity: Identity;
  /** One for each suspected row, ascending. */
  readonly entries: readonly Entry[];
}
