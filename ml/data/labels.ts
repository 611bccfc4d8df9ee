import type { TargetKind } from '../config/schema.ts';
import { EMOTIONS, type Emotion } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { classesOf, type FaceDataset, FERPLUS_CLASSES, isOfCkPlus } from './dataset.ts';

const VOTE_CLASSES = FERPLUS_CLASSES.length;

const FERPLUS_NAMES: Readonly<Record<Emotion, (typeof FERPLUS_CLASSES)[number]>> = {
  Angry: 'anger',
  Disgust: 'disgust',
  Fear: 'fear',
  Happy: 'happiness',
  Sad: 'sadness',
  Surprise: 'surprise',
  Neutral: 'neutral',
};
/** Column of the FER+ votes for each class 0..6. */
export const VOTE_COLUMNS = EMOTIONS.map((emotion) => FERPLUS_CLASSES.indexOf(FERPLUS_NAMES[emotion]));

/**
 * What a model is scored against:
 * - `raw`: the original labels of FER2013, every face of a split, as most papers report.
 * - `ferplus-majority`: the class that more than half of the FER+ votes name, faces without one left out.
 * - `ckplus`: the labels of CK+ that the model has an output for; the model may give any of its answers.
 * - `ckplus-restricted`: the same faces; the answer is the most probable class that occurs among their labels.
 */
