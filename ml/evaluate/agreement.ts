import { predictionAt } from '../core/prediction.ts';

/** How alike two models answer. */
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
 * @param a [n, 7], as `b`.
 */
export function agreementOf(a: Float32Array, b: Float32Array, faces: number): Agreement {
  let same = 0;
  for (let face = 0; face < faces; face++) same += Number(predictionAt(a, face).label === predictionAt(b, face).label);
  let largest = 0;
  let sum = 0;
  for (const [i, probability] of a.entries()) {
    const difference = Math.abs(probability - b[i]);
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return { faces, top1: same / faces, largest, mean: sum / a.length };
}
