/** face-api's networks as ONNX files. Node only. */

import { EMOTIONS, type Emotion } from '../../core/emotions.ts';
import { Graph, type Tensor } from '../../nn/graph.ts';
import { add, columns, mul, relu, softmax } from '../../nn/ops.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel, type OnnxValueInfo } from '../../onnx/model.ts';
import { CELL } from '../detection.ts';
import { LANDMARK_MEANS, LANDMARK_SIDE } from '../landmarks/square.ts';
import { dense, denseFeatures, mainBlock, maxPool, pooled, reductionBlock } from './blocks.ts';
import { convolution, type Layers, OPSET, readWeights } from './face-api.ts';

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
    x = maxPool(leaky(convolution(layers, `conv${layer}`, x, 1, padding)), 2, layer < 5 ? 2 : 1);
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

/**
 * The network that finds 68 points on a face, face-api's `face_landmark_68_model`, as an ONNX file: input `image`
 * [batch, 3, 112, 112], output `points` [batch, 136], x and y as fractions of the picture's side.
 * @throws UserError if the package with its weights is not completely installed.
 */
export async function landmarkModel(batch = 1): Promise<Uint8Array> {
  const graph = new Graph();
  const layers = { graph, weights: await readWeights('face_landmark_68_model') };
  const x = graph.input('image', [batch, 3, LANDMARK_SIDE, LANDMARK_SIDE]);
  graph.output('points', dense(layers, 'fc', denseFeatures(layers, x)));
  return graph.encode(OPSET);
}

/** The order of the classes in face-api's `faceExpressionNet/FaceExpressions.ts`. */
const EXPRESSIONS: readonly Emotion[] = ['Neutral', 'Happy', 'Sad', 'Angry', 'Fear', 'Disgust', 'Surprise'];

/**
 * The network that names expressions, face-api's `face_expression_model`, as an ONNX file with the interface of our own
 * models: input `image` [1, 3, 112, 112] in [−1, 1], output `prob` [1, 7] in the order of `EMOTIONS`.
 * @throws UserError if the package with its weights is not completely installed.
 */
export async function expressionModel(): Promise<Uint8Array> {
  const graph = new Graph();
  const layers = { graph, weights: await readWeights('face_expression_model') };
  const logits = dense(layers, 'fc', denseFeatures(layers, imageOf(graph, 1)));
  const order = EMOTIONS.map((emotion) => EXPRESSIONS.indexOf(emotion));
  graph.output('prob', softmax(columns(logits, order), 1));
  return graph.encode(OPSET);
}

/**
 * The network that estimates age and sex from looks, face-api's `age_gender_model` (a small Xception), as an ONNX file: input
 * `image` [batch, 3, 112, 112] in [−1, 1], outputs `age` [batch, 1] in years and `sex` [batch, 2], probabilities of male and
 * female.
 * @throws UserError if the package with its weights is not completely installed.
 */
export async function ageGenderModel(batch = 1): Promise<Uint8Array> {
  const graph = new Graph();
  const layers = { graph, weights: await readWeights('age_gender_model') };
  let x = relu(convolution(layers, 'entry_flow/conv_in', imageOf(graph, batch), 2, 'SAME_UPPER'));
  x = reductionBlock(layers, 'entry_flow/reduction_block_0', x, x);
  x = reductionBlock(layers, 'entry_flow/reduction_block_1', x, relu(x));
  for (const block of [0, 1]) x = mainBlock(layers, `middle_flow/main_block_${block}`, x);
  x = reductionBlock(layers, 'exit_flow/reduction_block', x, relu(x));
  const features = pooled(relu(convolution(layers, 'exit_flow/separable_conv', x, 1, 'SAME_UPPER')));
  graph.output('age', dense(layers, 'fc/age', features));
  graph.output('sex', softmax(dense(layers, 'fc/gender', features), 1));
  return graph.encode(OPSET);
}

/** A picture in [−1, 1], as our own models take it, made what face-api's networks take. */
function imageOf(graph: Graph, batch: number): Tensor {
  const image = graph.input('image', [batch, 3, LANDMARK_SIDE, LANDMARK_SIDE]);
  const offsets = LANDMARK_MEANS.map((mean) => (127.5 - mean) / 255);
  return add(mul(image, 0.5), graph.constant(offsets, [1, 3, 1, 1]));
}
