import { z } from 'zod';

/** Standard deviations beyond which a feature says nothing more. */
const CLIP = 6;
const STEPS = 20;
const TOLERANCE = 1e-6;

/** A logistic regression on standardised features. */
export const LogisticSchema = z.strictObject({
  means: z.array(z.number()),
  deviations: z.array(z.number().positive()),
  weights: z.array(z.number()),
  bias: z.number(),
});
export type Logistic = z.infer<typeof LogisticSchema>;

/** Probability of the positive class. @param features as many as the model has weights. */
export function probabilityOf({ means, deviations, weights, bias }: Logistic, features: Float64Array): number {
  let sum = bias;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * standardised(features[i], means[i], deviations[i]);
  return 1 / (1 + Math.exp(-sum));
}

function standardised(value: number, mean: number, deviation: number): number {
  return Math.max(-CLIP, Math.min(CLIP, (value - mean) / deviation));
}

/**
 * Fits a logistic regression by Newton's method.
 * @param rows features of each example, all of one length.
 * @param positive whether each example is positive.
 * @param ridge weight of the squared weights.
 */
export function fitLogistic(rows: readonly Float64Array[], positive: readonly boolean[], ridge: number): Logistic {
  const width = rows[0].length;
  const moments = Array.from({ length: width }, (_, i) => {
    const mean = rows.reduce((sum, row) => sum + row[i], 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[i] - mean) ** 2, 0) / rows.length;
    return { mean, deviation: Math.sqrt(variance) + 1e-6 };
  });
  // The last feature is 1, for the bias.
  const inputs = rows.map((row) =>
    Float64Array.from({ length: width + 1 }, (_, i) =>
      i === width ? 1 : standardised(row[i], moments[i].mean, moments[i].deviation),
    ),
  );
  const weights = new Float64Array(width + 1);
  for (let step = 0; step < STEPS; step++) {
    const change = newtonStep(inputs, positive, weights, ridge);
    for (let i = 0; i <= width; i++) weights[i] -= change[i];
    if (change.every((value) => Math.abs(value) < TOLERANCE)) break;
  }
  return {
    means: moments.map(({ mean }) => mean),
    deviations: moments.map(({ deviation }) => deviation),
    weights: [...weights.subarray(0, width)],
    bias: weights[width],
  };
}

function newtonStep(
  inputs: readonly Float64Array[],
  positive: readonly boolean[],
  weights: Float64Array,
  ridge: number,
): Float64Array {
  const size = weights.length;
  const hessian = Array.from({ length: size }, () => new Float64Array(size));
  const gradient = new Float64Array(size);
  inputs.forEach((input, example) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += weights[i] * input[i];
    const probability = 1 / (1 + Math.exp(-sum));
    const error = probability - Number(positive[example]);
    const curvature = Math.max(1e-9, probability * (1 - probability));
    for (let i = 0; i < size; i++) {
      gradient[i] += error * input[i];
      const scaled = curvature * input[i];
      const row = hessian[i];
      for (let j = 0; j <= i; j++) row[j] += scaled * input[j];
    }
  });
  for (let i = 0; i < size - 1; i++) {
    hessian[i][i] += ridge;
    gradient[i] += ridge * weights[i];
  }
  return solveSymmetric(hessian, gradient);
}

/** Solves A x = b by Cholesky's decomposition; only the lower half of A is read, and it is overwritten. */
function solveSymmetric(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      for (let k = 0; k < j; k++) sum -= matrix[i][k] * matrix[j][k];
      matrix[i][j] = i === j ? Math.sqrt(sum) : sum / matrix[j][j];
    }
  const solution = right.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) solution[i] -= matrix[i][k] * solution[k];
    solution[i] /= matrix[i][i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) solution[i] -= matrix[k][i] * solution[k];
    solution[i] /= matrix[i][i];
  }
  return solution;
}
