import { EMOTIONS } from '../core/emotions.ts';
import { type FaceDataset, SPLITS } from '../data/dataset.ts';
import { type Action, type Entry, REASONS, type Reason } from '../data/manifest-format.ts';

/** A finder's verdict on one face. */
export interface Suspect {
  /** Position in the data set. */
  readonly face: number;
  readonly reason: Reason;
  /** From 0 to 1, the worst. */
  readonly score: number;
  /** What to do with it; `keep` if the finder is not sure enough and a person should look. */
  readonly action: Action;
  /** Proposed class, 0..6; null if it should be left out. */
  readonly to: number | null;
}

const WEIGHT: Readonly<Record<Action, number>> = { drop: 2, move: 1, keep: 0 };

/**
 * One entry for each suspected training face, by row: of several verdicts the one with the strongest action, then the first
 * in the order of the reasons. Test faces are never changed, so they have none.
 */
export function entriesOf(dataset: FaceDataset, suspects: readonly Suspect[]): Entry[] {
  const chosen = new Map<number, Suspect>();
  for (const suspect of suspects) {
    if (SPLITS[dataset.splits[suspect.face]] !== 'Training') continue;
    const other = chosen.get(suspect.face);
    if (other === undefined || outranks(suspect, other)) chosen.set(suspect.face, suspect);
  }
  return [...chosen.values()]
    .map(
      ({ face, action, to, reason, score }): Entry => ({
        row: dataset.rows[face],
        action,
        from: EMOTIONS[dataset.labels[face]],
        to: to === null ? null : EMOTIONS[to],
        reason,
        score,
      }),
    )
    .sort((a, b) => a.row - b.row);
}

function outranks(one: Suspect, other: Suspect): boolean {
  const lead = WEIGHT[one.action] - WEIGHT[other.action];
  return lead > 0 || (lead === 0 && REASONS.indexOf(one.reason) < REASONS.indexOf(other.reason));
}

/** How many entries each reason has, by action. */
export type Summary = Readonly<Partial<Record<Reason, Readonly<Record<Action, number>>>>>;

/** Counts the entries of a manifest; reasons without any are left out. */
export function summaryOf(entries: readonly Entry[]): Summary {
  const summary: Partial<Record<Reason, Record<Action, number>>> = {};
  for (const reason of REASONS) {
    const own = entries.filter((entry) => entry.reason === reason);
    if (own.length === 0) continue;
    const count = (action: Action) => own.filter((entry) => entry.action === action).length;
    summary[reason] = { drop: count('drop'), move: count('move'), keep: count('keep') };
  }
  return summary;
}
