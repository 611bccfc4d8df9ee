import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { floatTflite, int8Tflite } from '../../ml/export/tflite-network.ts';
import type { FoldedNetwork } from '../../ml/nn/folded-network.ts';
import { denseLayersOf } from '../../ml/nn/layers.ts';
import { representativeFaces } from '../../ml/quantize/calibrate.ts';
import { quantizeAfterTraining } from '../../ml/quantize/ptq.ts';
import type { QuantizedNetwork } from '../../ml/quantize/quantized-network.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import type { TfliteModel, TfliteTensor } from '../../ml/tflite/model.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { foldTrained } from '../../ml/train/trained-network.ts';
import { modelInterface } from '../../tools/lens-studio/analysis/model-interface.ts';
import { normalizedNetwork } from '../nn/normalized-network.ts';
import { randomNetwork } from '../nn/random-network.ts';
import { withPixelTail } from '../tflite/pixel-tail.ts';

const SIZE = 48;
const HEAD = 'votes';
const drawn = generateFaces({ count: 70, seed: 2 });
const dataset = { ...drawn, landmarks: Float32Array.from({ length: 70 * 136 }, (_, i) => Math.sin(i)) };
const faces = representativeFaces(dataset, 16, 1);
const config = ConfigSchema.parse({ quantize: { correctBias: false } }).quantize;
const folder = mkdtempSync(join(tmpdir(), 'tail-'));

/** A model as it is read back from its file. */
function written(model: TfliteModel, name: string): { path: string; bytes: Uint8Array; model: TfliteModel } {
  const path = join(folder, `${name}.tflite`);
  const bytes = writeTflite(model);
  writeFileSync(path, bytes);
  return { path, bytes, model: readTflite(bytes, path) };
}

async function answersOf(path: string): Promise<Float32Array> {
  const predictor = await loadPredictor(path);
  const answers = await predictor.predict(faces);
  await predictor.close();
  return answers;
}

/** Of the operators that follow the last MEAN, or of all if there is none: what they are and give. */
const tailOf = ({ operators }: TfliteModel) =>
  operators
    .slice(
      Math.max(
        0,
        operators.findLastIndex(({ name }) => name === 'MEAN'),
      ),
    )
    .map(({ name, outputs }) => `${name} [${outputs[0]?.shape}]`);

const HIDDEN = ['FULLY_CONNECTED [1,1024]', 'ADD [1,1024]', 'MUL [1,1024]', 'MUL [1,1024]'];
const LANDMARKS = ['FULLY_CONNECTED [1,64]', 'CONCATENATION [1,1344]'];
const END = ['FULLY_CONNECTED [1,7]', 'SOFTMAX [1,7]'];

