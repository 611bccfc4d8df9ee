import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigSchema, type LandmarkUse } from '../../ml/config/schema.ts';
import { mirrorLandmarks } from '../../ml/core/landmarks68.ts';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { facesOf, withoutLandmarks } from '../../ml/data/dataset.ts';
import { exportOnnx } from '../../ml/export/export-model.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { parametersOf } from '../../ml/nn/parameters.ts';
import { Batches } from '../../ml/train/batches.ts';
import { CHECKPOINT_FILE } from '../../ml/train/checkpoint.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { initialNetwork } from '../../ml/train/initialize.ts';
import { predictFaces } from '../../ml/train/predict.ts';
import { train } from '../../ml/train/train.ts';
import { foldTrained, loadNetwork } from '../../ml/train/trained-network.ts';
import { exportedInfo } from '../../ml/weights/from-onnx.ts';
import { randomNetwork } from '../nn/random-network.ts';
import { telling } from './landmark-faces.ts';
import { STRIPES_CONFIG } from './stripes.ts';

const dataset = telling(280);
const folder = () => mkdtempSync(join(tmpdir(), 'landmarks-'));
const configOf = (landmarks: LandmarkUse, flip = 0) =>
  ConfigSchema.parse({
    ...STRIPES_CONFIG,
    model: { ...STRIPES_CONFIG.model, architecture: 'mobilenet-v3-small-minimalistic', landmarks },
    augment: { ...STRIPES_CONFIG.augment, flip, rotation: 170 },
    train: { ...STRIPES_CONFIG.train, epochs: 2, learningRate: 2e-2 },
  });

describe('mini-batches with landmarks', () => {
  const layout = new Layout(32, 1);
  const heads = { original: { probabilities: new Float32Array(280 * 7), usable: new Uint8Array(280) } };
  const fill = (landmarks: LandmarkUse, flip: number, epoch = 0) => {
    const inputs = {
      image: new Float32Array(32 * 32 * 32),
      ...(landmarks !== 'none' && { landmarks: new Float32Array(136 * 32).fill(9) }),
      mask: new Float32Array(32 * 64),
      'targets/original': new Float32Array(7 * 32),
    };
    const { rows } = dataset;
    new Batches(configOf(landmarks, flip), dataset, rows, heads, layout, 7).fill(epoch, 0, [inputs]);
    return inputs;
  };
  const columnsOf = ({ landmarks = new Float32Array() }: ReturnType<typeof fill>) =>
    Array.from({ length: 32 }, (_, n) => Float32Array.from({ length: 136 }, (_, k) => landmarks[k * 32 + n]));
  const isZero = (column: Float32Array) => column.every((value) => value === 0);
  /** Each face of the data set by its landmarks. */
  const known = new Set(Array.from({ length: 280 }, (_, i) => dataset.landmarks.slice(136 * i, 136 * i + 136).join()));
  const mirrored = (column: Float32Array) => {
    const out = new Float32Array(136);
    mirrorLandmarks(column, out);
    return out;
  };

  it('mirror the landmarks with the faces, however far these are turned', () => {
    const [plain, flipped] = [0, 1].map((flip) => columnsOf(fill('fused', flip)).filter((column) => !isZero(column)));
    expect(plain.every((column) => known.has(column.join()))).toBe(true);
    expect(flipped.map(mirrored)).toEqual(plain);
  });

  it('leave out the landmarks of a share of the faces, others each time, and of none that have nothing else', () => {
    const dropped = [0, 1, 2, 3].map((epoch) => columnsOf(fill('fused', 0, epoch)).map(isZero));
    expect(new Set(dropped.map(String)).size).toBe(4);
    const share = dropped.flat().filter(Boolean).length / 128;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.45);
    expect(columnsOf(fill('landmarksOnly', 0)).some(isZero)).toBe(false);
  });

  it('are otherwise what they are without landmarks', () => {
    const { landmarks: _, ...rest } = fill('fused', 0.5);
    expect(rest).toEqual(fill('none', 0.5));
  });

  it('need landmarks for a network that takes them', () => {
    const { landmarks: _, ...without } = dataset;
    expect(() => new Batches(configOf('fused'), without, dataset.rows, heads, layout, 7)).toThrow(/no landmarks/);
  });
});

