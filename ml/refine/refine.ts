import { EMOTIONS } from '../core/emotions.ts';
import type { Reporter } from '../core/progress.ts';
import { type FaceDataset, SPLITS } from '../data/dataset.ts';
import type { Entry } from '../data/manifest-format.ts';
import { type Action, REASONS, type Reason } from '../data/reasons.ts';
import { findConstants } from './constants.ts';
import { findDrawings } from './drawings.ts';
import { findDuplicates } from './duplicates.ts';
import type { Suspect } from './suspect.ts';
import { findNotFaces, findVotedLabels } from './votes.ts';

/**
 * What the finders that need no training find. Blank images are no duplicates of each other, and drawings are what the
 * synthetic faces are.
 */
export function findSuspects(dataset: FaceDataset, report: Reporter): Suspect[] {
  const finders: Readonly<Record<string, () => Suspect[]>> = {
    'blank images': () => findConstants(dataset),
    'FER+ votes': () => [...findNotFaces(dataset), ...findVotedLabels(dataset)],
    drawings: () => (dataset.source === 'synthetic' ? [] : findDrawings(dataset)),
  };
  const total = Object.keys(finders).length + 1;
  const progress = (done: number) => report.progress({ step: 'looking for flaws', done, total, unit: 'finders' });
  const suspects: Suspect[] = [];
  for (const [i, find] of Object.values(finders).entries()) {
    progress(i);
    suspects.push(...find());
  }
  progress(total - 1);
  const blank = new Set(suspects.filter(({ reason }) => reason === 'constant').map(({ face }) => face));
  suspects.push(...findDuplicates(dataset, blank));
  progress(total);
  return suspects;
}

const WEIGHT: Readonly<Record<Action, number>> = { drop: 2, move: 1, keep: 0 };

/**
 * One entry for each suspected training face, by row: of several suspicions the one whose action goes furthest, of these the
 * first in the order of the reasons. Test faces are never changed, so they have none.
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
