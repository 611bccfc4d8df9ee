import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { silent } from '../../ml/core/progress.ts';
import { FACE_PIXELS, type FaceDataset, type Faces, facesOf, indicesOf } from '../../ml/data/dataset.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { agreementOf } from '../../ml/evaluate/comparison.ts';
import { convLayersOf } from '../../ml/nn/architecture.ts';
import type { FoldedNetwork } from '../../ml/nn/folded-network.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { mobileNetV2 } from '../../ml/nn/mobilenet-v2.ts';
import {
  activationParametersOf,
  type Calibration,
  calibrate,
  representativeFaces,
} from '../../ml/quantize/calibrate.ts';
import { correctBiases } from '../../ml/quantize/correct-bias.ts';
import { equalize } from '../../ml/quantize/equalize.ts';
import { quantizeAfterTraining } from '../../ml/quantize/ptq.ts';
import { buildQdqGraph } from '../../ml/quantize/qdq-graph.ts';
import { dequantizeNetwork, type QuantizedNetwork, quantizeNetwork } from '../../ml/quantize/quantized-network.ts';
import { layerSqnr } from '../../ml/quantize/sqnr.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import { PREDICT_BATCH, predictFaces, predictWith } from '../../ml/train/predict.ts';
import { foldTrained } from '../../ml/train/trained-network.ts';
import { exportedInfo, foldedFromOnnx } from '../../ml/weights/from-onnx.ts';
import { REAL } from '../data/helpers.ts';
import { randomNetwork } from '../nn/random-network.ts';
import { needing } from '../real-data.ts';
import { fakeQuantAnswers } from './fake-quant-answers.ts';

const SIZE = 48;
const HEAD = 'original';
const dataset = generateFaces({ count: 140, seed: 2 });
const faces = representativeFaces(dataset, 48, 1);
const network: FoldedNetwork = foldTrained(randomNetwork(0.35, SIZE, [HEAD]));
let calibration: Calibration;
/** By the configuration as it is. */
let quantized: QuantizedNetwork;
beforeAll(async () => {
  calibration = await calibrate(network, HEAD, faces);
  quantized = await quantizeAfterTraining(network, HEAD, faces, ConfigSchema.parse({}).quantize);
});

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

describe('representative faces', () => {
  const pixelsOf = (some: Faces) => Array.from({ length: some.count }, (_, i) => some.at(i).join());

  it('are of all classes alike, the same for the same seed, and all of Training', () => {
    expect(faces.count).toBe(48);
    expect(pixelsOf(representativeFaces(dataset, 48, 1))).toEqual(pixelsOf(faces));
    expect(pixelsOf(representativeFaces(dataset, 48, 2))).not.toEqual(pixelsOf(faces));
    const training = new Set(
      [...dataset.splits.keys()]
        .filter((face) => dataset.splits[face] === 0)
        .map((face) => dataset.pixels.subarray(face * FACE_PIXELS, (face + 1) * FACE_PIXELS).join()),
    );
    for (let i = 0; i < 48; i++) expect(training.has(faces.at(i).join())).toBe(true);
  });

  it('are all there are where fewer were wanted', () => {
    expect(representativeFaces(dataset, 10_000, 1).count).toBe(112);
  });

  it('are refused where there are none, or all of one grey', () => {
    const none: FaceDataset = { ...dataset, splits: new Uint8Array(dataset.count).fill(1) };
    expect(() => representativeFaces(none, 10, 1)).toThrow(/no training faces/);
    const grey: FaceDataset = { ...dataset, pixels: new Uint8Array(dataset.pixels.length).fill(9) };
    expect(() => representativeFaces(grey, 10, 1)).toThrow(/one single grey/);
  });
});

describe('cross-layer equalization', () => {
  it('leaves what the network computes, and evens out the channels', async () => {
    const equalized = equalize(network, calibration);
    const before = await predictFaces(network, HEAD, faces);
    const after = await predictFaces(equalized, HEAD, faces);
    expect(largestDifference(before, after)).toBeLessThan(1e-4);
    const spread = ({ layers }: FoldedNetwork) => {
      const depthwise = convLayersOf(network.architecture).filter(({ kind }) => kind === 'depthwise');
      return depthwise.reduce((sum, { name, outChannels }) => {
        const kernel = layers.get(name)?.kernel as Float32Array;
        const largest = Array.from({ length: outChannels }, (_, c) =>
          Math.max(...kernel.subarray(c * 9, (c + 1) * 9).map(Math.abs)),
        );
        return sum + Math.max(...largest) / largest.toSorted((a, b) => a - b)[Math.floor(outChannels / 2)];
      }, 0);
    };
    expect(spread(equalized)).not.toBeCloseTo(spread(network), 3);
  });
});

describe('bias correction', () => {
  it('brings the mean of each channel nearer to that of the floats', async () => {
    const activations = activationParametersOf(network.architecture, calibration, 'minmax');
    // Coarse weights make a shift that can be seen.
    const coarse = quantizeNetwork(network, HEAD, activations, false);
    const corrected = quantizeNetwork(correctBiases(network, coarse, calibration), HEAD, activations, false);
    const shift = async (floats: FoldedNetwork) => {
      const seen = await calibrate(floats, HEAD, faces);
      const [means, exact] = [seen, calibration].map((of) => of.get('head')?.channelMeans() as Float64Array);
      return means.reduce((sum, mean, c) => sum + Math.abs(mean - exact[c]), 0);
    };
    const [before, after] = [await shift(dequantizeNetwork(coarse)), await shift(dequantizeNetwork(corrected))];
    expect(after).toBeLessThan(0.7 * before);
  });
});

