import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportFloatTflite, exportOnnx, exportQuantized } from '../../ml/export/export-model.ts';
import { floatTflite, int8Tflite } from '../../ml/export/tflite-network.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { activationsOf } from '../../ml/nn/layers.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { mobileNetV2 } from '../../ml/nn/mobilenet-v2.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import { buildQatGraph } from '../../ml/quantize/qat-graph.ts';
import { buildQdqGraph } from '../../ml/quantize/qdq-graph.ts';
import { quantizeNetwork } from '../../ml/quantize/quantized-network.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { foldTrained, saveNetwork } from '../../ml/train/trained-network.ts';
import { randomNetwork } from './random-network.ts';

const HEADS = ['original', 'votes'];
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const folder = mkdtempSync(join(tmpdir(), 'bytes-'));
const fileHash = (name: string) => hash(readFileSync(join(folder, name)));

/**
 * Files and graphs of MobileNetV2 as they were before there were other networks: whoever resumes a run, or exports one
 * again, gets the very bytes. Training graphs split tensors in steps of six since they also run on WebGPU: other bytes, which train
 * the same bits. What is of TensorFlow Lite or in 8 bits is as it was when dense layers became FULLY_CONNECTED with one scale.
 */
describe('MobileNetV2 keeps its bytes', () => {
  it.each([
    [0.35, 48, 1, '9eb84290b31780fd', 'bbf0af1998e51350'],
    [1, 96, 8, '6296522618ea1563', 'a13078a120edc1bd'],
    [1.4, 64, 16, 'c72b020b84fda905', '8ea88b35d8a2dda1'],
  ])('in the graphs of width %d, %d px, blocks of %d', (width, size, block, training, quantized) => {
    const architecture = mobileNetV2(width, size);
    const layout = new Layout(32, block);
    expect(hash(buildTrainingGraph(architecture, HEADS, 7, layout).bytes)).toBe(training);
    expect(hash(buildQatGraph(architecture, HEADS[0], 7, layout, true).bytes)).toBe(quantized);
  });

  it('in its files', async () => {
    const network = randomNetwork(0.35, 48, HEADS);
    const folded = foldTrained(network);
    const activations = new Map(
      activationsOf(folded.architecture).map((name, i) => [
        name,
        { scale: Math.fround(0.01 + i / 1000), zeroPoint: -9 },
      ]),
    );
    await saveNetwork(join(folder, 'network.safetensors'), network);
    await exportOnnx(network, 'votes', join(folder, 'emotion.onnx'));
    await exportFloatTflite(folded, 'votes', folder);
    await exportQuantized(quantizeNetwork(folded, 'votes', activations, true), folder, 'qat', 'float32');
    const names = [
      'network.safetensors',
      'emotion.onnx',
      'emotion.float32.tflite',
      'emotion.int8.tflite',
      'emotion.int8.onnx',
    ];
    expect(Object.fromEntries(names.map((name) => [name, fileHash(name)]))).toEqual({
      'network.safetensors': 'f0c22abce5c3939c',
      'emotion.onnx': '4c77192d5a679e7e',
      'emotion.float32.tflite': '2327f7aa9b2a0515',
      'emotion.int8.tflite': 'ec106004d0432bac',
      'emotion.int8.onnx': 'e0612b77e48f44e1',
    });
  });
});

/** As they were before networks could see landmarks, but for what is said above. */
it('MobileNetV3 keeps its bytes', () => {
  const architecture = buildArchitecture({ architecture: 'mobilenet-v3-small', width: 0.35, size: 32 });
  const network = foldTrained(randomNetwork(0.35, 32, ['votes'], 'mobilenet-v3-small'));
  const activations = new Map(
    activationsOf(architecture).map((activation, i) => [
      activation,
      { scale: Math.fround(0.01 + i / 1000), zeroPoint: (i % 9) - 4 },
    ]),
  );
  const quantized = quantizeNetwork(network, 'votes', activations, true);
  expect({
    training: hash(buildTrainingGraph(architecture, ['votes'], 7, new Layout(16, 8)).bytes),
    portable: hash(buildTrainingGraph(architecture, HEADS, 7, new Layout(4, 1)).bytes),
    qat: hash(buildQatGraph(architecture, 'votes', 7, new Layout(4, 1), true).bytes),
    onnx: hash(buildInferenceGraph(network, { batch: 1, head: 'votes' })),
    qdq: hash(buildQdqGraph(quantized, { batch: 1 })),
    floatTflite: hash(writeTflite(floatTflite(network, 'votes'))),
    int8Tflite: hash(writeTflite(int8Tflite(quantized, 'float32'))),
    uint8Tflite: hash(writeTflite(int8Tflite(quantized, 'uint8'))),
  }).toEqual({
    training: 'f92e3402785a0659',
    portable: '54156a0b4d5e5fd6',
    qat: '77a2218ea8439c13',
    onnx: '4b8f7d94d773b1d3',
    qdq: '3dcfd3c66968441b',
    floatTflite: '01fb30206e800f7b',
    int8Tflite: 'fe47627f4277b008',
    uint8Tflite: '4c2c76d2c1b8034b',
  });
});
