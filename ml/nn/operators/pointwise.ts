import type { Tensor } from '../graph.ts';
import type { Layout } from '../layout.ts';
import {
  add,
  clip,
  fusedClip,
  matmul,
  matmulAdd,
  matmulTransposed,
  mul,
  reduceSum,
  reshape,
  transpose,
} from '../ops.ts';
import type { Tape } from '../tape.ts';
import { type Clipping, clippingGradient } from './activation.ts';
import { affineOf, batchNormGradient, type Normalized } from './batch-norm.ts';

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

/**
 * 1×1 convolution, batch norm and a clipping activation if wanted in one, for layers with many more outputs than inputs.
 *
 * The statistics of y = W·x follow from the small Gram matrix G = x·xᵀ: E[y] = W·Σx/P, E[y²] = diag(W·G·Wᵀ)/P, so the
 * convolution can run once with the scaled weights, and y itself is never stored. In the gradient, ∂y = s·∂z + b·y + c
 * (see `batchNormGradient`) is never formed either: with D = ∂z·xᵀ,
 * Σ∂z·y = diag(D·Wᵀ), ∂W = s·D + b·(W·G) + c·(Σx)ᵀ, ∂x = (s·W)ᵀ·∂z + Wᵀ·(b·W)·x + Wᵀ·c.
 * @param x [I, P].
 * @param kernel W, [O, I].
 * @param gamma γ, [O, 1].
 * @param beta β, [O, 1].
 */
export function expandBatchNorm(
  tape: Tape,
  layout: Layout,
  x: Tensor,
  kernel: Tensor,
  gamma: Tensor,
  beta: Tensor,
  clipping?: Clipping,
): Normalized {
  const [inputs, count] = x.shape;
  const outputs = kernel.shape[0];
  const gram = matmulTransposed(x, x);
  const sumX = reduceSum(x, [1]);
  const kernelGram = matmul(kernel, gram);
  const mean = mul(matmul(kernel, sumX), 1 / count);
  const meanSquare = mul(reduceSum(mul(kernelGram, kernel), [1]), 1 / count);
  const affine = affineOf(mean, meanSquare, gamma, beta);
  const scaled = mul(kernel, affine.scale);
  const output = layout.blocked ? fusedConvolution() : plainConvolution();

  /** One pass of ONNX Runtime's convolution with bias and clipping fused. */
  function fusedConvolution(): Tensor {
    const operands = [
      reshape(x, [1, inputs, count, 1]),
      reshape(scaled, [outputs, inputs, 1, 1]),
      reshape(affine.shift, [outputs]),
    ];
    const attributes = { kernel_shape: { ints: [1, 1] }, ...(clipping ? fusedClip(...clipping) : {}) };
    const result = x.graph.node('FusedConv', operands, [1, outputs, count, 1], { domain: 'com.microsoft', attributes });
    return reshape(result, [outputs, count]);
  }

  function plainConvolution(): Tensor {
    const z = add(matmul(scaled, x), affine.shift);
    return clipping ? clip(z, ...clipping) : z;
  }

  tape.record(output, [x, kernel, gamma, beta], (da) => {
    const dz = clippingGradient(da, output, clipping);
    const dzX = matmulTransposed(dz, x);
    const gradient = batchNormGradient(affine, reduceSum(dz, [1]), reduceSum(mul(dzX, kernel), [1]), count);
    const { slope, offset } = gradient;
    const dKernel = add(add(mul(dzX, affine.scale), mul(kernelGram, slope)), matmulTransposed(offset, sumX));
    const kernelT = transpose(kernel);
    const dx = () =>
      matmulAdd(transpose(scaled), dz, matmulAdd(matmul(kernelT, mul(kernel, slope)), x, matmul(kernelT, offset)));
    return [tape.needs(x) ? dx() : null, dKernel, gradient.gamma, gradient.beta];
  });
  return { output, mean: affine.mean, variance: affine.variance };
}
