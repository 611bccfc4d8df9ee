import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { predictionAt } from '../../ml/core/emotions.ts';
import { FACE_PIXELS } from '../../ml/data/dataset.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { exportFloatTflite, exportQuantized } from '../../ml/export/export-model.ts';
import type { ExportedFile } from '../../ml/model/exported-file.ts';
import { mobileNetV2 } from '../../ml/nn/mobilenet-v2.ts';
import { representativeFaces } from '../../ml/quantize/calibrate.ts';
import { quantizeAfterTraining } from '../../ml/quantize/ptq.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { predictFaces } from '../../ml/train/predict.ts';
import { exportedInfo, foldedFromOnnx } from '../../ml/weights/from-onnx.ts';
import { facesIn } from '../data/helpers.ts';

/** A trained network: one of random weights makes so much of every rounding that no two runtimes would agree. */
const SHIPPED = join('ml', 'models', 'emotion', 'emotion.onnx');
const bytes = readFileSync(SHIPPED);
const { head, width, size } = exportedInfo(bytes, SHIPPED);
const network = foldedFromOnnx(bytes, SHIPPED, mobileNetV2(width, size));
const FACES = 40;
const dataset = generateFaces({ count: 140, seed: 4 });
const faces = facesIn(dataset.pixels.subarray(0, FACES * FACE_PIXELS));

async function answersOf(file: ExportedFile): Promise<Float32Array> {
  const predictor = await loadPredictor(file.path);
  const answers = await predictor.predict(faces);
  await predictor.close();
  return answers;
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, p, i) => Math.max(most, Math.abs(p - b[i])), 0);
const agreement = (a: Float32Array, b: Float32Array) =>
  Array.from({ length: FACES }, (_, i) => Number(predictionAt(a, i).label === predictionAt(b, i).label)).reduce(
    (sum, same) => sum + same / FACES,
    0,
  );

describe('the 8-bit files of a network of width 1.0', () => {
  const folder = mkdtempSync(join(tmpdir(), 'int8-'));
  let tflite: ExportedFile;
  let onnx: ExportedFile;
  let uint8: ExportedFile;
  let float: ExportedFile;
  beforeAll(async () => {
    const config = ConfigSchema.parse({}).quantize;
    const quantized = await quantizeAfterTraining(network, head, representativeFaces(dataset, 16, 1), config);
    ({ tflite, onnx } = await exportQuantized(quantized, folder, 'ptq', 'float32'));
    uint8 = (await exportQuantized(quantized, join(folder, 'uint8'), 'ptq', 'uint8')).tflite;
    float = await exportFloatTflite(network, head, folder);
  }, 120_000);

  it('have 2.7 MB at most, and their bytes by kind add up', () => {
    for (const file of [tflite, onnx, uint8]) {
      expect(file.bytes).toBe(readFileSync(file.path).length);
      expect(file.bytes).toBeLessThanOrEqual(2_700_000);
    }
    expect(Object.values(tflite.bytesByKind ?? {}).reduce((sum, bytes) => sum + bytes, 0)).toBe(tflite.bytes);
    expect(tflite.bytesByKind?.['weights']).toBeGreaterThan(2_000_000);
  });

  it('answer the same in LiteRT and in ONNX Runtime', async () => {
    const [a, b, c] = [await answersOf(tflite), await answersOf(onnx), await answersOf(uint8)];
    expect(largestDifference(a, b)).toBeLessThan(0.03);
    expect(agreement(a, b)).toBeGreaterThanOrEqual(0.95);
    expect(largestDifference(a, c)).toBeLessThan(0.03);
    // Answers that do not depend on the face would agree for no reason.
    const different = new Set(Array.from({ length: FACES }, (_, i) => a.subarray(i * 7, (i + 1) * 7).join()));
    expect(different.size).toBeGreaterThan(FACES / 2);
    expect(new Set(Array.from({ length: FACES }, (_, i) => predictionAt(a, i).label)).size).toBeGreaterThan(2);
  });

  it('have a twin of floats that answers as the network does', async () => {
    expect(largestDifference(await answersOf(float), await predictFaces(network, head, faces))).toBeLessThan(1e-4);
  });

  it('pass the check for SnapML', async () => {
    for (const file of [tflite, uint8, float]) {
      const { accepted, findings } = await checkModel(file.path);
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(accepted).toBe(true);
    }
  });
});
