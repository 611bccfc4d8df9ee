/** face-api's two networks as ONNX files. Node only. */

import { LANDMARK_VALUES } from '../../core/landmarks68.ts';
import { Graph, type Tensor } from '../../nn/graph.ts';
import { add } from '../../nn/ops.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel, type OnnxValueInfo } from '../../onnx/model.ts';
import { CELL } from '../detection.ts';
import { LANDMARK_SIDE } from '../landmarks/square.ts';
import { convolution, floats, type Layers, OPSET, readWeights } from './face-api.ts';

/**
 * The network that finds faces, face-api's `tiny_face_detector_model` (a small YOLO v2), as an ONNX file: input `image`
 * [1, 3, height, width] of any size, output `cells` [1, 25, height / 32, width / 32], of each cell and anchor x, y, width,
 * height and score.
 * @throws UserError if the package with its weights is not completely installed.
 */
export async function detectorModel(): Promise<Uint8Array> {
  const graph = new Graph();
  const layers: Layers = { graph, weights: await readWeights('tiny_face_detector_model') };
  let x = graph.input('image', [1, 3, CELL, CELL]);
  for (let layer = 0; layer < 6; layer++) {
    const padding = layer === 0 ? 'VALID' : 'SAME_UPPER';
    x = maxPool(leaky(convolution(layers, `conv${layer}`, x, 1, padding)), layer < 5 ? 2 : 1);
  }
  graph.output('cells', convolution(layers, 'conv8', x, 1, 'VALID'));
  return withAnySize(graph.encode(OPSET));
}

/** A graph has the sizes that it was built with; this network's operators take any. */
function withAnySize(file: Uint8Array): Uint8Array {
  const model = decodeModel(file, 'the detector');
  const anySize = (values: readonly OnnxValueInfo[], sides: readonly [string, string]) =>
    values.map((value) => ({ ...value, shape: [...value.shape!.slice(0, 2), ...sides] }));
  const inputs = anySize(model.graph.inputs, ['height', 'width']);
  const outputs = anySize(model.graph.outputs, ['rows', 'columns']);
  return encodeModel({ ...model, graph: { ...model.graph, inputs, outputs } });
}

const leaky = (x: Tensor) => x.graph.node('LeakyRelu', [x], x.shape, { attributes: { alpha: { float: 0.1 } } });

function maxPool(x: Tensor, stride: number): Tensor {
  const [batch, channels, height, width] = x.shape;
  return x.graph.node('MaxPool', [x], [batch, channels, Math.ceil(height / stride), Math.ceil(width / stride)], {
    attributes: {
      kernel_shape: { ints: [2, 2] },
      strides: { ints: [stride, stride] },
      auto_pad: { string: 'SAME_UPPER' },
    },
  });
}

/**
 * The network that finds 68 points on a face, face-api's `face_landmark_68_model`, as an ONNX file: input `image`
 * [batch, 3, 112, 112], output `points` [batch, 136], x and y as fractions of the picture's side.
 * @throws UserError if the package with its weights is not completely installed.
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

/** Four convolutions, the first of stride 2, each of which takes the sum of the previous outputs. */
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
