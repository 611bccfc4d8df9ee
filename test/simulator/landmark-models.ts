import { EMOTIONS } from '../../ml/core/emotions.ts';
import { LANDMARK_VALUES } from '../../ml/core/landmarks68.ts';
import { Graph } from '../../ml/nn/graph.ts';
import { concat, softmax } from '../../ml/nn/ops.ts';
import type { TfliteModel, TfliteTensor } from '../../ml/tflite/model.ts';
import { writeTflite } from '../../ml/tflite/write.ts';

/** Side of the picture, which does not count for these models. */
export const SIDE = 8;
export const COLOURS = 3;
const OPSET = 11;

const CLASSES = EMOTIONS.length;
const [, , , HAPPY, , SURPRISE, NEUTRAL] = EMOTIONS.keys();

/** Neutral without landmarks, Surprise with an open mouth, Happy with a closed one. [7, 136] and [7]. */
const weights = new Float32Array(CLASSES * LANDMARK_VALUES);
const bias = new Float32Array(CLASSES);
const at = (emotion: number, point: number, axis: 0 | 1) => LANDMARK_VALUES * emotion + 2 * point + axis;
bias[NEUTRAL] = 4;
[weights[at(HAPPY, 36, 0)], weights[at(HAPPY, 45, 0)]] = [-6, 6];
[weights[at(SURPRISE, 62, 1)], weights[at(SURPRISE, 66, 1)]] = [-60, 60];

/**
 * A network of a picture and landmarks as ONNX.
 * @param landmarks how many values it takes.
 */
export function landmarkOnnx(landmarks = LANDMARK_VALUES): Uint8Array {
  const graph = new Graph();
  const image = graph.input('image', [1, COLOURS, SIDE, SIDE]);
  const points = graph.input('landmarks', [1, landmarks, 1, 1]);
  const pooled = graph.node('GlobalAveragePool', [image], [1, COLOURS, 1, 1]);
  const features = concat([pooled, points], 1);
  const kernel = new Float32Array(CLASSES * (COLOURS + landmarks));
  for (let emotion = 0; emotion < CLASSES; emotion++)
    kernel.set(
      weights.subarray(LANDMARK_VALUES * emotion, LANDMARK_VALUES * (emotion + 1)).subarray(0, landmarks),
      (COLOURS + landmarks) * emotion + COLOURS,
    );
  const parameters = [graph.constant(kernel, [CLASSES, COLOURS + landmarks, 1, 1]), graph.constant(bias)];
  graph.output('prob', softmax(graph.node('Conv', [features, ...parameters], [1, CLASSES, 1, 1]), 1));
  return graph.encode(OPSET);
}

/** The same network as TensorFlow Lite, with a signature that names the inputs in another order than the network's. */
export function landmarkTflite(): Uint8Array {
  const tensor = (name: string, shape: readonly number[], values?: Float32Array): TfliteTensor => ({
    name,
    type: 'FLOAT32',
    shape,
    data: values ? new Uint8Array(values.buffer) : new Uint8Array(),
    scale: [],
    zeroPoint: [],
    quantizedDimension: 0,
  });
  const image = tensor('image', [1, SIDE, SIDE, COLOURS]);
  const landmarks = tensor('landmarks', [1, 1, 1, LANDMARK_VALUES]);
  const pooled = tensor('pooled', [1, 1, 1, COLOURS]);
  const features = tensor('features', [1, 1, 1, COLOURS + LANDMARK_VALUES]);
  const kernel = tensor(
    'kernel',
    [CLASSES, 1, 1, COLOURS + LANDMARK_VALUES],
    new Float32Array(CLASSES * (COLOURS + LANDMARK_VALUES)),
  );
  const values = new Float32Array(kernel.data.buffer);
  for (let emotion = 0; emotion < CLASSES; emotion++)
    values.set(
      weights.subarray(LANDMARK_VALUES * emotion, LANDMARK_VALUES * (emotion + 1)),
      (COLOURS + LANDMARK_VALUES) * emotion + COLOURS,
    );
  const biases = tensor('bias', [CLASSES], bias);
  const logits = tensor('logits', [1, 1, 1, CLASSES]);
  const prob = tensor('prob', [1, 1, 1, CLASSES]);
  const window = { padding: 'VALID', strideWidth: 1, strideHeight: 1, activation: 'NONE' } as const;
  const model: TfliteModel = {
    version: 3,
    description: '',
    tensors: [image, landmarks, pooled, features, kernel, biases, logits, prob],
    inputs: [image, landmarks],
    outputs: [prob],
    operators: [
      {
        name: 'AVERAGE_POOL_2D',
        version: 1,
        inputs: [image],
        outputs: [pooled],
        options: { type: 'Pool2DOptions', value: { ...window, filterWidth: SIDE, filterHeight: SIDE } },
      },
      {
        name: 'CONCATENATION',
        version: 1,
        inputs: [pooled, landmarks],
        outputs: [features],
        options: { type: 'ConcatenationOptions', value: { axis: 3, activation: 'NONE' } },
      },
      {
        name: 'CONV_2D',
        version: 1,
        inputs: [features, kernel, biases],
        outputs: [logits],
        options: { type: 'Conv2DOptions', value: { ...window, dilationWidth: 1, dilationHeight: 1 } },
      },
      {
        name: 'SOFTMAX',
        version: 1,
        inputs: [logits],
        outputs: [prob],
        options: { type: 'SoftmaxOptions', value: { beta: 1 } },
      },
    ],
    metadata: [],
    signatures: [
      {
        key: 'serving_default',
        inputs: [
          { name: 'b_points', tensor: landmarks },
          { name: 'c_picture', tensor: image },
        ],
        outputs: [{ name: 'prob', tensor: prob }],
      },
    ],
  };
  return writeTflite(model);
}
