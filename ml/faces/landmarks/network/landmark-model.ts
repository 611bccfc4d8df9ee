import { LANDMARK_VALUES } from '../../../core/ibug.ts';
import { Graph, type Tensor } from '../../../nn/graph.ts';
import { add } from '../../../nn/ops.ts';
import { readWeights } from './face-api.ts';
import { LANDMARK_SIDE } from './input.ts';
import { convolution, floats, type Layers, OPSET } from './layers.ts';

/**
 * The network that finds 68 points on a face, face-api's `face_landmark_68_model`, as an ONNX file: input `image`
 * [batch, 3, 112, 112], output `points` [batch, 136], x and y as fractions of the picture's side.
 * @throws UserError if the package with its weights is not installed whole.
 */
export async function landmarkModel(batch = 1): Promise<Uint8Array> {
  const graph = new Graph();
  const layers = { graph, weights: await readWeights('face_landmark_68_model') };
  let x = graph.input('image', [batch, 3, LANDMARK_SIDE, LANDMARK_SIDE]);
  for (let block = 0; block < 4; block++) x = denseBlock(layers, `dense${block}`, x);
  const pooled = graph.node('GlobalAveragePool', [x], [batch, x.shape[1], 1, 1]);
  const flat = graph.node('Flatten', [pooled], [batch, x.shape[1]]);
  const inputs = [flat, floats(layers, 'fc/weights'), floats(layers, 'fc/bias')];
  graph.output('points', graph.node('Gemm', inputs, [batch, LANDMARK_VALUES]));
  return graph.encode(OPSET);
}

/** Four convolutions, the first of stride 2, each of which sees the sum of what those before it made. */
function denseBlock(layers: Layers, name: string, x: Tensor): Tensor {
  const first = relu(convolution(layers, `${name}/conv0`, x, 2, 'SAME_UPPER'));
  let sum = first;
  let input = first;
  for (const part of ['conv1', 'conv2', 'conv3']) {
    sum = add(sum, convolution(layers, `${name}/${part}`, input, 1, 'SAME_UPPER'));
    input = relu(sum);
  }
  return input;
}

const relu = (x: Tensor) => x.graph.node('Relu', [x], x.shape);
