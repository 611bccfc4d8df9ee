import type { Tensor } from '../graph.ts';
import { BatchLayout, BLOCKED_DOMAIN } from '../layout.ts';
import { add, mul, pad, permute, positivePart, reduceSum, reshape } from '../ops.ts';
import type { Tape } from '../tape.ts';

const KERNEL = 3;
const TAPS = KERNEL * KERNEL;

interface ConvolutionOptions {
  /** ReLU after the convolution. */
  readonly relu?: boolean;
  /** Added to the result, of its shape; not together with `relu`. */
  readonly addend?: Tensor;
  /** Factor on kernel and bias, as residual scaling has it. */
  readonly scale?: number;
}

/**
 * How a mini-batch of activations lies in memory for dense convolutions: [N, C/B, H, W, B], B channels innermost, wherever C is
 * a multiple of B, else [N, C, H, W]. An activation's shape is written [N, C, H, W] in both. B is the block of ONNX Runtime's
 * convolution; with B = 1 the same graph runs on the standard operators.
 */
export class DenseLayout extends BatchLayout {
  /** Channels that lie innermost in an activation of so many channels. */
  blockOf(channels: number): number {
    return channels % this.block === 0 ? this.block : 1;
  }

  /** The same activation as [N, C, H, W] in memory. */
  plain(x: Tensor): Tensor {
    return this.blocked && this.blockOf(x.shape[1]) > 1 ? reorderOutput(x, x.shape[1]) : x;
  }

  /** The opposite of {@link plain}. */
  packed(x: Tensor): Tensor {
    return this.blocked && this.blockOf(x.shape[1]) > 1 ? reorderInput(x) : x;
  }

  /** An activation that lies as [N, C, H, W] in memory, in blocks, with zero channels added up to a multiple of B. */
  #block(x: Tensor): Tensor {
    if (!this.blocked) return x;
    const missing = this.#missing(x.shape[1]);
    return reorderInput(missing > 0 ? pad(x, [0, 0, 0, 0], [0, missing, 0, 0]) : x);
  }

  #missing(channels: number): number {
    return (this.block - (channels % this.block)) % this.block;
  }

  /**
   * Convolves with zeros around the activation, so that its size stays.
   * @param x [N, I, H, W]; in the blocked layout I is a multiple of B or less than B.
   * @param kernel [O, I, 3, 3].
   * @param bias [O].
   * @returns [N, O, H, W].
   */
  convolve(x: Tensor, kernel: Tensor, bias?: Tensor, { relu, addend }: ConvolutionOptions = {}): Tensor {
    const [batch, , height, width] = x.shape;
    const outputs = kernel.shape[0];
    if (!this.blocked) {
      const y = x.graph.node('Conv', [x, kernel, bias ?? null], [batch, outputs, height, width], {
        attributes: windowAttributes(KERNEL, KERNEL, 1),
      });
      const sum = addend ? add(y, addend) : y;
      return relu ? x.graph.node('Relu', [sum], sum.shape) : sum;
    }
    const missing = this.#missing(outputs);
    const inputs = [
      x,
      this.#blockKernel(missing > 0 ? pad(kernel, [0, 0, 0, 0], [missing, 0, 0, 0]) : kernel),
      bias && missing > 0 ? pad(bias, [0], [missing]) : (bias ?? null),
    ];
    if (addend) inputs.push(addend);
    const y = x.graph.node('Conv', inputs, [batch, outputs + missing, height, width], {
      domain: BLOCKED_DOMAIN,
      attributes: { ...windowAttributes(KERNEL, KERNEL, 1), ...(relu ? { activation: { string: 'Relu' } } : {}) },
    });
    return missing > 0 ? reorderOutput(y, outputs) : y;
  }

  /**
   * Gradient of {@link convolve} by x: the convolution of ∂y with the kernel turned by 180°, inputs and outputs swapped.
   * @param dy [N, O, H, W].
   * @returns [N, I, H, W].
   */
  dataGradient(dy: Tensor, kernel: Tensor): Tensor {
    const [outputs, inputs] = kernel.shape;
    if (!this.blocked) {
      return dy.graph.node('ConvTranspose', [dy, kernel], [dy.shape[0], inputs, dy.shape[2], dy.shape[3]], {
        attributes: windowAttributes(KERNEL, KERNEL, 1),
      });
    }
    const turned = kernel.graph.node(
      'Gather',
      [
        reshape(kernel, [outputs, inputs, TAPS]),
        kernel.graph.integers(Array.from({ length: TAPS }, (_, k) => TAPS - 1 - k)),
      ],
      [outputs, inputs, TAPS],
      { attributes: { axis: { int: 2 } } },
    );
    const missing = this.#missing(outputs);
    const swapped = reshape(permute(turned, [1, 0, 2]), [inputs, outputs, KERNEL, KERNEL]);
    const padded = missing > 0 ? pad(swapped, [0, 0, 0, 0], [0, missing, 0, 0]) : swapped;
    return this.convolve(missing > 0 ? this.#block(dy) : dy, padded);
  }

  /**
   * Gradient of {@link convolve} by its kernel: a convolution of x with ∂y as the kernel, in which images and channels
   * change places, so that it sums over the images. The blocked convolution is slow where a window leaves the activation, so x
   * gets its zeros before.
   * @param x [N, I, H, W].
   * @param dy [N, O, H, W].
   * @returns [O, I, 3, 3].
   */
  kernelGradient(x: Tensor, dy: Tensor): Tensor {
    const [batch, inputs, height, width] = x.shape;
    const outputs = dy.shape[1];
    if (!this.blocked) {
      const taps = x.graph.node('Conv', [swapped(x), swapped(dy)], [inputs, outputs, KERNEL, KERNEL], {
        attributes: windowAttributes(height, width, 1),
      });
      return swapped(taps);
    }
    const b = this.block;
    const whole = outputs + this.#missing(outputs);
    const planes = reorderInput(swapped(this.plain(this.#padPixels(x))));
    const blocks = reshape(this.blockOf(outputs) > 1 ? dy : this.#block(dy), [
      batch / b,
      b,
      whole / b,
      height * width,
      b,
    ]);
    const kernels = reshape(permute(blocks, [2, 0, 3, 1, 4]), [whole, batch, height, width]);
    const taps = x.graph.node('Conv', [planes, kernels], [inputs, whole, KERNEL, KERNEL], {
      domain: BLOCKED_DOMAIN,
      attributes: windowAttributes(height, width, 0),
    });
    return swapped(reorderOutput(taps, outputs));
  }

  /** Σ over images and pixels of each channel, [C]. */
  sumPixels(x: Tensor): Tensor {
    const [batch, channels, height, width] = x.shape;
    const b = this.blockOf(channels);
    return reshape(reduceSum(reshape(x, [batch, channels / b, height * width, b]), [0, 2], false), [channels]);
  }

  /** A zero row and column on every side of an activation. */
  #padPixels(x: Tensor): Tensor {
    const [batch, channels, height, width] = x.shape;
    const b = this.blockOf(channels);
    const rows = reshape(x, [(batch * channels) / b, height, width * b]);
    return reshape(pad(rows, [0, 1, b], [0, 1, b]), [batch, channels, height + 2, width + 2]);
  }

  /** A kernel [O, I, 3, 3] in the order of the blocked convolution, [O/B, I/B, 3, 3, B, B], its inputs before its outputs. */
  #blockKernel(kernel: Tensor): Tensor {
    const [outputs, inputs] = kernel.shape;
    const b = this.block;
    const i = this.blockOf(inputs);
    const parts = reshape(kernel, [outputs / b, b, inputs / i, i, TAPS]);
    return reshape(permute(parts, [0, 2, 4, 3, 1]), kernel.shape);
  }
}

