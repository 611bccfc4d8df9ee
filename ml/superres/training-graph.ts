import { Graph, type Tensor } from '../nn/graph.ts';
import { BLOCKED_DOMAIN } from '../nn/layout.ts';
import { convolution, type DenseLayout } from '../nn/operators/convolution.ts';
import { l1Loss } from '../nn/operators/l1-loss.ts';
import { pixelShuffle } from '../nn/operators/pixel-shuffle.ts';
import { add, reshape } from '../nn/ops.ts';
import { FlatVector } from '../nn/parameters.ts';
import { flatten, type TrainingGraph, unpack } from '../nn/step-graph.ts';
import { Tape } from '../nn/tape.ts';
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
  const graph = new Graph();
  const tape = new Tape();
  const vector = edsrParameters(edsr);
  const inputs = {
    parameters: [vector.size],
    image: [layout.batch, 1, side, side],
    [TARGET]: [layout.batch, 1, edsr.scale * side, edsr.scale * side],
  };
  const flat = graph.input('parameters', inputs.parameters);
  const image = graph.input('image', inputs.image);
  const target = graph.input(TARGET, inputs[TARGET]);
  const parameters = unpack(flat, vector);
  for (const tensor of parameters.values()) tape.source(tensor);
  const parameter = (name: string) => parameters.get(name) as Tensor;

  const output = applyEdsr<Tensor>(edsr, image, {
    convolve: (x, name, form) =>
      convolution(tape, layout, x, parameter(`${name}/kernel`), parameter(`${name}/bias`), form),
    shuffle: (x, r, picture) => {
      const y = pixelShuffle(tape, layout, x, r);
      return picture ? addNearest(tape, y, picture, r) : y;
    },
  });
  const { loss, gradient } = l1Loss(output, target);
  const gradientOf = tape.backward([[output, gradient]]);
  graph.output('loss', reshape(loss, [1]));
  graph.output('gradient', flatten([...parameters.values()].map(gradientOf)));
  const domains = layout.blocked ? [BLOCKED_DOMAIN] : [];
  return { bytes: graph.encode(17, domains), parameters: vector, statistics: new FlatVector([]), inputs };
}

/** Adds each pixel of a picture [N, 1, H, W] to the r×r pixels in its place of y. Gradient: ∂y, the picture has none. */
function addNearest(tape: Tape, y: Tensor, picture: Tensor, r: number): Tensor {
  const [batch, , height, width] = picture.shape;
  const sum = add(reshape(y, [batch, height, r, width, r]), reshape(picture, [batch, height, 1, width, 1]));
  return tape.record(reshape(sum, y.shape), [y], (dy) => [dy]);
}
