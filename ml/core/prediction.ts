import { EMOTIONS } from './emotions.ts';

/** What a model answers for one face: its most probable class (the first of equals) and that class's probability. */
export interface Prediction {
  readonly label: number;
  readonly confidence: number;
}

/**
 * @param probabilities [n, classes].
 * @param classes seven, unless the model has more.
 */
export function predictionAt(probabilities: Float32Array, face: number, classes: number = EMOTIONS.length): Prediction {
  const row = probabilities.subarray(face * classes, (face + 1) * classes);
  const confidence = Math.max(...row);
  return { label: row.indexOf(confidence), confidence };
}
