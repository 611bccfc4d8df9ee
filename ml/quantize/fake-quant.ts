import type { Tensor } from '../nn/graph.ts';
import type { Layout } from '../nn/layout.ts';
import type { Clipping } from '../nn/operators/activation.ts';
import { depthwiseGradient, depthwiseOutput, type Window } from '../nn/operators/depthwise.ts';
import {
  abs,
  add,
  clip,
  div,
  expand,
  matmul,
  matmulAdd,
  matmulTransposed,
  maximum,
  mul,
  reduceMax,
  reduceSum,
  round,
  roundToBytes,
  strictlyBetween,
  sub,
  transpose,
} from '../nn/ops.ts';
import type { Tape } from '../nn/tape.ts';
import { INT8_MAX, INT8_STEPS, MAX_BIAS_STEPS, MIN_WIDTH } from './scheme.ts';

/*
 * Fake quantization (Jacob et al. 2018, arXiv:1712.05877, section 3) in whole steps: an activation is kept as the floats
 * u = q − zeroPoint, all of them whole numbers, so that the forward pass does what the integer network does. The gradient
 * goes straight through every rounding (Bengio et al. 2013, arXiv:1308.3432) and is 0 where the number was clipped.
 */

/** An activation in whole steps. */
export interface FakeQuantTensor {
  /** u = q − zeroPoint. */
  readonly steps: Tensor;
  /** Real numbers in a step, a scalar. */
  readonly scale: Tensor;
}

/** What an activation is rounded to. */
export interface FakeQuantParameters {
  /** Scalar. */
  readonly scale: Tensor;
  /** What int8 −128 is below the zero point, a scalar; none is 0, as after a ReLU, whose least number is 0. */
  readonly zeroPointOffset?: Tensor;
}

/** A kernel and a bias, rounded in the graph as `scheme.ts` rounds them. */
export interface QuantizedWeights {
  /** Whole numbers −127..127, [O, I]. */
  readonly kernel: Tensor;
  /** Whole numbers, [O, 1]. */
  readonly bias: Tensor;
  /** Real numbers in a step of the kernel and of the bias, [O, 1]. */
  readonly kernelScale: Tensor;
  readonly biasScale: Tensor;
}

/**
 * Rounds weights per output channel with the scale of their greatest.
 * @param kernel [O, I].
 * @param bias [O, 1].
 * @param inputScale of the activation that the kernel is applied to, a scalar.
 */
export function quantizeWeights(
  kernel: Tensor,
  bias: Tensor,
  inputScale: Tensor,
  perChannel: boolean,
): QuantizedWeights {
  const largest = div(maximum(reduceMax(abs(kernel), [1]), MIN_WIDTH), INT8_MAX);
  const own = maximum(largest, div(abs(bias), mul(inputScale, MAX_BIAS_STEPS)));
  const kernelScale = perChannel ? own : expand(reduceMax(own, [0]), own.shape);
  const biasScale = mul(kernelScale, inputScale);
  return { kernel: round(div(kernel, kernelScale)), bias: round(div(bias, biasScale)), kernelScale, biasScale };
}

/** u = clip(round(x)) on a grid, and where the gradient passes. */
function roundAndClip(x: Tensor, { zeroPointOffset }: FakeQuantParameters): { steps: Tensor; passes: () => Tensor } {
  const passes = () =>
    zeroPointOffset
      ? strictlyBetween(x, mul(zeroPointOffset, -1), sub(INT8_STEPS, zeroPointOffset))
      : strictlyBetween(x, 0, INT8_STEPS);
  return { steps: roundToBytes(x, zeroPointOffset), passes };
}

/** The sums W·x + b of a convolution in whole numbers, and its gradient by its input and its kernel. */
interface Sums {
  readonly output: Tensor;
  /** @param kernel the kernel to take for ∂x. */
  gradient(dy: Tensor, kernel: Tensor): readonly [dx: Tensor | null, dKernel: Tensor];
}

/** Of a 1×1 convolution or dense layer. */
export function pointwiseSums(tape: Tape, x: Tensor, { kernel, bias }: QuantizedWeights): Sums {
  return {
    output: matmulAdd(kernel, x, bias),
    gradient: (dy, scaled) => [tape.needs(x) ? matmul(transpose(scaled), dy) : null, matmulTransposed(dy, x)],
  };
}

/** Of a depthwise convolution. */
export function depthwiseSums(layout: Layout, x: Tensor, { kernel, bias }: QuantizedWeights, window: Window): Sums {
  return {
    output: depthwiseOutput(layout, x, kernel, window, bias),
    gradient: (dy, scaled) => depthwiseGradient(layout, x, scaled, window, dy),
  };
}

