import { EMOTIONS } from './Emotions';

/** How far the sum of the output may be from 1. 8-bit models round each of seven probabilities to 1/256. */
const SUM_TOLERANCE = 0.05;

/**
 * Checks what the model answered and copies it, scaled to the sum 1. The softmax is part of the model; a second one
 * here would flatten its answers to near equality, so that an output that is not one distribution is refused instead.
 * @param output as SnapML hands it over.
 * @param probabilities where to copy it; left alone if there is a fault.
 * @returns the fault in words, or undefined.
 */
export function readProbabilities(output: Float32Array, probabilities: Float32Array): string | undefined {
  if (output.length !== EMOTIONS.length) return `gives ${output.length} values instead of ${EMOTIONS.length}`;
  let sum = 0;
  let least = 0;
  for (let i = 0; i < output.length; i++) {
    sum += output[i];
    least = Math.min(least, output[i]);
  }
  if (!Number.isFinite(sum)) return 'gives values that are no numbers';
  if (least < -SUM_TOLERANCE || Math.abs(sum - 1) > SUM_TOLERANCE) return 'gives no probabilities (they must sum to 1)';
  for (let i = 0; i < output.length; i++) probabilities[i] = Math.max(0, output[i]) / sum;
  return undefined;
}
