import type { Tensor } from './graph.ts';
import { expand, fusedClip, mul, pad, reduceSum, reshape } from './ops.ts';

/** Domain of ONNX Runtime's convolutions on blocked channels. It is internal: the runtime's version is pinned. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

interface EachConvolution {
  readonly side: number;
  readonly outSide: number;
  readonly kernelSide: number;
  readonly stride?: number;
  readonly dilation?: number;
  /** Zeros before and after, the same in height and width. */
  readonly pads?: readonly [begin: number, end: number];
  /** One number for each channel and image, [C·N]. */
  readonly bias?: Tensor;
  /** Added to the result; blocked layout only. */
  readonly addend?: Tensor;
  /** Clips the result to a range; blocked layout only. */
  readonly clip?: readonly [low: number, high: number];
}

/** A mini-batch in memory whose innermost B numbers are a block of ONNX Runtime's convolutions. */
export abstract class BatchLayout {
  /**
   * @param batch images N of one run.
   * @param block B, a divisor of N; 1 is the portable layout.
   */
  constructor(
    readonly batch: number,
    readonly block: number,
  ) {
    if (batch % block !== 0) throw new Error(`a batch of ${batch} does not divide into blocks of ${block}`);
  }

  get blocked(): boolean {
    return this.block > 1;
  }
}

/**
 * How a mini-batch of square feature maps lies in memory: [C, N/B, H, W, B], B images innermost.
 *
 * Read as the matrix [C, P] with P = N·H·W it is an operand for a plain matrix product, which is a 1×1 convolution.
 * Read as [1, C·N, H, W] it is what ONNX Runtime's convolution on blocks of B channels wants, every image of every
 * channel being a channel of its own, so a depthwise convolution needs no reordering either. B is 16 with AVX-512,
 * 8 with AVX2 and NEON-less machines have none: with B = 1 the same graph runs on the standard operators.
 */
export class Layout extends BatchLayout {
  /** Pixels P of one channel over the whole batch. */
  pixels(side: number): number {
    return this.batch * side * side;
  }

  /** The five axes of a feature map. */
  axes(channels: number, side: number): number[] {
    return [channels, this.batch / this.block, side, side, this.block];
  }

  /** Position of pixel `p` of image `n` in an activation of one channel. */
  offset(n: number, p: number, side: number): number {
    return (Math.floor(n / this.block) * side * side + p) * this.block + (n % this.block);
  }

  /** One number of each channel [C, 1] repeated for every image: [C·N]. */
  perImage(values: Tensor): Tensor {
    const channels = values.shape[0];
    return reshape(expand(values, [channels, this.batch]), [channels * this.batch]);
  }

  /** A k×k kernel of each channel [C, k²] repeated for every image: [C·N, 1, k, k]. */
  kernelPerImage(kernel: Tensor): Tensor {
    const [channels, taps] = kernel.shape;
    const side = Math.sqrt(taps);
    const blocks = this.batch / this.block;
    // The product with a row of ones spreads the innermost axis many times faster than Expand does.
    const lanes = mul(
      reshape(kernel, [channels * taps, 1]),
      kernel.graph.constant(new Array(this.block).fill(1), [1, this.block]),
    );
    const spread = expand(reshape(lanes, [channels, 1, taps * this.block]), [channels, blocks, taps * this.block]);
    return reshape(spread, [channels * this.batch, 1, side, side]);
  }

  /**
   * Convolves each channel of each image with a kernel of its own.
   * @param x [C, P].
   * @param kernels [C·N, 1, k, k], stored in this layout.
   * @returns [C, P of the output's side].
   */
  convolveEach(x: Tensor, kernels: Tensor, options: EachConvolution): Tensor {
    const { side, outSide, kernelSide, stride = 1, dilation = 1, pads = [0, 0], bias, addend, clip } = options;
    const channels = x.shape[0];
    const group = channels * this.batch;
    if (!this.blocked && (addend || clip)) throw new Error('only the blocked convolution fuses a sum or a clipping');
    const inputs = [reshape(x, [1, group, side, side]), kernels, bias ?? null];
    if (addend) inputs.push(reshape(addend, [1, group, outSide, outSide]));
    const result = x.graph.node('Conv', inputs, [1, group, outSide, outSide], {
      domain: this.blocked ? BLOCKED_DOMAIN : '',
      attributes: {
        group: { int: group },
        kernel_shape: { ints: [kernelSide, kernelSide] },
        strides: { ints: [stride, stride] },
        dilations: { ints: [dilation, dilation] },
        pads: { ints: [pads[0], pads[0], pads[1], pads[1]] },
        ...(clip ? fusedClip(...clip) : {}),
      },
    });
    return reshape(result, [channels, this.pixels(outSide)]);
  }

  /**
   * Σ x·y over all pixels of each channel, [C, 1]. In the blocked layout y serves as a kernel as large as the activation, which
   * reads both once and stores no product.
   */
  dot(x: Tensor, y: Tensor, side: number): Tensor {
    return reduceSum(this.blocked ? this.dotOfImages(x, y, side) : mul(x, y), [1]);
  }

  /**
   * Each channel times a number of its own.
   * @param y [C, P].
   * @param side height and width of y.
   * @param scale [C, 1].
   */
  scaleEach(y: Tensor, side: number, scale: Tensor): Tensor {
    if (!this.blocked) return mul(y, scale);
    return this.convolveEach(y, this.kernelPerImage(scale), { side, outSide: side, kernelSide: 1 });
  }

  /**
   * Each channel of each image times a number of its own.
   * @param y [C, P].
   * @param side height and width of y.
   * @param scale [C, N].
   */
  scaleEachImage(y: Tensor, side: number, scale: Tensor): Tensor {
    const channels = y.shape[0];
    if (this.blocked) {
      const kernels = reshape(scale, [channels * this.batch, 1, 1, 1]);
      return this.convolveEach(y, kernels, { side, outSide: side, kernelSide: 1 });
    }
    const planes = [channels * this.batch, side * side];
    return reshape(mul(reshape(y, planes), reshape(scale, [planes[0], 1])), y.shape);
  }

  /** Σ x·y over the pixels of each channel of each image, [C, N]; see {@link dot}. */
  dotOfImages(x: Tensor, y: Tensor, side: number): Tensor {
    const channels = x.shape[0];
    if (this.blocked) {
      const kernels = reshape(y, [channels * this.batch, 1, side, side]);
      return this.convolveEach(x, kernels, { side, outSide: 1, kernelSide: side });
    }
    const products = reshape(mul(x, y), [channels * this.batch, side * side]);
    return reshape(reduceSum(products, [1]), [channels, this.batch]);
  }

  /** Puts a zero row after each row and a zero column after each column: a side of 2·`side`. */
  dilate(x: Tensor, side: number): Tensor {
    const channels = x.shape[0];
    const rows = (channels * this.batch * side) / this.block;
    const padded = pad(reshape(x, [rows, 1, side, this.block]), [0, 0, 0, 0], [0, 1, 0, this.block]);
    return reshape(padded, [channels, 4 * this.pixels(side)]);
  }
}
