import { Graph, type Tensor } from '../nn/graph.ts';
import { convolution, type DenseLayout, pixelShuffle } from '../nn/operators/convolution.ts';
import { l1Loss } from '../nn/operators/losses.ts';
import { add, reshape } from '../nn/ops.ts';
import type { FlatVector } from '../nn/parameters.ts';
import { StepGraph, type TrainingGraph } from '../nn/step-graph.ts';
import type { Tape } from '../nn/tape.ts';
import { applyEdsr, convolutionsOf, type Edsr, edsrParameters } from './edsr.ts';

/** Input of the graph: the target patches. */
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

/** Operator set of the file, the one that the project's other models have. */
const OPSET = 11;
/** Names of the input and the output. */
export const PICTURE = 'picture';
const UPSCALED = 'upscaled';

/**
 * A trained network as an ONNX file of Conv, Relu, Add and DepthToSpace, for pictures of any size.
 *
 * Input `picture` [N, 1, H, W], output `upscaled` [N, 1, scale·H, scale·W]: the luma in [−1, 1]. Residual scaling is folded
 * into the kernels.
 * @param parameters as `edsrParameters` lays them out.
 */
export function buildEdsrGraph(edsr: Edsr, parameters: Float32Array, metadata: Readonly<Record<string, string>>) {
  const graph = new Graph();
  const vector = edsrParameters(edsr);
  const outputs = new Map(convolutionsOf(edsr).map((convolution) => [convolution.name, convolution.outputs]));
  // The file declares no inner shapes, so any size serves to build it.
  const picture = graph.input(PICTURE, [1, 1, 8, 8], ['N', 1, 'H', 'W']);
  const upscaled = applyEdsr<Tensor>(edsr, picture, {
    convolve: (x, name, { relu, addend, scale = 1 } = {}) => {
      const shape = [x.shape[0], outputs.get(name) as number, x.shape[2], x.shape[3]];
      const weights = ['kernel', 'bias'].map((kind) => constant(graph, vector, parameters, `${name}/${kind}`, scale));
      const y = graph.node('Conv', [x, ...weights], shape, {
        name,
        attributes: { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } },
      });
      const sum = addend ? add(y, addend) : y;
      return relu ? graph.node('Relu', [sum], sum.shape) : sum;
    },
    shuffle: (x, r, beginning) => {
      // Added before the shuffle, it is the same pixel for every one of the r² channels.
      const deep = beginning ? add(x, beginning) : x;
      const [batch, channels, height, width] = deep.shape;
      return graph.node('DepthToSpace', [deep], [batch, channels / (r * r), r * height, r * width], {
        attributes: { blocksize: { int: r } },
      });
    },
  });
  graph.output(UPSCALED, upscaled, ['N', 1, 'scale*H', 'scale*W']);
  return graph.encode(OPSET, [], metadata);
}

function constant(graph: Graph, vector: FlatVector, values: Float32Array, name: string, scale: number): Tensor {
  const { shape } = vector.piece(name);
  const piece = vector.view(values, name);
  return graph.constant(scale === 1 ? piece : piece.map((value) => scale * value), shape, name);
}
