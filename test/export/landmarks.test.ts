import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { PLATFORMS } from '../../ml/check/snapml.ts';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { readBytes } from '../../ml/core/files.ts';
import { Random } from '../../ml/core/random.ts';
import { withoutLandmarks } from '../../ml/data/dataset.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { exportFloatTflite, exportOnnx, exportQuantized } from '../../ml/export/export-model.ts';
import type { ExportedFile } from '../../ml/model/exported-file.ts';
import { describeModel, ModelJsonSchema } from '../../ml/model/model-json.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import type { FoldedNetwork } from '../../ml/nn/folded-network.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { concatOf } from '../../ml/nn/layers.ts';
import { representativeFaces } from '../../ml/quantize/calibrate.ts';
import { quantizeAfterTraining } from '../../ml/quantize/ptq.ts';
import { buildQdqGraph } from '../../ml/quantize/qdq-graph.ts';
import type { QuantizedNetwork } from '../../ml/quantize/quantized-network.ts';
import { layerSqnr } from '../../ml/quantize/sqnr.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import { PREDICT_BATCH, predictFaces, predictWith } from '../../ml/train/predict.ts';
import { foldTrained, type TrainedNetwork } from '../../ml/train/trained-network.ts';
import { exportedInfo, foldedFromOnnx } from '../../ml/weights/from-onnx.ts';
import { normalizedNetwork } from '../nn/normalized-network.ts';
import { randomNetwork } from '../nn/random-network.ts';
import { fakeQuantAnswers } from '../quantize/fake-quant-answers.ts';

const SIZE = 48;
const HEAD = 'votes';
const random = new Random(6);
const drawn = generateFaces({ count: 70, seed: 2 });
const dataset = { ...drawn, landmarks: Float32Array.from({ length: 70 * 136 }, () => random.normal(0, 0.8)) };
const faces = representativeFaces(dataset, 16, 1);
const config = ConfigSchema.parse({ quantize: { correctBias: false } }).quantize;
const training = { run: 'run', head: HEAD, data: 'synthetic', epochs: 1, config: {} };

const mean = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + Math.abs(x - b[i]), 0) / a.length;
const largest = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

/** What a file answers to the faces, which must not be what it answers without their landmarks. */
async function answersOf(file: string): Promise<Float32Array> {
  const predictor = await loadPredictor(file);
  expect(predictor.takesLandmarks).toBe(true);
  const answers = await predictor.predict(faces);
  expect(largest(await predictor.predict(withoutLandmarks(faces)), answers), file).toBeGreaterThan(0.05);
  await predictor.close();
  return answers;
}

