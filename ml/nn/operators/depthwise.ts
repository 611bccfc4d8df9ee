import { samePadding } from '../architecture.ts';
import type { Tensor } from '../graph.ts';
import type { Layout } from '../layout.ts';
import { columns, reduceSum, reshape } from '../ops.ts';
import type { Tape } from '../tape.ts';

/** Where a depthwise convolution is applied: side of its input, side of its kernel, and its stride, 1 or 2. */
export interface Window {
  readonly side: number;
  readonly kernelSide: number;
  readonly stride: number;
}

/**
 * Depthwise convolution with TensorFlow's SAME padding: y[i] = Σₖ w[k]·x[s·i + k − p].
 * @param x [C, P].
 * @param kernel w, [C, k²].
 * @returns [C, P of the smaller side].
 */
export function depthwise(tape: Tape, layout: Layout, x: Tensor, kernel: Tensor, window: Window): Tensor {
  return tape.record(depthwiseOutput(layout, x, kernel, window), [x, kernel], (dy) =>
    depthwiseGradient(layout, x, kernel, window, dy),
  );
}

/**
 * The result of {@link depthwise}.
 * @param bias added to each channel, [C, 1].
 */
export function depthwiseOutput(
  layout: Layout,
  x: Tensor,
  kernel: Tensor,
  { side, kernelSide, stride }: Window,
  bias?: Tensor,
): Tensor {
  const { outSide, begin, end } = samePadding(side, kernelSide, stride);
  return layout.convolveEach(x, layout.kernelPerImage(kernel), {
    side,
    outSide,
    kernelSide,
    stride,
    pads: [begin, end],
    bias: bias && layout.perImage(bias),
  });
}

/**
 * Gradient of {@link depthwise}: ∂x is the convolution of ∂y, at stride 2 with zeros between its pixels, with the flipped
 * kernel; ∂w is the convolution of x with ∂y as a kernel that is dilated by the stride, summed over the images.
 * @returns ∂x and ∂w.
 */
export function depthwiseGradient(
  layout: Layout,
  x: Tensor,
  kernel: Tensor,
  { side, kernelSide, stride }: Window,
  dy: Tensor,
): readonly [Tensor, Tensor] {
  const { outSide, begin } = samePadding(side, kernelSide, stride);
  const channels = x.shape[0];
  const taps = kernelSide ** 2;
  const flipped = columns(
    kernel,
    Array.from({ length: taps }, (_, k) => taps - 1 - k),
  );
  const spread = stride === 1 ? dy : layout.dilate(dy, outSide);
  const spreadSide = stride * outSide;
  const before = kernelSide - 1 - begin;
  const dx = layout.convolveEach(spread, layout.kernelPerImage(flipped), {
    side: spreadSide,
    outSide: side,
    kernelSide,
    pads: [before, side - spreadSide + kernelSide - 1 - before],
  });
  const reach = (outSide - 1) * stride;
  const perImage = layout.convolveEach(x, reshape(dy, [channels * layout.batch, 1, outSide, outSide]), {
    side,
    outSide: kernelSide,
    kernelSide: outSide,
    dilation: stride,
    pads: [begin, kernelSide + reach - side - begin],
  });
  const parts = reshape(perImage, [channels, layout.batch / layout.block, taps, layout.block]);
  return [dx, reduceSum(parts, [1, 3], false)];
}
