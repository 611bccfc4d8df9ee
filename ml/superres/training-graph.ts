import type { Tensor } from '../nn/graph.ts';
import { convolution, type DenseLayout } from '../nn/operators/convolution.ts';
import { l1Loss } from '../nn/operators/losses.ts';
import { pixelShuffle } from '../nn/operators/pixel-shuffle.ts';
import { add, reshape } from '../nn/ops.ts';
import { StepGraph, type TrainingGraph } from '../nn/step-graph.ts';
import type { Tape } from '../nn/tape.ts';
import { applyEdsr, type Edsr, edsrParameters } from './edsr.ts';

/** Input of the graph: the patches as they should come out. */
export const TARGET = 'targets/luma';

/**
 * One step of training without its optimizer, as the engine runs it.
 *
 * Inputs: `parameters` (flat), `image` [N, 1, side, side] and `targets/luma` [N, 1, scale·side, scale·side], both in
 * [−1, 1]. Outputs: `loss` [1], the mean absolute error, and `gradient` (flat).
 * @param side height and width of the small patches.
 */
export function buildEdsrTrainingGraph(edsr: Edsr, layout: DenseLayout, side: number): TrainingGraph {
  const inputs = {
    image: [layout.batch, 1, side, side],
    [TARGET]: [layout.batch, 1, edsr.scale * side, edsr.scale * side],
  };
  const step = new StepGraph(edsrParameters(edsr), inputs, layout.blocked);
  const { tape } = step;
  const output = applyEdsr<Tensor>(edsr, step.input('image'), {
    convolve: (x, name, form) =>
      convolution(tape, layout, x, step.parameter(`${name}/kernel`), step.parameter(`${name}/bias`), form),
    shuffle: (x, r, picture) => {
      const y = pixelShuffle(tape, layout, x, r);
      return picture ? addNearest(tape, y, picture, r) : y;
    },
  });
  const { loss, gradient } = l1Loss(output, step.input(TARGET));
  return step.finish({ losses: [loss], gradients: [[output, gradient]] });
}

/** Adds each pixel of a picture [N, 1, H, W] to the r×r pixels in its place of y. Gradient: ∂y, the picture has none. */
function addNearest(tape: Tape, y: Tensor, picture: Tensor, r: number): Tensor {
  const [batch, , height, width] = picture.shape;
  const sum = add(reshape(y, [batch, height, r, width, r]), reshape(picture, [batch, height, 1, width, 1]));
  return tape.record(reshape(sum, y.shape), [y], (dy) => [dy]);
}
