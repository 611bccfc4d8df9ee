import { samePadding } from '../architecture.ts';
import type { Tensor } from '../graph.ts';
import type { Layout } from '../layout.ts';
import { add, concat, expand, mul, pad, reduceMean, reshape, slice } from '../ops.ts';
import type { Tape } from '../tape.ts';

/** Sum of two activations, as at the end of a residual block. Gradient: ∂a = ∂b = ∂y. */
export function residualAdd(tape: Tape, a: Tensor, b: Tensor): Tensor {
  return tape.record(add(a, b), [a, b], (dy) => [dy, dy]);
}

/**
 * Each channel of each image times a number of its own, as squeeze-excite ends. Gradient: ∂x = g·∂y, and ∂g = the sum of
 * x·∂y over the pixels.
 * @param x [C, P].
 * @param side height and width of x.
 * @param gate g, [C, N].
 */
export function excite(tape: Tape, layout: Layout, x: Tensor, side: number, gate: Tensor): Tensor {
  return tape.record(layout.scaleEachImage(x, side, gate), [x, gate], (dy) => [
    layout.scaleEachImage(dy, side, gate),
    layout.dotOfImages(x, dy, side),
  ]);
}

/**
 * The channels of b after those of a. Gradient: ∂a and ∂b are the rows of ∂y that they gave.
 * @param a [C, N].
 * @param b [D, N].
 * @returns [C + D, N].
 */
export function joinChannels(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const rows = (dy: Tensor, start: number, count: number) => slice(dy, [0], [start], [count], 1);
  return tape.record(concat([a, b], 0), [a, b], (dy) => [
    tape.needs(a) ? rows(dy, 0, a.shape[0]) : null,
    tape.needs(b) ? rows(dy, a.shape[0], b.shape[0]) : null,
  ]);
}

/**
 * Mean over the pixels of each image. Gradient: ∂x = ∂y/(H·W) at every pixel.
 * @param x [C, P].
 * @returns [C, N].
 */
export function globalAveragePool(tape: Tape, layout: Layout, x: Tensor, side: number): Tensor {
  const channels = x.shape[0];
  const blocks = layout.batch / layout.block;
  const area = side * side;
  const mean = reduceMean(reshape(x, [channels, blocks, area, layout.block]), [2], false);
  return tape.record(reshape(mean, [channels, layout.batch]), [x], (dy) => {
    const share = reshape(mul(dy, 1 / area), [channels, blocks, 1, layout.block]);
    return [reshape(expand(share, [channels, blocks, area, layout.block]), [channels, area * layout.batch])];
  });
}

/**
 * Dropout (Srivastava et al. 2014) with a mask that is fed in, so that the caller's seed decides. Gradient: ∂x = mask·∂y.
 * @param mask 0 or 1/(1 − rate), of the shape of x.
 */
export function dropout(tape: Tape, x: Tensor, mask: Tensor): Tensor {
  return tape.record(mul(x, mask), [x], (dy) => [mul(dy, mask)]);
}

/**
 * The 3×3 patches of an image at stride 2 under SAME padding, so that the first convolution is a matrix product.
 * It has no gradient, since no parameter lies before it.
 * @param image in the layout's five axes, [channels, N/B, S, S, B].
 * @returns [9·channels, P]: patch row, patch column, channel.
 */
export function stemPatches(layout: Layout, image: Tensor): Tensor {
  const [channels, , side] = image.shape;
  const { outSide, begin, end } = samePadding(side, 3, 2);
  const padded = pad(image, [0, 0, begin, begin, 0], [0, 0, end, end, 0]);
  const taps = Array.from({ length: 9 }, (_, k) => {
    const tap = slice(padded, [2, 3], [Math.floor(k / 3), k % 3], [outSide, outSide], 2);
    return reshape(tap, [channels, layout.pixels(outSide)]);
  });
  return concat(taps, 0);
}