describe.each([
  ['mobilenet-v2', 'none', ['MEAN [1,1280]', ...END]],
  ['mobilenet-v3-small', 'none', ['MEAN [1,288]', ...HIDDEN, ...END]],
  ['mobilenet-v2', 'fused', ['MEAN [1,1280]', ...LANDMARKS, ...END]],
  ['mobilenet-v2', 'landmarksOnly', ['FULLY_CONNECTED [1,64]', ...END]],
] as const)('a TensorFlow Lite file of %s with landmarks %s', (architecture, landmarks, tail) => {
  const name = `${architecture}-${landmarks}`;
  let network: FoldedNetwork;
  let quantized: QuantizedNetwork;
  beforeAll(async () => {
    const trained =
      landmarks === 'landmarksOnly'
        ? randomNetwork(0.5, SIZE, [HEAD], architecture, landmarks)
        : await normalizedNetwork(0.5, SIZE, HEAD, architecture, faces, landmarks);
    network = foldTrained(trained);
    quantized = await quantizeAfterTraining(network, HEAD, faces, config);
  });

  it('ends in dense layers on rows, as Keras and Snap write it', () => {
    const float = written(floatTflite(network, HEAD), `${name}-float`).model;
    expect(tailOf(float)).toEqual(tail);
    const int8 = written(int8Tflite(quantized, 'float32'), `${name}-int8`).model;
    // What goes in is made of floats first.
    expect(tailOf(int8).filter((step) => !step.startsWith('QUANTIZE'))).toEqual([...tail, 'DEQUANTIZE [1,7]']);
    const uint8 = written(int8Tflite(quantized, 'uint8'), `${name}-uint8`).model;
    expect(tailOf(uint8).at(-1)).toBe('QUANTIZE [1,7]');
    expect(uint8.outputs).toMatchObject([{ name: 'prob', type: 'UINT8', shape: [1, 7], zeroPoint: [0] }]);
    // The means of squeeze-excite multiply maps, whose axes they need.
    const others = int8.operators.filter(({ name: kind }) => kind === 'MEAN').slice(0, -1);
    for (const { options } of others) expect(options?.value).toEqual({ keepDims: true });
    expect(others.length > 0).toBe(architecture === 'mobilenet-v3-small');
  });

  it('has one scale for a dense kernel, and in 8 bits the numbers of the specification', () => {
    const { operators } = written(int8Tflite(quantized, 'float32'), `${name}-scales`).model;
    const dense = operators.filter(({ name: kind }) => kind === 'FULLY_CONNECTED');
    expect(dense).toHaveLength(denseLayersOf(network.architecture).size);
    for (const { version, inputs } of dense) {
      const [input, kernel, bias] = inputs as readonly TfliteTensor[];
      expect(version).toBe(4);
      expect({ kernel: kernel.scale.length, bias: bias.scale.length }).toEqual({ kernel: 1, bias: 1 });
      expect([...kernel.zeroPoint, ...bias.zeroPoint]).toEqual([0, 0]);
      expect(bias.scale[0]).toBeCloseTo(input.scale[0] * kernel.scale[0], 10);
      // The greatest weight is the greatest integer.
      expect(new Int8Array(kernel.data).reduce((most, q) => Math.max(most, Math.abs(q)), 0)).toBe(127);
    }
    const convolutions = operators.filter(({ name: kind }) => kind.endsWith('CONV_2D'));
    for (const { inputs } of convolutions) expect(inputs[1]?.scale.length).toBe(inputs[2]?.shape[0]);
    const softmax = operators.find(({ name: kind }) => kind === 'SOFTMAX');
    expect(softmax?.outputs).toMatchObject([{ scale: [1 / 256], zeroPoint: [-128] }]);
  });

  it.each([
    'float32',
    'int8',
  ] as const)('answers in %s as one whose tail is on pixels, which is read as ever', async (numbers) => {
    const model = numbers === 'int8' ? int8Tflite(quantized, 'float32') : floatTflite(network, HEAD);
    const now = written(model, `${name}-${numbers}-rows`);
    const before = written(withPixelTail(model), `${name}-${numbers}-pixels`);
    expect(tailOf(before.model)).not.toContain('FULLY_CONNECTED [1,7]');
    expect(before.model.outputs).toMatchObject([{ name: 'prob', shape: [1, 1, 1, 7] }]);
    const [rows, pixels] = [await answersOf(now.path), await answersOf(before.path)];
    const difference = rows.reduce((most, x, i) => Math.max(most, Math.abs(x - pixels[i])), 0);
    expect(difference).toBeLessThanOrEqual(numbers === 'int8' ? 1 / 256 : 1e-5);
    // Answers that do not depend on the face would agree for no reason.
    expect(new Set(Array.from({ length: faces.count }, (_, face) => rows[7 * face])).size).toBeGreaterThan(3);
    for (const { path, bytes } of [now, before]) {
      expect((await checkModel(path)).accepted).toBe(true);
      expect(modelInterface(bytes, path)?.outputs).toEqual([{ name: 'prob', shape: [1, 1, 7] }]);
    }
  });
});
