import type { Tensor } from '../graph.ts';
import type { Layout } from '../layout.ts';
import { add, clip, div, maximum, mul, reduceMean, reduceSum, sqrt, sub } from '../ops.ts';
import type { Tape } from '../tape.ts';
import { type Clipping, clippingGradient } from './activation.ts';

/** Added to the variance before its root, as Keras' MobileNets do. */
export const BATCH_NORM_EPSILON = 1e-3;

export interface BatchStatistics {
  /** [C, 1]. */
  readonly mean: Tensor;
  /** Biased variance, [C, 1]. */
  readonly variance: Tensor;
}

export interface Normalized extends BatchStatistics {
  readonly output: Tensor;
}

/** The affine map z = scale·y + shift that batch norm is once the statistics are known; all [C, 1]. */
export interface Affine extends BatchStatistics {
  readonly inverseDeviation: Tensor;
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** Turns E[y] and E[y²] into the affine map. */
export function affineOf(mean: Tensor, meanSquare: Tensor, gamma: Tensor, beta: Tensor): Affine {
  const variance = maximum(sub(meanSquare, mul(mean, mean)), 0);
  const inverseDeviation = div(1, sqrt(add(variance, BATCH_NORM_EPSILON)));
  const scale = mul(gamma, inverseDeviation);
  return { mean, variance, inverseDeviation, scale, shift: sub(beta, mul(mean, scale)) };
}

/**
 * Gradient of batch norm, from the two sums over ∂z that it needs:
 * ∂β = Σ∂z, ∂γ = Σ∂z·(y − μ)/σ, and ∂y = scale·∂z + slope·y + offset.
 * @param sum Σ∂z, [C, 1].
 * @param product Σ∂z·y, [C, 1].
 * @param count numbers P of a channel.
 */
export function batchNormGradient(affine: Affine, sum: Tensor, product: Tensor, count: number) {
  const { mean, inverseDeviation, scale } = affine;
  const gamma = mul(inverseDeviation, sub(product, mul(mean, sum)));
  const slope = mul(mul(mul(scale, inverseDeviation), gamma), -1 / count);
  const offset = sub(mul(mul(scale, sum), -1 / count), mul(slope, mean));
  return { gamma, beta: sum, slope, offset };
}

/**
 * Batch normalization with the statistics of the batch (Ioffe and Szegedy 2015), then a clipping activation if wanted:
 * z = γ·(y − μ)/√(σ² + ε) + β. The gradient is that of {@link batchNormGradient}.
 * @param y [C, P].
 * @param side height and width of y.
 * @param gamma γ, [C, 1].
 * @param beta β, [C, 1].
 */
export function batchNorm(
  tape: Tape,
  layout: Layout,
  y: Tensor,
  side: number,
  gamma: Tensor,
  beta: Tensor,
  clipping?: Clipping,
): Normalized {
  const affine = affineOf(reduceMean(y, [1]), mul(layout.dot(y, y, side), 1 / y.shape[1]), gamma, beta);
  const { scale, shift } = affine;
  const output = scaleAndShift(layout, y, side, scale, shift, clipping);
  tape.record(output, [y, gamma, beta], (da) => {
    const dz = clippingGradient(da, output, clipping);
    const gradient = batchNormGradient(affine, reduceSum(dz, [1]), layout.dot(dz, y, side), y.shape[1]);
    const dy = combine(layout, side, dz, scale, y, gradient.slope, gradient.offset);
    return [dy, gradient.gamma, gradient.beta];
  });
  return { output, mean: affine.mean, variance: affine.variance };
}

/** scale·y + shift, clipped if wanted; in the blocked layout one fused 1×1 convolution. */
function scaleAndShift(
  layout: Layout,
  y: Tensor,
  side: number,
  scale: Tensor,
  shift: Tensor,
  clipping: Clipping | undefined,
): Tensor {
  if (layout.blocked) {
    const options = {
      side,
      outSide: side,
      kernelSide: 1,
      bias: layout.perImage(shift),
      clip: clipping,
    };
    return layout.convolveEach(y, layout.kernelPerImage(scale), options);
  }
  const z = add(mul(y, scale), shift);
  return clipping ? clip(z, ...clipping) : z;
}

/** a·x + b·y + c; in the blocked layout two 1×1 convolutions, the second of which adds the first's result. */
function combine(layout: Layout, side: number, x: Tensor, a: Tensor, y: Tensor, b: Tensor, c: Tensor): Tensor {
  if (layout.blocked) {
    const options = { side, outSide: side, kernelSide: 1 };
    const addend = layout.convolveEach(y, layout.kernelPerImage(b), { ...options, bias: layout.perImage(c) });
    return layout.convolveEach(x, layout.kernelPerImage(a), { ...options, addend });
  }
  return add(mul(x, a), add(mul(y, b), c));
}
