import fc from 'fast-check';

/** Seven probabilities. */
export const distribution = fc
  .array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 })
  .map((weights) => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return Float32Array.from(weights, (weight) => weight / sum);
  });

/** A distribution with all of `certainty` on one class and the rest evenly on the others. */
export function sure(emotion: number, certainty = 0.88): Float32Array {
  return Float32Array.from({ length: 7 }, (_, i) => (i === emotion ? certainty : (1 - certainty) / 6));
}