export const PROTOCOLS = ['raw', 'ferplus-majority', 'ckplus', 'ckplus-restricted'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Targets {
  /** Probability of each class of the data set, [count, K]; rows of usable faces sum to 1, the others are 0. */
  readonly probabilities: Float32Array;
  /** 1 for faces to train on, else 0. [count] */
  readonly usable: Uint8Array;
}

/**
 * What a network is trained to answer.
 * - `original`: the label of FER2013, one-hot.
 * - `votes`: the distribution of the FER+ votes over the seven classes, single votes and the votes for contempt,
 *   unknown and NF left out (the probabilistic label drawing of Barsoum et al. 2016, as its expectation).
 * - `majority`: the label of the protocol `ferplus-majority`, one-hot.
 * - `blended`: `votes` and `original` averaged, for faces that have votes: what people see in a face, and what the
 *   face was meant to show.
 * @param blend share of `original` in `blended`.
 * @throws UserError if FER+ is asked for and the data set has no votes.
 */
export function targetsFor(kind: TargetKind, dataset: FaceDataset, blend = 0): Targets {
  if (kind === 'votes') return voteTargets(dataset, votesOf(dataset, 'the targets "votes"'));
  if (kind === 'blended') {
    const { probabilities, usable } = voteTargets(dataset, votesOf(dataset, 'the targets "blended"'));
    const original = targetsFor('original', dataset).probabilities;
    const classes = classesOf(dataset).length;
    const share = (i: number) => (usable[Math.floor(i / classes)] ? blend * original[i] : 0);
    return { usable, probabilities: probabilities.map((p, i) => (1 - blend) * p + share(i)) };
  }
  const labels = kind === 'original' ? rawLabels(dataset) : majorityLabels(dataset, 'the targets "majority"');
  return oneHot(labels, classesOf(dataset).length);
}

/**
 * The same targets, mixed with the answers of teachers where they were asked. A face without a target of its own stays
 * without.
 * @param share of the teachers in each target.
 */
export function taughtTargets(targets: Targets, { teachers, count }: FaceDataset, share: number): Targets {
  if (!teachers) return targets;
  const { usable } = targets;
  const probabilities = Float32Array.from(targets.probabilities);
  const K = teachers.length / count;
  for (let face = 0; face < count; face++) {
    const answer = teachers.subarray(face * K, (face + 1) * K);
    if (!usable[face] || sum(answer) === 0) continue;
    for (let k = 0; k < K; k++)
      probabilities[face * K + k] = (1 - share) * probabilities[face * K + k] + share * answer[k];
  }
  return { usable, probabilities };
}

/** The protocols that a data set has labels for. `ckplus-restricted` is none where it would be the same as `ckplus`. */
export function protocolsOf(dataset: FaceDataset): Protocol[] {
  const restricts = () => (protocolLabels('ckplus-restricted', dataset).answers ?? []).length < EMOTIONS.length;
  return PROTOCOLS.filter((protocol) => {
    if (protocol === 'raw') return true;
    if (protocol === 'ferplus-majority') return dataset.votes !== undefined;
    return dataset.subjects !== undefined && (protocol === 'ckplus' || restricts());
  });
}

/** The labels of a protocol, and the answers that it allows. */
export interface ProtocolLabels {
  /** Class of each face, or −1 for faces outside the protocol. [count] */
  readonly labels: Int16Array;
  /** The classes among which the model must choose; absent if it may give any answer. */
  readonly answers?: readonly number[];
}

/**
 * The labels of an evaluation protocol.
 * @param outputs how many classes the model answers with; faces of other classes are outside the protocol.
 * @throws UserError if FER+ is asked for and the data set has no votes.
 */
export function protocolLabels(
  protocol: Protocol,
  dataset: FaceDataset,
  outputs: number = EMOTIONS.length,
): ProtocolLabels {
  switch (protocol) {
    case 'raw':
      return { labels: withoutCkPlus(dataset, rawLabels(dataset)) };
    case 'ferplus-majority':
      return { labels: withoutCkPlus(dataset, majorityLabels(dataset, 'the protocol "ferplus-majority"')) };
    case 'ckplus':
      return { labels: ckPlusLabels(dataset, outputs) };
    case 'ckplus-restricted': {
      const labels = ckPlusLabels(dataset, outputs);
      return { labels, answers: [...new Set(labels)].filter((label) => label >= 0).sort() };
    }
  }
}

function withoutCkPlus(dataset: FaceDataset, labels: Int16Array): Int16Array {
  return labels.map((label, face) => (isOfCkPlus(dataset, face) ? -1 : label));
}

function ckPlusLabels(dataset: FaceDataset, outputs: number): Int16Array {
  return rawLabels(dataset).map((label, face) => (isOfCkPlus(dataset, face) && label < outputs ? label : -1));
}

function rawLabels(dataset: FaceDataset): Int16Array {
  return Int16Array.from(dataset.labels);
}

/**
 * Votes for faces that were labelled otherwise, as ten people who agree with the labels would give them.
 * @returns [count, 10].
 */
export function unanimousVotes({ count, labels }: FaceDataset): Uint8Array {
  const votes = new Uint8Array(count * VOTE_CLASSES);
  for (let face = 0; face < count; face++) votes[face * VOTE_CLASSES + VOTE_COLUMNS[labels[face]]] = 10;
  return votes;
}

/** Barsoum et al. 2016: single votes are outliers; the top of all ten classes must have more than half of the rest. */
function majorityLabels(dataset: FaceDataset, purpose: string): Int16Array {
  const votes = votesOf(dataset, purpose);
  return Int16Array.from({ length: dataset.count }, (_, face) => {
    const counted = withoutSingleVotes(votes, face);
    const all = sum(counted);
    // At most one class can have more than half, so this finds the top or nothing.
    return VOTE_COLUMNS.findIndex((column) => counted[column] * 2 > all);
  });
}

function voteTargets(dataset: FaceDataset, votes: Uint8Array): Targets {
  const classes = classesOf(dataset).length;
  const probabilities = new Float32Array(dataset.count * classes);
  const usable = new Uint8Array(dataset.count);
  for (let face = 0; face < dataset.count; face++) {
    const counted = withoutSingleVotes(votes, face);
    const emotions = VOTE_COLUMNS.map((column) => counted[column]);
    const all = sum(emotions);
    if (all === 0) continue;
    usable[face] = 1;
    probabilities.set(
      emotions.map((count) => count / all),
      face * classes,
    );
  }
  return { probabilities, usable };
}

function oneHot(labels: Int16Array, classes: number): Targets {
  const probabilities = new Float32Array(labels.length * classes);
  labels.forEach((label, face) => {
    if (label >= 0) probabilities[face * classes + label] = 1;
  });
  return { probabilities, usable: Uint8Array.from(labels, (label) => Number(label >= 0)) };
}

function withoutSingleVotes(votes: Uint8Array, face: number): Uint8Array {
  return votes.subarray(face * VOTE_CLASSES, (face + 1) * VOTE_CLASSES).map((count) => (count === 1 ? 0 : count));
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

function votesOf(dataset: FaceDataset, purpose: string): Uint8Array {
  if (!dataset.votes)
    throw new UserError(
      `${purpose} need FER+ votes, but ${dataset.source} was loaded without them; pass --votes with the path of fer2013new.csv`,
    );
  return dataset.votes;
}
