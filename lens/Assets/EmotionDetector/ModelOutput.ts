/** How far the sum of the output may be from 1. */
const SUM_TOLERANCE = 0.05;

/** How far an 8-bit model rounds each probability, whose sum many classes may take beyond the above. */
const ROUNDING = 1 / 512;

/**
 * Checks what the model answered and copies it, scaled to the sum 1. The softmax is part of the model; a second one
 * here would flatten its answers to near equality, so that an output that is not one distribution is refused instead.
 * @param output as SnapML hands it over.
 * @param probabilities where to copy it, one for each class; left alone if there is a fault.
 * @returns the fault in words, or undefined.
 */
export function readProbabilities(output: Float32Array, probabilities: Float32Array): string | undefined {
  const classes = probabilities.length;
  if (output.length !== classes) return `gives ${output.length} values instead of ${classes}`;
  let sum = 0;
  let least = 0;
  for (let i = 0; i < output.length; i++) {
    sum += output[i];
    least = Math.min(least, output[i]);
  }
  if (!Number.isFinite(sum)) return 'gives values that are no numbers';
  // Even the likeliest of all classes cannot be given as 1, but as 255/256.
  const tolerance = Math.max(SUM_TOLERANCE, (classes + 2) * ROUNDING);
  if (least < -SUM_TOLERANCE || Math.abs(sum - 1) > tolerance) return 'gives no probabilities (they must sum to 1)';
  for (let i = 0; i < output.length; i++) probabilities[i] = Math.max(0, output[i]) / sum;
  return undefined;
}
