import { sizeOf, type Tensor } from '../graph.ts';
import { abs, add, log, mul, reduceSum, sign, softmax, sub } from '../ops.ts';

/** A loss and its derivative. */
export interface Loss {
  /** A scalar. */
  readonly loss: Tensor;
  /** By the network's output, in its shape. */
  readonly gradient: Tensor;
}

/** Keeps the logarithm finite; it is far below the smallest probability of a float softmax that matters. */
const TINY = 1e-12;

/**
 * Cross-entropy of a softmax with soft targets: −Σ t·ln p / N.
 *
 * Gradient: ∂logits = (p·Σt − t)/N; an image whose targets are all zero takes no part.
 * @param logits [K, N].
 * @param targets probabilities t, [K, N]: each column sums to 1, or is all zero.
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): Loss {
  const images = logits.shape[1];
  const probabilities = softmax(logits, 0);
  const loss = reduceSum(mul(mul(targets, log(add(probabilities, TINY))), -1 / images), [0, 1], false);
  const mass = reduceSum(targets, [0]);
  return { loss, gradient: mul(sub(mul(probabilities, mass), targets), 1 / images) };
}

/**
 * Mean absolute error: Σ|y − t| / count. Gradient: sign(y − t)/count.
 * @param output y, any shape.
 * @param target t, the same shape.
 */
export function l1Loss(output: Tensor, target: Tensor): Loss {
  const difference = sub(output, target);
  const share = 1 / sizeOf(output.shape);
  const axes = Array.from(output.shape.keys());
  return {
    loss: mul(reduceSum(abs(difference), axes, false), share),
    gradient: mul(sign(difference), share),
  };
}
