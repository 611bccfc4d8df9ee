import { z } from 'zod';
import type { Reporter } from '../core/progress.ts';
import { type FaceDataset, FERPLUS_CLASSES, faceAt } from '../data/dataset.ts';
import { protocolLabels, VOTE_COLUMNS } from '../data/labels.ts';
import model from './drawing-model.json' with { type: 'json' };
import { findDuplicates } from './duplicates.ts';
import { imageStatistics, momentsOf, STATISTICS } from './image-statistics.ts';
import { LogisticSchema, probabilityOf } from './logistic.ts';
import type { Suspect } from './suspects.ts';

/**
 * Runs the finders that need no training. Blank images are not reported as duplicates of each other, nor synthetic faces as
 * drawings.
 */
export function findSuspects(dataset: FaceDataset, report: Reporter): Suspect[] {
  const finders: Readonly<Record<string, () => Suspect[]>> = {
    'blank images': () => findConstants(dataset),
    'FER+ votes': () => [...findNotFaces(dataset), ...findVotedLabels(dataset)],
    drawings: () => (dataset.source === 'synthetic' ? [] : findDrawings(dataset)),
  };
  const total = Object.keys(finders).length + 1;
  const progress = (done: number) => report.progress({ step: 'finding flaws', done, total, unit: 'finders' });
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

/** Standard deviation in grey levels below which nothing is visible; the darkest photographs of FER2013 have 9. */
const SEEN = 6;

/** Images with (nearly) a single grey value: drop. */
export function findConstants(dataset: FaceDataset): Suspect[] {
  const suspects: Suspect[] = [];
  for (let face = 0; face < dataset.count; face++) {
    const { deviation } = momentsOf(faceAt(dataset, face));
    if (deviation >= SEEN) continue;
    suspects.push({ face, reason: 'constant', score: 1 - deviation / (2 * SEEN), action: 'drop', to: null });
  }
  return suspects;
}

const MODEL = LogisticSchema.extend({
  means: z.array(z.number()).length(STATISTICS),
  deviations: z.array(z.number().positive()).length(STATISTICS),
  weights: z.array(z.number()).length(STATISTICS),
}).parse(model);

/** Probabilities from which an image is dropped, and from which a person should look; tuned on FER2013's training rows. */
const CERTAIN = 0.9;
const SUSPICIOUS = 0.2;

/**
 * Drawings, cartoons, texts and error pictures, by a logistic regression on image statistics. It was fitted on training
 * rows of FER2013 that were sorted by eye, starting from those that FER+ voters called not a face
 * (`tools/bench/fit-drawings.ts`).
 */
export function findDrawings(dataset: FaceDataset): Suspect[] {
  const suspects: Suspect[] = [];
  const statistics = new Float64Array(STATISTICS);
  for (let face = 0; face < dataset.count; face++) {
    imageStatistics(faceAt(dataset, face), statistics);
    const score = probabilityOf(MODEL, statistics);
    if (score < SUSPICIOUS) continue;
    suspects.push({ face, reason: 'drawing', score, action: score >= CERTAIN ? 'drop' : 'keep', to: null });
  }
  return suspects;
}

const NOT_A_FACE = FERPLUS_CLASSES.indexOf('NF');
/** Share of the votes by which another class must lead for a label to be changed without review. */
const CLEAR_LEAD = 0.6;

/** Faces that FER+ voters called not a face: dropped if at least half of the voters did, otherwise not reported. */
export function findNotFaces(dataset: FaceDataset): Suspect[] {
  return suspectsBy(dataset, (votes, face) => {
    const score = votes[NOT_A_FACE] / sum(votes);
    return score >= 0.5 ? { face, reason: 'not-a-face', score, action: 'drop', to: null } : null;
  });
}

/**
 * Labels that FER+ voters contradict: more than half of them agree on another expression (the label of the protocol
 * `ferplus-majority`). A face moves to it if it leads the label by 60 % of the votes, and is otherwise reported and kept.
 * The score is that lead, mapped from −1..1 to 0..1.
 */
export function findVotedLabels(dataset: FaceDataset): Suspect[] {
  if (!dataset.votes) return [];
  const { labels: majority } = protocolLabels('ferplus-majority', dataset);
  return suspectsBy(dataset, (votes, face) => {
    const to = majority[face];
    const label = dataset.labels[face];
    if (to < 0 || to === label) return null;
    const lead = (votes[VOTE_COLUMNS[to]] - votes[VOTE_COLUMNS[label]]) / sum(votes);
    const action = lead >= CLEAR_LEAD ? 'move' : 'keep';
    return { face, reason: 'label-votes', score: (lead + 1) / 2, action, to };
  });
}

function suspectsBy(
  { count, votes }: FaceDataset,
  judge: (votes: Uint8Array, face: number) => Suspect | null,
): Suspect[] {
  if (!votes) return [];
  const width = FERPLUS_CLASSES.length;
  return Array.from({ length: count }, (_, face) =>
    judge(votes.subarray(face * width, (face + 1) * width), face),
  ).filter((suspect) => suspect !== null);
}

/** Ten for most faces, fewer for a few; at least 1, as it is a divisor. */
function sum(votes: Uint8Array): number {
  return Math.max(
    1,
    votes.reduce((total, count) => total + count, 0),
  );
}
