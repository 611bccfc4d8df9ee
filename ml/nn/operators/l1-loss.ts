import { sizeOf, type Tensor } from '../graph.ts';
import { abs, mul, reduceSum, sign, sub } from '../ops.ts';

/**
 * Mean absolute error: Σ|y − t| / count. Gradient: sign(y − t)/count.
 * @param output y, any shape.
 * @param target t, the same shape.
 * @returns the loss, a scalar, and its gradient by y.
 */
export function l1Loss(output: Tensor, target: Tensor): { loss: Tensor; gradient: Tensor } {
  const difference = sub(output, target);
  const share = 1 / sizeOf(output.shape);
  const axes = Array.from(output.shape.keys());
  return {
    loss: mul(reduceSum(abs(difference), axes, false), share),
    gradient: mul(sign(difference), share),
  };
}
