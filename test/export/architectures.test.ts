import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { PLATFORMS } from '../../ml/check/snapml.ts';
import { ARCHITECTURES, ConfigSchema } from '../../ml/config/schema.ts';
import { readBytes } from '../../ml/core/files.ts';
import { faceToImage } from '../../ml/data/resize.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { exportFloatTflite, exportOnnx, exportQuantized } from '../../ml/export/export-model.ts';
import { sha256Of } from '../../ml/model/exported-file.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import type { FoldedNetwork } from '../../ml/nn/folded-network.ts';
import { calibrate, representativeFaces } from '../../ml/quantize/calibrate.ts';
import { equalize } from '../../ml/quantize/equalize.ts';
import { quantizeAfterTraining } from '../../ml/quantize/ptq.ts';
import { buildQdqGraph } from '../../ml/quantize/qdq-graph.ts';
import type { QuantizedNetwork } from '../../ml/quantize/quantized-network.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import { PREDICT_BATCH, predictFaces, predictWith } from '../../ml/train/predict.ts';
import { foldTrained, loadNetwork, saveNetwork, type TrainedNetwork } from '../../ml/train/trained-network.ts';
import { exportedInfo, foldedFromOnnx } from '../../ml/weights/from-onnx.ts';
import { normalizedNetwork } from '../nn/normalized-network.ts';
import { unfoldedGraph } from '../nn/unfolded-graph.ts';
import { fakeQuantAnswers } from '../quantize/fake-quant-answers.ts';

const SIZE = 48;
const HEAD = 'votes';
const FACES = 32;
const dataset = generateFaces({ count: 140, seed: 2 });
const faces = representativeFaces(dataset, FACES, 1);
const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

describe.each(ARCHITECTURES)('a network %s', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'architecture-'));
  let trained: TrainedNetwork;
  let network: FoldedNetwork;
  let quantized: QuantizedNetwork;
  let integers: Float32Array;
  beforeAll(async () => {
    trained = await normalizedNetwork(0.5, SIZE, HEAD, name, faces);
    network = foldTrained(trained);
    const config = ConfigSchema.parse({ quantize: { correctBias: false } }).quantize;
    quantized = await quantizeAfterTraining(network, HEAD, faces, config);
    integers = await predictWith(buildQdqGraph(quantized, { batch: PREDICT_BATCH }), quantized, faces);
  });

  it('computes as ONNX file what it computes with batch norm and activations unfolded', async () => {
    const reference = await ort.InferenceSession.create(unfoldedGraph(trained, HEAD), { logSeverityLevel: 3 });
    const found = await predictFaces(network, HEAD, faces);
    const image = new Float32Array(3 * SIZE * SIZE);
    const answers = new Set<number>();
    for (let n = 0; n < FACES; n++) {
      faceToImage(faces.at(n), SIZE, image);
      const grey = new ort.Tensor('float32', image.slice(0, SIZE * SIZE), [1, 1, SIZE, SIZE]);
      const probabilities = (await reference.run({ grey }))['probabilities'].data as Float32Array;
      expect(largestDifference(probabilities, found.subarray(7 * n, 7 * n + 7))).toBeLessThan(1e-4);
      answers.add(probabilities.indexOf(Math.max(...probabilities)));
    }
    // The same answer to all faces would agree for no reason.
    expect(answers.size).toBeGreaterThan(1);
  });

  it('is saved and exported with its name, and read back as it was', async () => {
    const path = join(folder, 'network.safetensors');
    await saveNetwork(path, trained);
    expect(hashed(await loadNetwork(path))).toEqual(hashed(trained));
    const { path: file } = await exportOnnx(trained, HEAD, join(folder, 'emotion.onnx'));
    const bytes = await readBytes(file);
    const info = exportedInfo(bytes, file);
    expect(info).toMatchObject({ architecture: name, width: 0.5, size: SIZE });
    expect(hashed(foldedFromOnnx(bytes, file, buildArchitecture(info)))).toEqual(hashed(network));
  });

  it('is taken by SnapML on all platforms, in floats and in 8 bits, and answers alike in every form', async () => {
    const onnx = await exportOnnx(trained, HEAD, join(folder, 'emotion.onnx'));
    const float = await exportFloatTflite(network, HEAD, folder);
    const int8 = await exportQuantized(quantized, folder, 'ptq', 'float32');
    for (const { path } of [onnx, float, int8.tflite]) {
      const { accepted, platforms, findings } = await checkModel(path);
      expect({ accepted, platforms }, path).toEqual({ accepted: true, platforms: [...PLATFORMS] });
      expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    }
    const answersOf = async (file: string) => {
      const predictor = await loadPredictor(file);
      const answers = await predictor.predict(faces);
      await predictor.close();
      return answers;
    };
    const exact = await answersOf(onnx.path);
    expect(largestDifference(await answersOf(float.path), exact)).toBeLessThan(1e-4);
    const tflite = await answersOf(int8.tflite.path);
    // Random weights make much of every rounding; answers to other faces differ by three times as much.
    expect(mean(tflite, exact)).toBeLessThan(0.08);
    // The runtimes do not round sums and products of maps alike.
    expect(mean(tflite, await answersOf(int8.onnx.path))).toBeLessThan(0.02);
  });

  const block = blockSize();
  it.each([
    1,
    ...(block > 1 ? [block] : []),
  ])('computes in quantization-aware training what the integers compute, block %i', async (block) => {
    const faked = await fakeQuantAnswers(network, quantized, faces, block, true);
    expect(largestDifference(faked, integers)).toBeLessThan(0.02);
  });

  it('computes the same after equalization', async () => {
    const equalized = equalize(network, await calibrate(network, HEAD, faces));
    expect(equalized.layers).not.toEqual(network.layers);
    const [before, after] = [await predictFaces(network, HEAD, faces), await predictFaces(equalized, HEAD, faces)];
    expect(largestDifference(before, after)).toBeLessThan(1e-4);
  });
});

const mean = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + Math.abs(x - b[i]), 0) / a.length;

/** The same with each array of floats as its hash: `toEqual` takes many seconds over millions of numbers. */
function hashed(value: unknown): unknown {
  if (value instanceof Float32Array) return sha256Of(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (value instanceof Map) return [...value].map(hashed);
  if (Array.isArray(value)) return value.map(hashed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hashed(part)]));
}
