import { type FaceDataset, FERPLUS_CLASSES } from '../data/dataset.ts';
import { protocolLabels, VOTE_COLUMNS } from '../data/labels.ts';
import type { Suspect } from './suspect.ts';

const NOT_A_FACE = FERPLUS_CLASSES.indexOf('NF');
/** Share of the votes by which another class must lead before a label is changed without a person's look. */
const CLEAR_LEAD = 0.6;

/** Faces that FER+ voters called not a face: they go where at least half of the voters did; nobody is asked about fewer. */
export function findNotFaces(dataset: FaceDataset): Suspect[] {
  return suspectsBy(dataset, (votes, face) => {
    const score = votes[NOT_A_FACE] / sum(votes);
    return score >= 0.5 ? { face, reason: 'not-a-face', score, action: 'drop', to: null } : null;
  });
}

/**
 * Labels that FER+ voters contradict: more than half of them agree on another expression (the label of the protocol
 * `ferplus-majority`). A face moves to it where that leads the label by 60 % of the votes; otherwise it is named and kept.
 * The score is that lead, from −1 to 1, brought to 0..1.
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

/** There are ten votes, but for a few faces fewer; of none nothing follows. */
function sum(votes: Uint8Array): number {
  return Math.max(
    1,
    votes.reduce((total, count) => total + count, 0),
  );
}