describe('a network that sees landmarks', () => {
  const shape = { architecture: 'mobilenet-v3-small', width: 0.35, size: 32, landmarks: 'none' } as const;
  const info = { ...shape, classes: 7, epoch: 0 };
  const faces = facesOf(dataset, dataset.rows.slice(0, 64));

  it('begins with features of what differs from face to face, not of what all faces share', async () => {
    const noise = new Random(9);
    // Like faces: all nearly the same shape.
    const shape = Float32Array.from({ length: 136 }, () => noise.normal(0, 1));
    const alike = { ...dataset, landmarks: dataset.landmarks.map((_, i) => shape[i % 136] + noise.normal(0, 0.05)) };
    alike.landmarks.fill(0, 0, 136 * 9);
    const shown = facesOf(alike, dataset.rows.slice(0, 64));
    const network = await initialNetwork(
      { ...info, landmarks: 'landmarksOnly', heads: ['original'] },
      'none',
      shown,
      3,
      silent,
    );
    const { kernel, bias } = foldTrained(network).layers.get('landmarks/dense') ?? { kernel: shape, bias: shape };
    const activations = [...bias.keys()].flatMap((conv) =>
      Array.from({ length: 55 }, (_, i) => {
        const landmarks = alike.landmarks.subarray(136 * (i + 9), 136 * (i + 10));
        return landmarks.reduce((sum, value, k) => sum + value * kernel[conv * 136 + k], bias[conv]);
      }),
    );
    const mean = activations.reduce((sum, value) => sum + value, 0) / activations.length;
    const power = activations.reduce((sum, value) => sum + value ** 2, 0) / activations.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(power).toBeGreaterThan(1.8);
    expect(power).toBeLessThan(2.2);
  });

  it('begins as the imported network does, if that one knows no landmarks', async () => {
    const file = join(folder(), 'image.onnx');
    const plain = randomNetwork(0.35, 32, ['original'], 'mobilenet-v3-small');
    await exportOnnx(plain, 'original', file);
    const network = await initialNetwork({ ...info, landmarks: 'fused', heads: ['original'] }, file, faces, 3, silent);
    const expected = await predictFaces(foldTrained(plain), 'original', faces);
    const found = await predictFaces(foldTrained(network), 'original', faces);
    found.forEach((probability, i) => {
      expect(probability).toBeCloseTo(expected[i], 4);
    });
    const branch = foldTrained(network).layers.get('landmarks/dense');
    expect(branch?.kernel.some((weight) => weight !== 0)).toBe(true);
  });

  it.each(['fused', 'landmarksOnly'] as const)('begins as the imported one with its landmarks %s', async (use) => {
    const file = join(folder(), 'both.onnx');
    const first = randomNetwork(0.35, 32, ['original'], 'mobilenet-v3-small', use);
    await exportOnnx(first, 'original', file);
    expect(exportedInfo(readFileSync(file), file)).toMatchObject({ landmarks: use, width: 0.35, size: 32 });
    const network = await initialNetwork({ ...info, landmarks: use, heads: ['original'] }, file, faces, 3, silent);
    const expected = await predictFaces(foldTrained(first), 'original', faces);
    const found = await predictFaces(foldTrained(network), 'original', faces);
    found.forEach((probability, i) => {
      expect(probability).toBeCloseTo(expected[i], 4);
    });
    const without = await predictFaces(foldTrained(network), 'original', withoutLandmarks(faces));
    expect(without.some((probability, i) => Math.abs(probability - expected[i]) > 0.01)).toBe(true);
  });

  it.each([
    ['none', 'landmarksOnly', /sees the image, but the one to be trained sees only landmarks/],
    ['fused', 'landmarksOnly', /sees the image, but the one to be trained sees only landmarks/],
    ['landmarksOnly', 'none', /sees only landmarks, but the one to be trained sees the image; .*--landmarks/],
    ['landmarksOnly', 'fused', /sees only landmarks, but the one to be trained sees the image; .*--landmarks/],
  ] as const)('takes no weights of one with landmarks %s if it has them %s', async (given, use, message) => {
    const file = join(folder(), 'other.onnx');
    await exportOnnx(randomNetwork(0.35, 32, ['original'], 'mobilenet-v3-small', given), 'original', file);
    const wanted = { ...info, landmarks: use, heads: ['original'] };
    await expect(initialNetwork(wanted, file, faces, 3, silent)).rejects.toThrow(message);
  });

  it('gives its image to one without landmarks', async () => {
    const file = join(folder(), 'beside.onnx');
    const given = randomNetwork(0.35, 32, ['original'], 'mobilenet-v3-small', 'fused');
    // With a layer that always answers 0, its landmarks have no say.
    const vector = parametersOf(buildArchitecture(given.info), ['original'], 7);
    for (const part of ['kernel', 'bias']) vector.view(given.parameters, `landmarks/dense/${part}`).fill(0);
    await exportOnnx(given, 'original', file);
    const network = await initialNetwork({ ...info, heads: ['original'] }, file, faces, 3, silent);
    const expected = await predictFaces(foldTrained(given), 'original', faces);
    const found = await predictFaces(foldTrained(network), 'original', faces);
    found.forEach((probability, i) => {
      expect(probability).toBeCloseTo(expected[i], 4);
    });
  });

  it.each(['fused', 'landmarksOnly'] as const)('learns from them, %s', async (use) => {
    const [whole, parts] = [folder(), folder()];
    const job = { config: configOf(use, 0), dataset, reporter: silent, resume: false };
    const { best } = await train({ ...job, folder: whole });
    expect(best['original']).toBeGreaterThan(0.6);
    const { info: kept } = await loadNetwork(join(whole, bestFile('original')));
    expect(kept.landmarks).toBe(use);
    // With an image, other tests resume.
    if (use === 'fused') return;
    const controller = new AbortController();
    const progress = ({ done }: { done: number }) => done >= 96 && controller.abort();
    await train({ ...job, folder: parts, reporter: { note() {}, progress }, signal: controller.signal });
    await train({ ...job, folder: parts, resume: true });
    const bytesOf = (place: string) => readFileSync(join(place, CHECKPOINT_FILE)).toString('base64');
    expect(bytesOf(parts)).toBe(bytesOf(whole));
  });
});
