import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readBytes } from '../../ml/core/files.ts';
import { Random } from '../../ml/core/random.ts';
import { averageModels } from '../../ml/export/average.ts';
import { exportOnnx } from '../../ml/export/export-model.ts';
import { sha256Of } from '../../ml/model/exported-file.ts';
import type { Origin } from '../../ml/model/onnx-metadata.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { parametersOf } from '../../ml/nn/parameters.ts';
import type { TrainedNetwork } from '../../ml/train/trained-network.ts';
import { exportedInfo, foldedFromOnnx } from '../../ml/weights/from-onnx.ts';
import { randomNetwork } from '../nn/random-network.ts';

const SIZE = 32;
const HEADS = ['original', 'votes'];
const folder = mkdtempSync(join(tmpdir(), 'average-'));

async function exported(network: TrainedNetwork, head: string, name: string, origin: Origin = {}) {
  const { path } = await exportOnnx(network, head, join(folder, `${name}.onnx`), origin);
  return { file: path, bytes: await readBytes(path) };
}

/** The network moved a little in every number, or in those whose names pass. */
function moved(network: TrainedNetwork, by: number, seed: number, passes = (_: string) => true): TrainedNetwork {
  const random = new Random(seed);
  const { heads, classes } = network.info;
  const parameters = network.parameters.slice();
  for (const { name, offset, size } of parametersOf(buildArchitecture(network.info), heads, classes).pieces)
    if (passes(name)) for (let i = offset; i < offset + size; i++) parameters[i] += random.normal(0, by);
  return { ...network, parameters };
}

const network = randomNetwork(0.35, SIZE, HEADS);
const one = await exported(network, 'votes', 'one', { epoch: 3 });
const two = await exported(moved(network, 0.01, 1), 'votes', 'two', { epoch: 5 });

const foldedOf = (bytes: Uint8Array) => foldedFromOnnx(bytes, 'file', buildArchitecture(exportedInfo(bytes, 'file')));
/** All numbers of a network, unit after unit. */
const numbersOf = (bytes: Uint8Array) => {
  const { layers, classifiers } = foldedOf(bytes);
  return [...layers.values(), ...classifiers.values()].flatMap(({ kernel, bias }) => [...kernel, ...bias]);
};

async function answer(bytes: Uint8Array, image: Float32Array): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes);
  const { prob } = await session.run({ image: new ort.Tensor('float32', image, [1, 3, SIZE, SIZE]) });
  await session.release();
  return prob.data as Float32Array;
}

describe('the average of exported networks', () => {
  it('of a network with itself is that network', () => {
    const same = averageModels([
      { ...one, share: 1 },
      { ...one, share: 1 },
    ]);
    expect(foldedOf(same)).toEqual(foldedOf(one.bytes));
  });

  it('lies between the networks as the shares say, whatever their scale', () => {
    const [a, b] = [numbersOf(one.bytes), numbersOf(two.bytes)];
    expect(Math.max(...a.slice(0, 500).map((value, i) => Math.abs(value - b[i])))).toBeGreaterThan(0.001);
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (share, scale) => {
          const mean = numbersOf(
            averageModels([
              { ...one, share: share * scale },
              { ...two, share: (1 - share) * scale },
            ]),
          );
          const error = mean.reduce(
            (worst, value, i) => Math.max(worst, Math.abs(value - share * a[i] - (1 - share) * b[i])),
            0,
          );
          expect(error).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 5 },
    );
  });

  it('of networks with one trunk answers with the weighted geometric mean, in ONNX Runtime', async () => {
    const other = await exported(
      moved(network, 0.3, 2, (name) => name.startsWith('classifier/')),
      'votes',
      'other',
    );
    const image = Float32Array.from({ length: 3 * SIZE * SIZE }, (_, i) => Math.sin(i / 7));
    const [p, q] = [await answer(one.bytes, image), await answer(other.bytes, image)];
    expect(Math.max(...p.map((value, k) => Math.abs(value - q[k])))).toBeGreaterThan(0.02);
    const mean = averageModels([
      { ...one, share: 3 },
      { ...other, share: 1 },
    ]);
    const logits = p.map((value, k) => 0.75 * Math.log(value) + 0.25 * Math.log(q[k]));
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const found = await answer(mean, image);
    logits.forEach((logit, k) => {
      expect(found[k]).toBeCloseTo(Math.exp(logit) / sum, 4);
    });
  });

  it('of networks of different sizes has the size that is asked for', async () => {
    const large = await exported(randomNetwork(0.35, 64, HEADS), 'votes', 'larger', { epoch: 3 });
    const mean = averageModels(
      [
        { ...one, share: 1 },
        { ...large, share: 1 },
      ],
      SIZE,
    );
    // The random network of another size has the same weights.
    expect(exportedInfo(mean, 'mean').size).toBe(SIZE);
    expect(foldedOf(mean).layers).toEqual(foldedOf(one.bytes).layers);
    const image = Float32Array.from({ length: 3 * SIZE * SIZE }, (_, i) => Math.sin(i));
    expect(await answer(mean, image)).toEqual(await answer(one.bytes, image));
  });

  it('says what it is of, and takes head and epoch of the largest part', async () => {
    const original = await exported(moved(network, 0.01, 3), 'original', 'original', { epoch: 7 });
    const mean = averageModels([
      { ...one, share: 1 },
      { ...original, share: 3 },
    ]);
    expect(exportedInfo(mean, 'mean')).toMatchObject({ head: 'original', epoch: 7, width: 0.35, size: SIZE });
    expect(exportedInfo(mean, 'mean').averageOf).toBe(
      `${sha256Of(one.bytes)} 0.2500, ${sha256Of(original.bytes)} 0.7500`,
    );
  });

  it('is refused for networks that differ in more than their weights, and for strangers', async () => {
    const average = (other: { file: string; bytes: Uint8Array }) =>
      averageModels([
        { ...one, share: 1 },
        { ...other, share: 1 },
      ]);
    const wide = await exported(randomNetwork(0.5, SIZE, HEADS), 'votes', 'wide');
    expect(() => average(wide)).toThrow(/wide\.onnx has width 0\.5, .*one\.onnx has 0\.35; average networks that/);
    const upscaled = await exported(randomNetwork(0.35, 64, HEADS), 'votes', 'large');
    expect(() => average(upscaled)).toThrow(/large\.onnx has size 64.*or pass --size/);
    const sharp = await exported(network, 'votes', 'sharp', { upscaledBy: 'abc' });
    const sharper = await exported(network, 'votes', 'sharper', { upscaledBy: 'def' });
    expect(() => averageModels([sharp, sharper].map((one) => ({ ...one, share: 1 })))).toThrow(
      /sharper\.onnx was trained on faces upscaled by def, .*sharp\.onnx by abc/,
    );
    const kinds = await exported(network, 'votes', 'kinds', { labels: [...'abcdefg'] });
    expect(() => average(kinds)).toThrow(
      /kinds\.onnx tells a, b, .* apart, .*one\.onnx tells Angry, .* of the same classes/,
    );
    const stranger = await exported(moved(network, 3, 4), 'votes', 'stranger');
    expect(() => average(stranger)).toThrow(/stranger\.onnx and .*one\.onnx are unrelated \(cosine 0\.\d\d\)/);
    expect(() => average({ file: 'README.md', bytes: Buffer.from('# no model') })).toThrow(/README\.md/);
  });
});
