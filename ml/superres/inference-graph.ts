import { Graph, type Tensor } from '../nn/graph.ts';
import { add } from '../nn/ops.ts';
import type { FlatVector } from '../nn/parameters.ts';
import { applyEdsr, convolutionsOf, type Edsr, edsrParameters } from './edsr.ts';

/** Operator set of the file, the one that the project's other models have. */
const OPSET = 11;
/** Names of the input and the output. */
export const PICTURE = 'picture';
export const UPSCALED = 'upscaled';

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