// One network ends in ReLU6, whose maps begin at 0, and one in hard-swish, whose do not.
describe.each([
  ['mobilenet-v2', 'fused'],
  ['mobilenet-v3-small', 'fused'],
  ['mobilenet-v2', 'landmarksOnly'],
] as const)('a network %s with landmarks %s', (name, landmarks) => {
  const folder = mkdtempSync(join(tmpdir(), 'landmarks-'));
  let trained: TrainedNetwork;
  let network: FoldedNetwork;
  let quantized: QuantizedNetwork;
  beforeAll(async () => {
    trained =
      landmarks === 'landmarksOnly'
        ? randomNetwork(0.35, SIZE, [HEAD], name, landmarks)
        : await normalizedNetwork(0.35, SIZE, HEAD, name, faces, landmarks);
    network = foldTrained(trained);
    quantized = await quantizeAfterTraining(network, HEAD, faces, config);
  });

  it('is taken by SnapML on all platforms and answers alike in every form', async () => {
    const onnx = await exportOnnx(trained, HEAD, join(folder, 'emotion.onnx'));
    const float = await exportFloatTflite(network, HEAD, folder);
    const int8 = await exportQuantized(quantized, folder, 'ptq', 'float32');
    for (const { path } of [onnx, float, int8.tflite]) {
      const { accepted, platforms, findings } = await checkModel(path);
      expect({ accepted, platforms }, path).toEqual({ accepted: true, platforms: [...PLATFORMS] });
      expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    }
    const exact = await answersOf(onnx.path);
    expect(largest(await predictFaces(network, HEAD, faces), exact)).toBeLessThan(1e-5);
    expect(largest(await answersOf(float.path), exact)).toBeLessThan(1e-4);
    const integers = await answersOf(int8.tflite.path);
    // Random weights make much of every rounding.
    expect(mean(integers, exact)).toBeLessThan(0.08);
    expect(mean(integers, await answersOf(int8.onnx.path))).toBeLessThan(0.02);
    const { inputs } = readTflite(await readBytes(int8.tflite.path), int8.tflite.path);
    expect(inputs.at(-1)).toMatchObject({ name: 'landmarks', type: 'FLOAT32', shape: [1, 1, 1, 136] });
  });

  it('takes bytes as image but floats as landmarks, and answers as its twin of floats', async () => {
    const { tflite } = await exportQuantized(quantized, join(folder, 'uint8'), 'ptq', 'uint8');
    const { inputs } = readTflite(await readBytes(tflite.path), tflite.path);
    expect(inputs.map((input) => input?.type)).toEqual([...(landmarks === 'fused' ? ['UINT8'] : []), 'FLOAT32']);
    expect((await checkModel(tflite.path)).accepted).toBe(true);
    const twin = await exportQuantized(quantized, join(folder, 'float32'), 'ptq', 'float32');
    const answers = await answersOf(tflite.path);
    expect(answers).toEqual(await answersOf(twin.tflite.path));
    // Random weights make much of every rounding where there is an image.
    if (landmarks === 'landmarksOnly')
      expect(mean(answers, await predictFaces(network, HEAD, faces))).toBeLessThan(0.03);
  });

  it('is read back from its ONNX file, and described', async () => {
    const file = await exportOnnx(trained, HEAD, join(folder, 'again.onnx'));
    const bytes = await readBytes(file.path);
    const info = exportedInfo(bytes, file.path);
    expect(info).toMatchObject({ landmarks, size: SIZE });
    const again = foldedFromOnnx(bytes, file.path, buildArchitecture(info));
    const graphs = [again, network].map((floats) => buildInferenceGraph(floats, { batch: 1, head: HEAD }));
    expect(Buffer.compare(graphs[0], graphs[1])).toBe(0);
    const { tflite } = await exportQuantized(quantized, folder, 'ptq', 'uint8');
    const files = [file, tflite].map((made: ExportedFile) => ({ file: made, metrics: [] }));
    const model = ModelJsonSchema.parse(describeModel(trained.info, files, training));
    expect(model.landmarks?.points).toBe(68);
    const points = model.files.map((described) =>
      landmarks === 'landmarksOnly' ? described.input : described.landmarks,
    );
    expect(points).toEqual([
      { name: 'landmarks', shape: [1, 136, 1, 1], layout: 'NCHW', type: 'float32' },
      { name: 'landmarks', shape: [1, 1, 1, 136], layout: 'NHWC', type: 'float32' },
    ]);
  });

  it('computes in quantization-aware training what the integers compute', async () => {
    const integers = await predictWith(buildQdqGraph(quantized, { batch: PREDICT_BATCH }), quantized, faces);
    expect(largest(await fakeQuantAnswers(network, quantized, faces, blockSize(), true), integers)).toBeLessThan(0.02);
  });

  it('loses nothing by joining the features of image and landmarks in one scale', async () => {
    const sqnr = await layerSqnr(network, quantized, faces);
    const decibelsOf = (name: string) => sqnr.find(({ activation }) => activation === name)?.decibels ?? Number.NaN;
    expect(decibelsOf('landmarks/dense')).toBeGreaterThan(25);
    const joined = concatOf(network.architecture);
    if (joined) expect(decibelsOf(joined.name)).toBeGreaterThan(decibelsOf(joined.inputs[0]));
  });
});
