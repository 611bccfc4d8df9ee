import type { Tensor } from '../graph.ts';
import { permute, reshape } from '../ops.ts';
import type { Tape } from '../tape.ts';
import type { DenseLayout } from './convolution.ts';

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
