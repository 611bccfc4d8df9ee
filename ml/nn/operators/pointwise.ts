import type { Tensor } from '../graph.ts';
import { add, matmul, matmulTransposed, reduceSum, transpose } from '../ops.ts';
import type { Tape } from '../tape.ts';

/**
 * 1×1 convolution, a matrix product: y = W·x.
 *
 * Gradient: ∂x = Wᵀ·∂y, ∂W = ∂y·xᵀ.
 * @param x [I, P].
 * @param kernel W, [O, I].
 * @returns [O, P].
 */
export function pointwise(tape: Tape, x: Tensor, kernel: Tensor): Tensor {
  return tape.record(matmul(kernel, x), [x, kernel], (dy) => [
    tape.needs(x) ? matmul(transpose(kernel), dy) : null,
    matmulTransposed(dy, x),
  ]);
}

/**
 * Dense layer y = W·x + b.
 *
 * Gradient: as {@link pointwise}, and ∂b = the sum of ∂y over the batch.
 * @param x [I, N].
 * @param kernel W, [O, I].
 * @param bias b, [O, 1].
 * @returns [O, N].
 */
export function dense(tape: Tape, x: Tensor, kernel: Tensor, bias: Tensor): Tensor {
  const product = pointwise(tape, x, kernel);
  return tape.record(add(product, bias), [product, bias], (dy) => [dy, reduceSum(dy, [1])]);
}
