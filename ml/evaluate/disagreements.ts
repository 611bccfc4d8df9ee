import { EMOTIONS } from '../core/emotions.ts';
import { predictionAt } from '../core/prediction.ts';
import { FACE_SIZE, type FaceDataset, faceAt, type Split } from '../data/dataset.ts';
import type { Tile } from './contact-sheet.ts';
import type { SplitPredictions } from './evaluation.ts';

/** Where two models name different classes. */
export interface Disagreements {
  readonly split: Split;
  /** Faces of the split. */
  readonly faces: number;
  /** Those on which the models disagree. */
  readonly count: number;
  /** Some of them, the surest answers of the first model first; captions are like `Sad | Fear`. */
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
  const pairs = Array.from(a.indices, (face, i) => ({
    face,
    first: predictionAt(a.probabilities, i),
    second: predictionAt(b.probabilities, i),
  }));
  const differing = pairs
    .filter(({ first, second }) => first.label !== second.label)
    .sort((p, q) => q.first.confidence - p.first.confidence);
  const tiles = differing.slice(0, limit).map(({ face, first, second }) => ({
    pixels: faceAt(dataset, face),
    size: FACE_SIZE,
    caption: `${EMOTIONS[first.label]} | ${EMOTIONS[second.label]}`,
  }));
  return { split: a.split, faces: pairs.length, count: differing.length, tiles };
}
