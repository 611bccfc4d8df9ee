import { predictionAt } from '../core/emotions.ts';
import { classesOf, FACE_SIZE, type FaceDataset, faceAt, type Split } from '../data/dataset.ts';
import type { Tile } from './contact-sheet.ts';
import type { SplitPredictions } from './evaluation.ts';
import { Z95 } from './metrics.ts';

/** How well two models agree. */
export interface Agreement {
  readonly faces: number;
  /** Share of the faces for which both name the same class. */
  readonly top1: number;
  /** Greatest and mean difference of a probability. */
  readonly largest: number;
  readonly mean: number;
}

/**
 * Compares what two models answered for the same faces.
 * @param a [n, K], as `b`.
 */
export function agreementOf(a: Float32Array, b: Float32Array, faces: number): Agreement {
  const labelIn = (answers: Float32Array, face: number) => predictionAt(answers, face, a.length / faces).label;
  let same = 0;
  for (let face = 0; face < faces; face++) same += Number(labelIn(a, face) === labelIn(b, face));
  let largest = 0;
  let sum = 0;
  for (const [i, probability] of a.entries()) {
    const difference = Math.abs(probability - b[i]);
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return { faces, top1: same / faces, largest, mean: sum / a.length };
}

/** Difference of two models' accuracies on the same faces, 0..1, with its 95 % interval. */
export interface PairedDifference {
  readonly difference: number;
  readonly interval95: readonly [low: number, high: number];
}

/**
 * The difference of two accuracies on the same faces. Wald's interval for paired proportions: only the faces on which
 * exactly one model is right count, so it is much narrower than the intervals of the two accuracies (Agresti, Categorical Data Analysis,
 * 3rd ed., 2013, section 11.1).
 * @param right whether each model classified each face correctly, in the same order.
 * @throws RangeError if the lengths differ or there is no face.
 */
export function pairedDifference(right: readonly boolean[], before: readonly boolean[]): PairedDifference {
  const faces = right.length;
  if (faces === 0 || before.length !== faces)
    throw new RangeError(`${faces} answers cannot be paired with ${before.length}`);
  const gained = right.filter((now, face) => now && !before[face]).length;
  const lost = before.filter((then, face) => then && !right[face]).length;
  const difference = (gained - lost) / faces;
  const half = (Z95 * Math.sqrt(gained + lost - (gained - lost) ** 2 / faces)) / faces;
  return { difference, interval95: [difference - half, difference + half] };
}

/** Where two models name different classes. */
export interface Disagreements {
  readonly split: Split;
  /** Faces of the split. */
  readonly faces: number;
  /** Faces on which the models disagree. */
  readonly count: number;
  /** Some of them, by descending confidence of the first model; captions look like `Sad | Fear`. */
  readonly tiles: Tile[];
}

/**
 * Compares the answers of two models for the same faces.
 * @param limit how many faces to show at most.
 */
export function disagreements(
  dataset: FaceDataset,
  a: SplitPredictions,
  b: SplitPredictions,
  limit: number,
): Disagreements {
  const names = classesOf(dataset);
  const outputs = a.probabilities.length / a.indices.length;
  const pairs = Array.from(a.indices, (face, i) => ({
    face,
    first: predictionAt(a.probabilities, i, outputs),
    second: predictionAt(b.probabilities, i, outputs),
  }));
  const differing = pairs
    .filter(({ first, second }) => first.label !== second.label)
    .sort((p, q) => q.first.confidence - p.first.confidence);
  const tiles = differing.slice(0, limit).map(({ face, first, second }) => ({
    pixels: faceAt(dataset, face),
    size: FACE_SIZE,
    caption: `${names[first.label]} | ${names[second.label]}`,
  }));
  return { split: a.split, faces: pairs.length, count: differing.length, tiles };
}