/**
 * A convolution as integers compute it: u = clip(round(m·(W·x + b))) with m = bias scale / output scale. The sums are
 * exact, and everything is rounded in the order of the runtimes' kernels: one number of the first layers that falls to the
 * other side changes many of the later ones.
 * @param source kernel and bias before their rounding; the gradient is theirs.
 * @param side height and width of the output.
 */
export function requantize(
  tape: Tape,
  layout: Layout,
  x: FakeQuantTensor,
  source: { readonly kernel: Tensor; readonly bias: Tensor },
  weights: QuantizedWeights,
  sums: Sums,
  side: number,
  parameters: FakeQuantParameters,
): FakeQuantTensor {
  const multiplier = div(weights.biasScale, parameters.scale);
  const { steps, passes } = roundAndClip(layout.scaleEach(sums.output, side, multiplier), parameters);
  tape.record(steps, [x.steps, source.kernel, source.bias], (du) => {
    const dv = mul(du, passes());
    const [dx, dKernel] = sums.gradient(dv, mul(weights.kernel, multiplier));
    // By the real kernel W = kernelScale·q the slope is that by q over kernelScale; the scales count as constants.
    return [dx, mul(dKernel, div(x.scale, parameters.scale)), div(reduceSum(dv, [1]), parameters.scale)];
  });
  return { steps, scale: parameters.scale };
}

/**
 * Rounds Σ scaleᵢ·uᵢ to another grid, as a residual sum or a mean is rounded; the gradient is that of the sum.
 * @param activations of the same shape, or scalar constants.
 */
export function requantizeSum(
  tape: Tape,
  activations: readonly FakeQuantTensor[],
  parameters: FakeQuantParameters,
): FakeQuantTensor {
  const ratios = activations.map(({ scale }) => div(scale, parameters.scale));
  const terms = activations.map(({ steps }, i) => mul(steps, ratios[i]));
  const { steps, passes } = roundAndClip(
    terms.reduce((a, b) => add(a, b)),
    parameters,
  );
  tape.record(
    steps,
    activations.map((activation) => activation.steps),
    (du) => {
      const dv = mul(du, passes());
      return ratios.map((ratio, i) => (tape.needs(activations[i].steps) ? mul(dv, ratio) : null));
    },
  );
  return { steps, scale: parameters.scale };
}

/** Rounds the product of two activations of one shape to another grid; the gradient is that of the product. */
export function requantizeProduct(
  tape: Tape,
  a: FakeQuantTensor,
  b: FakeQuantTensor,
  parameters: FakeQuantParameters,
): FakeQuantTensor {
  const multiplier = div(mul(a.scale, b.scale), parameters.scale);
  const { steps, passes } = roundAndClip(mul(mul(a.steps, b.steps), multiplier), parameters);
  tape.record(steps, [a.steps, b.steps], (du) => {
    const dv = mul(mul(du, passes()), multiplier);
    return [mul(dv, b.steps), mul(dv, a.steps)];
  });
  return { steps, scale: parameters.scale };
}

/**
 * Rounds an activation times one factor for each channel of each image to another grid; the gradient is that of the product.
 * @param side height and width of the activation.
 * @param gate [C, N].
 */
export function requantizeExcited(
  tape: Tape,
  layout: Layout,
  activation: FakeQuantTensor,
  side: number,
  gate: FakeQuantTensor,
  parameters: FakeQuantParameters,
): FakeQuantTensor {
  const multiplier = div(mul(activation.scale, gate.scale), parameters.scale);
  const { steps, passes } = roundAndClip(
    mul(layout.scaleEachImage(activation.steps, side, gate.steps), multiplier),
    parameters,
  );
  tape.record(steps, [activation.steps, gate.steps], (du) => {
    const dv = mul(mul(du, passes()), multiplier);
    return [layout.scaleEachImage(dv, side, gate.steps), layout.dotOfImages(activation.steps, dv, side)];
  });
  return { steps, scale: parameters.scale };
}

/** Clips an activation to a range of real numbers, where its grid goes beyond; the gradient passes inside of it. */
export function clipTensor(tape: Tape, { steps, scale }: FakeQuantTensor, [low, high]: Clipping): FakeQuantTensor {
  const top = round(div(high, scale));
  const clipped = clip(steps, low, top);
  return { steps: tape.record(clipped, [steps], (du) => [mul(du, strictlyBetween(clipped, low, top))]), scale };
}

/** The real numbers of an activation. */
export function dequantize(tape: Tape, { steps, scale }: FakeQuantTensor): Tensor {
  return tape.record(mul(steps, scale), [steps], (dy) => [mul(dy, scale)]);
}
