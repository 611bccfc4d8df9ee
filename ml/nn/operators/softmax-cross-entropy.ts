import type { Tensor } from '../graph.ts';
import { add, log, mul, reduceSum, softmax, sub } from '../ops.ts';

/** Keeps the logarithm finite; it is far below the smallest probability of a float softmax that matters. */
const TINY = 1e-12;

/**
 * Cross-entropy of a softmax with soft targets: −Σ t·ln p / N.
 *
 * Gradient: ∂logits = (p·Σt − t)/N; an image whose targets are all zero takes no part.
 * @param logits [K, N].
 * @param targets probabilities t, [K, N]: each column sums to 1, or is all zero.
 * @returns the loss, a scalar, and its gradient by the logits, [K, N].
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): { loss: Tensor; gradient: Tensor } {
  const images = logits.shape[1];
  const probabilities = softmax(logits, 0);
  const loss = reduceSum(mul(mul(targets, log(add(probabilities, TINY))), -1 / images), [0, 1], false);
  const mass = reduceSum(targets, [0]);
  return { loss, gradient: mul(sub(mul(probabilities, mass), targets), 1 / images) };
}