/**
 * 3×3 convolution with bias, and what may follow it: y = s·(w ∗ x + b), then ReLU, or y = s·(w ∗ x + b) + addend.
 *
 * Gradients: those of {@link DenseLayout}, behind the ReLU where y > 0; ∂b is the sum of ∂y; the addend's is ∂y.
 * @param x [N, I, H, W].
 * @param kernel w, [O, I, 3, 3].
 * @param bias b, [O].
 * @returns [N, O, H, W].
 */
export function convolution(
  tape: Tape,
  layout: DenseLayout,
  x: Tensor,
  kernel: Tensor,
  bias: Tensor,
  options: ConvolutionOptions = {},
): Tensor {
  const { relu = false, addend, scale = 1 } = options;
  const scaled = (tensor: Tensor) => (scale === 1 ? tensor : mul(tensor, scale));
  const kernels = scaled(kernel);
  const output = layout.convolve(x, kernels, scaled(bias), { relu, addend });
  return tape.record(output, [x, kernel, bias, ...(addend ? [addend] : [])], (dy) => {
    const dz = relu ? positivePart(dy, output) : dy;
    return [
      tape.needs(x) ? layout.dataGradient(dz, kernels) : null,
      scaled(layout.kernelGradient(x, dz)),
      scaled(layout.sumPixels(dz)),
      ...(addend ? [dy] : []),
    ];
  });
}

const windowAttributes = (height: number, width: number, padding: number) => ({
  group: { int: 1 },
  kernel_shape: { ints: [height, width] },
  strides: { ints: [1, 1] },
  dilations: { ints: [1, 1] },
  pads: { ints: [padding, padding, padding, padding] },
});

/** [N, C, H, W] to [C, N, H, W]. */
const swapped = (x: Tensor) => permute(x, [1, 0, 2, 3]);

/** ONNX Runtime's own change from [N, C, H, W] in memory to [N, C/B, H, W, B]. */
const reorderInput = (x: Tensor) => x.graph.node('ReorderInput', [x], x.shape, { domain: BLOCKED_DOMAIN });

/** The way back, of the first `channels` of the channels. */
const reorderOutput = (x: Tensor, channels: number) =>
  x.graph.node('ReorderOutput', [x], [x.shape[0], channels, ...x.shape.slice(2)], {
    domain: BLOCKED_DOMAIN,
    attributes: { channels: { int: channels } },
  });

/**
 * Pixel shuffle (Shi et al. 2016, arXiv:1609.05158): channel (i·r + j)·C + c of a pixel becomes channel c of the pixel at
 * row i, column j of the r×r pixels in its place, as TensorFlow's `depth_to_space` and ONNX's DCR mode have it.
 *
 * Gradient: the way back.
 * @param x [N, r²·C, H, W].
 * @returns [N, C, r·H, r·W].
 */
export function pixelShuffle(tape: Tape, layout: DenseLayout, x: Tensor, r: number): Tensor {
  const [batch, deep, height, width] = x.shape;
  const channels = deep / (r * r);
  const b = layout.blockOf(channels);
  // A block of channels that belongs to several pixels has to be opened.
  const opened = b === 1 ? layout.plain(x) : x;
  const parts = reshape(opened, [batch, r, r, channels / b, height, width, b]);
  const moved = permute(parts, [0, 3, 4, 1, 5, 2, 6]);
  const output = reshape(moved, [batch, channels, r * height, r * width]);
  return tape.record(output, [x], (dy) => {
    const pixels = reshape(dy, moved.shape);
    const back = reshape(permute(pixels, [0, 3, 5, 1, 2, 4, 6]), x.shape);
    return [b === 1 ? layout.packed(back) : back];
  });
}
