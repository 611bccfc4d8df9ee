/** What becomes of a row: it stays as it is, is left out, or gets another label. */
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