describe('a quantized network', () => {
  it('keeps the probabilities of the floats, less so per tensor', async () => {
    const exact = await predictFaces(network, HEAD, faces);
    const error = async (perChannel: boolean) => {
      const config = ConfigSchema.parse({ quantize: { perChannel } }).quantize;
      const quantized = await quantizeAfterTraining(network, HEAD, faces, config);
      const graph = buildQdqGraph(quantized, { batch: PREDICT_BATCH });
      const answers = await predictWith(graph, quantized, faces);
      return answers.reduce((sum, p, i) => sum + Math.abs(p - exact[i]), 0) / answers.length;
    };
    const perChannel = await error(true);
    expect(perChannel).toBeLessThan(0.02);
    expect(perChannel).toBeLessThan(await error(false));
  });

  it('runs on integer kernels of ONNX Runtime as the same graph runs on floats', async () => {
    const bytes = buildQdqGraph(quantized, { batch: 1 });
    const image = new Float32Array(3 * SIZE * SIZE).map((_, i) => Math.sin(i / 50));
    const feeds = { image: new ort.Tensor('float32', image, [1, 3, SIZE, SIZE]) };
    const [plain, fast] = await Promise.all(
      (['disabled', 'all'] as const).map(async (graphOptimizationLevel) => {
        const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel, logSeverityLevel: 3 });
        return (await session.run(feeds))['prob'].data as Float32Array;
      }),
    );
    expect(largestDifference(plain, fast)).toBeLessThan(0.02);
  });

  it('is no network of floats: whoever takes it for one is told the first node that does not fit', async () => {
    const bytes = buildQdqGraph(quantized, { batch: 1 });
    expect(() => exportedInfo(bytes, 'int8.onnx')).toThrow(
      /int8\.onnx: the node "QuantizeLinear_\d+" is a QuantizeLinear/,
    );
    const floats = buildInferenceGraph(network, { batch: 1, head: HEAD, metadata: { head: HEAD, width: '0.35' } });
    const other = buildInferenceGraph(network, { batch: 1, head: HEAD, metadata: { head: '__proto__' } });
    expect(() => exportedInfo(other, 'other.onnx')).toThrow(
      /other\.onnx: the metadata field head is "__proto__"; expected one of/,
    );
    expect(exportedInfo(floats, 'float.onnx')).toEqual({
      head: HEAD,
      architecture: 'mobilenet-v2',
      width: 0.35,
      landmarks: 'none',
      size: SIZE,
      epoch: 0,
    });
  });

  it('has more signal than noise in every map', async () => {
    const layers = await layerSqnr(network, quantized, faces);
    expect(layers.map(({ activation }) => activation)).toContain('block2/add');
    expect(layers[0]).toEqual({ activation: 'stem', decibels: expect.any(Number) });
    for (const { decibels } of layers) expect(decibels).toBeGreaterThan(0);
    expect(layers[0].decibels).toBeGreaterThan(30);
  });
});

const block = blockSize();
describe.each([true, false])('quantization-aware training, scales per channel: %s', (perChannel) => {
  let quantized: QuantizedNetwork;
  let integers: Float32Array;
  beforeAll(async () => {
    const config = ConfigSchema.parse({ quantize: { perChannel, correctBias: false } }).quantize;
    quantized = await quantizeAfterTraining(network, HEAD, faces, config);
    integers = await predictWith(buildQdqGraph(quantized, { batch: PREDICT_BATCH }), quantized, faces);
  });

  it.each([1, ...(block > 1 ? [block] : [])])('computes what the integers compute, block %i', async (block) => {
    const { largest } = agreementOf(await fakeQuantAnswers(network, quantized, faces, block, perChannel), integers, 48);
    expect(largest).toBeLessThan(0.02);
  });
});

const FER2013 = join(REAL, 'fer2013.csv.gz');
const SHIPPED = join('ml', 'models', 'emotion', 'emotion.onnx');

describe('on 1,000 faces of FER2013', () => {
  it(
    'the shipped network answers alike in fake quantization and in integers',
    { timeout: 240_000, ...needing(FER2013) },
    async () => {
      const count = 1000;
      const data = ConfigSchema.parse({ data: { source: FER2013 } }).data;
      const { dataset } = await loadFaces(data, 1, silent);
      const bytes = readFileSync(SHIPPED);
      const { head, size } = exportedInfo(bytes, SHIPPED);
      const shipped = foldedFromOnnx(bytes, SHIPPED, mobileNetV2(1, size));
      const config = ConfigSchema.parse({ quantize: { correctBias: false } }).quantize;
      const quantized = await quantizeAfterTraining(shipped, head, representativeFaces(dataset, 64, 1), config);
      const tested = facesOf(dataset, indicesOf(dataset, 'PublicTest').slice(0, count));
      const integers = await predictWith(buildQdqGraph(quantized, { batch: PREDICT_BATCH }), quantized, tested);
      const { top1, largest } = agreementOf(
        await fakeQuantAnswers(shipped, quantized, tested, block, true),
        integers,
        count,
      );
      expect(top1).toBeGreaterThanOrEqual(0.995);
      expect(largest).toBeLessThanOrEqual(0.02);
    },
  );
});
