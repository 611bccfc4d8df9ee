import { EMOTIONS } from './emotions.ts';

/** What a model answers for one face: its most probable class (the first of equals) and that class's probability. */
export interface Prediction {
  readonly label: number;
  readonly confidence: number;
}

/** @param probabilities [n, 7]. */
export function predictionAt(probabilities: Float32Array, face: number): Prediction {
  const row = probabilities.subarray(face * EMOTIONS.length, (face + 1) * EMOTIONS.length);
  const confidence = Math.max(...row);
  return { label: row.indexOf(confidence), confidence };
}
