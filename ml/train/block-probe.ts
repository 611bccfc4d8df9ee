/**
 * Prints the block size of ONNX Runtime's blocked convolution on this processor. Each of 64 channels is multiplied by
 * its own number; the order in which the products come out shows how the channels lie in memory.
 */
import * as ort from 'onnxruntime-node';
import { Graph } from '../nn/graph.ts';
import { BLOCKED_DOMAIN } from '../nn/layout.ts';

const CHANNELS = 64;
const PIXELS = 2;

const graph = new Graph();
const shape = [1, CHANNELS, PIXELS, 1];
const image = graph.input('image', shape);
const kernel = graph.constant(
  Float32Array.from({ length: CHANNELS }, (_, i) => i),
  [CHANNELS, 1, 1, 1],
);
const attributes = { group: { int: CHANNELS }, kernel_shape: { ints: [1, 1] } };
graph.output('result', graph.node('Conv', [image, kernel], shape, { domain: BLOCKED_DOMAIN, attributes }));
const session = await ort.InferenceSession.create(graph.encode(17, [BLOCKED_DOMAIN]), {
  graphOptimizationLevel: 'disabled',
  logSeverityLevel: 4,
});
const ones = new ort.Tensor('float32', new Float32Array(CHANNELS * PIXELS).fill(1), shape);
const { result } = await session.run({ image: ones });
const values = result.data as Float32Array;
const block = [16, 8, 4].find((size) =>
  values.every((value, i) => value === Math.floor(i / (PIXELS * size)) * size + (i % size)),
);
process.stdout.write(String(block ?? 1));
