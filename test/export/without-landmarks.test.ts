import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ArchitectureName } from '../../ml/config/schema.ts';
import { floatTflite, int8Tflite } from '../../ml/export/tflite-network.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { innerMapsOf } from '../../ml/nn/layers.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import { buildQatGraph } from '../../ml/quantize/qat-graph.ts';
import { buildQdqGraph } from '../../ml/quantize/qdq-graph.ts';
import { quantizeNetwork } from '../../ml/quantize/quantized-network.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { foldTrained } from '../../ml/train/trained-network.ts';
import { randomNetwork } from '../nn/random-network.ts';

/** Files and graphs of networks of the image alone, as they were before landmarks were known. */
const KNOWN: Partial<Record<ArchitectureName, Readonly<Record<string, string>>>> = {
  'mobilenet-v2': {
    training: '0840f80575ce0c76',
    portable: '4300bc718aa735a8',
    qat: '19a8bf7c571286f5',
    onnx: '1acbd34303e10c69',
    qdq: '0d6a6ae36f09e3f4',
    floatTflite: 'd3fe79897c1cd6d0',
    int8Tflite: '2d05318e87571127',
    uint8Tflite: '669ef1d52bf8c112',
  },
  'mobilenet-v3-small': {
    training: '6058dc7f2da291ed',
    portable: 'f96c803f77ea1600',
    qat: '9e7e41277f75853b',
    onnx: '4b8f7d94d773b1d3',
    qdq: '82d99584d447fba7',
    floatTflite: '3ae4e20697b4a4df',
    int8Tflite: '03efffb16766d1ee',
    uint8Tflite: '57bc9c40f65a15a1',
  },
};

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

describe('a network of the image alone', () => {
  it.each(Object.keys(KNOWN) as ArchitectureName[])('%s has the graphs and files that it always had', (name) => {
    const architecture = buildArchitecture({ architecture: name, width: 0.35, size: 32 });
    const trained = randomNetwork(0.35, 32, ['votes'], name);
    const network = foldTrained(trained);
    const maps = new Map(
      innerMapsOf(architecture).map((map, i) => [map, { scale: Math.fround(0.01 + i / 1000), zeroPoint: (i % 9) - 4 }]),
    );
    const quantized = quantizeNetwork(network, 'votes', maps, true);
    expect({
      training: hash(buildTrainingGraph(architecture, ['votes'], 7, new Layout(16, 8)).bytes),
      portable: hash(buildTrainingGraph(architecture, ['original', 'votes'], 7, new Layout(4, 1)).bytes),
      qat: hash(buildQatGraph(architecture, 'votes', 7, new Layout(4, 1), true).bytes),
      onnx: hash(buildInferenceGraph(network, { batch: 1, head: 'votes' })),
      qdq: hash(buildQdqGraph(quantized, { batch: 1 })),
      floatTflite: hash(writeTflite(floatTflite(network, 'votes'))),
      int8Tflite: hash(writeTflite(int8Tflite(quantized, 'float32'))),
      uint8Tflite: hash(writeTflite(int8Tflite(quantized, 'uint8'))),
    }).toEqual(KNOWN[name]);
  });
});
