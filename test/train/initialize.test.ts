import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ArchitectureName } from '../../ml/config/schema.ts';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, type Faces } from '../../ml/data/dataset.ts';
import { faceToImage } from '../../ml/data/resize.ts';
import { exportOnnx } from '../../ml/export/export-model.ts';
import type { NetworkInfo } from '../../ml/model/network.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { initialNetwork } from '../../ml/train/initialize.ts';
import { predictFaces } from '../../ml/train/predict.ts';
import { foldTrained } from '../../ml/train/trained-network.ts';
import { foldedFromTflite, IMAGENET_HEAD } from '../../ml/weights/from-tflite.ts';
import { facesIn } from '../data/helpers.ts';
import { needing, realData } from '../real-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'weights-'));
const pretrained = realData('pretrained');
const googleFile = (size: number) => join(pretrained, `mobilenet_v2_1.0_${size}_quant.tflite`);

function noiseFaces(count: number, seed: number): Faces {
  const random = new Random(seed);
  return facesIn(Uint8Array.from({ length: count * FACE_PIXELS }, () => random.integer(256)));
}

const info = (width: number, size: number): NetworkInfo => ({
  architecture: 'mobilenet-v2',
  width,
  size,
  landmarks: 'none',
  classes: 7,
  heads: ['original', 'votes'],
  epoch: 0,
});

describe('weights of an exported model', () => {
  it('give a network that computes what the model does, before its first step', async () => {
    const random = await initialNetwork(info(0.35, 48), 'none', noiseFaces(64, 1), 3, silent);
    // Kernels are so far from any trained ones that the classifier must be made to matter.
    random.parameters.forEach((value, i) => {
      if (Math.abs(value) < 0.05) random.parameters[i] = value * 4;
    });
    const path = join(folder, 'first.onnx');
    await exportOnnx(random, 'votes', path);
    const again = await initialNetwork(info(0.35, 48), path, noiseFaces(128, 2), 9, silent);
    const faces = noiseFaces(20, 5);
    const expected = await predictFaces(foldTrained(random), 'votes', faces);
    for (const head of ['original', 'votes']) {
      const own = await predictFaces(foldTrained(again), head, faces);
      own.forEach((probability, i) => {
        expect(probability).toBeCloseTo(expected[i], 4);
      });
    }
  });

  it.each([
    ['a missing file', 'nowhere.onnx', /nowhere\.onnx.*does not exist/],
    ['a directory', folder, /expected a \.tflite/],
    ['another kind of file', 'weights.h5', /weights\.h5.*expected a \.tflite/],
  ])('are refused when they are %s', async (_, file, message) => {
    await expect(initialNetwork(info(0.35, 48), file, noiseFaces(64, 1), 1, silent)).rejects.toThrow(message);
  });

  it('are refused when they are of another width', async () => {
    const narrow = await initialNetwork(info(0.35, 48), 'none', noiseFaces(64, 1), 3, silent);
    const path = join(folder, 'narrow.onnx');
    await exportOnnx(narrow, 'votes', path);
    await expect(initialNetwork(info(1, 48), path, noiseFaces(64, 1), 1, silent)).rejects.toThrow(/width 1 has/);
  });

  it('are refused when they are broken', async () => {
    const path = join(folder, 'broken.onnx');
    writeFileSync(path, readFileSync(join(folder, 'first.onnx')).subarray(0, 1000));
    await expect(initialNetwork(info(0.35, 48), path, noiseFaces(64, 1), 1, silent)).rejects.toThrow(/broken\.onnx/);
  });
});

const V3 = 'mobilenet-v3-large-minimalistic';
const v3File = join(pretrained, 'v3-large-minimalistic_224_1.0_uint8.tflite');
const shape = (architecture: ArchitectureName, size: number) =>
  ({ architecture, width: 1, size, landmarks: 'none' }) as const;

describe("Google's ImageNet weights", needing(googleFile(224)), () => {
  it.each(
    (
      [
        ['zebra', 'Set14/zebra.png'],
        ['baboon', 'Set14/baboon.png'],
        ['monarch', 'Set14/monarch.png'],
        ['bell pepper', 'Set14/pepper.png'],
        ['toucan', 'Set5/bird.png'],
      ] as const
    ).flatMap(([label, picture]) => [
      ['mobilenet-v2', label, googleFile(224), picture] as const,
      [V3, label, v3File, picture] as const,
    ]),
  )('of %s name the picture of a %s', async (architecture, label, weights, picture) => {
    const labels = readFileSync(join(pretrained, 'imagenet_labels.txt'), 'utf8').split('\n');
    const network = foldedFromTflite(readFileSync(weights), weights, buildArchitecture(shape(architecture, 224)));
    const session = await ort.InferenceSession.create(buildInferenceGraph(network, { batch: 1, head: IMAGENET_HEAD }));
    const file = realData(`sr/${picture}`);
    const pixels = await sharp(file)
      .resize(224, 224, { fit: 'cover' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    const area = 224 * 224;
    const image = Float32Array.from(
      { length: 3 * area },
      (_, i) => pixels[(i % area) * 3 + Math.floor(i / area)] / 127.5 - 1,
    );
    const { prob } = await session.run({ image: new ort.Tensor('float32', image, [1, 3, 224, 224]) });
    const probabilities = prob.data as Float32Array;
    expect(labels[probabilities.indexOf(Math.max(...probabilities))]).toContain(label);
  });

  it.each([
    ['mobilenet-v2', googleFile(96)],
    [V3, v3File],
  ] as const)('of %s compute the same features after batch norm is put back', async (architecture, file) => {
    const faces = noiseFaces(128, 8);
    const network = await initialNetwork({ ...info(1, 96), architecture }, file, faces, 1, silent);
    const imported = foldedFromTflite(readFileSync(file), file, buildArchitecture(shape(architecture, 96)));
    const image = new Float32Array(3 * 96 * 96);
    faceToImage(faces.at(0), 96, image);
    const features = async (folded: typeof imported) => {
      const session = await ort.InferenceSession.create(buildInferenceGraph(folded, { batch: 1 }));
      const results = await session.run({ image: new ort.Tensor('float32', image, [1, 3, 96, 96]) });
      return results['features'].data as Float32Array;
    };
    const [own, google] = [await features(foldTrained(network)), await features(imported)];
    expect(Math.max(...google)).toBeGreaterThan(1);
    own.forEach((value, i) => {
      expect(value).toBeCloseTo(google[i], 2);
    });
  });

  it('are refused when they are of another architecture', async () => {
    await expect(initialNetwork(info(1, 96), v3File, noiseFaces(64, 1), 1, silent)).rejects.toThrow(
      /v3-large-minimalistic/,
    );
  });
});
