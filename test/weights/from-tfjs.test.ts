import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { Random } from '../../ml/core/random.ts';
import { convLayersOf } from '../../ml/nn/architecture.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { mobileNetV2 } from '../../ml/nn/mobilenet-v2.ts';
import { foldedFromTfjs, readTfjsWeights } from '../../ml/weights/from-tfjs.ts';
import { needing, realData } from '../real-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'tfjs-'));
const architecture = mobileNetV2(0.35, 64);
const PARTS = ['gamma', 'beta', 'moving_mean', 'moving_variance'];

/** Keras' names, kernel shapes and channels, written out by the rules of its source. */
function kerasLayers() {
  return convLayersOf(architecture).map(({ name, kind, inChannels, outChannels }) => {
    const [block, part] = name.split('/');
    const inside = `${block === 'block0' ? 'expanded_conv' : block.replace('k', 'k_')}_${part}`;
    if (kind === 'stem') return { unit: name, kernel: 'Conv1/kernel', norm: 'bn_Conv1', shape: [3, 3, 3, outChannels] };
    if (kind === 'depthwise') {
      const kernel = `${inside}/depthwise_kernel`;
      return { unit: name, kernel, norm: `${inside}_BN`, shape: [3, 3, outChannels, 1] };
    }
    const [kernel, norm] = name === 'head' ? ['Conv_1/kernel', 'Conv_1_bn'] : [`${inside}/kernel`, `${inside}_BN`];
    return { unit: name, kernel, norm, shape: [1, 1, inChannels, outChannels] };
  });
}

interface Tensor {
  readonly name: string;
  readonly shape: number[];
  readonly values: Float32Array;
}

function randomTensors(): Tensor[] {
  const random = new Random(4);
  const tensor = (name: string, shape: number[]): Tensor => {
    const count = shape.reduce((a, b) => a * b);
    return { name, shape, values: Float32Array.from({ length: count }, () => random.uniform(0.1, 2)) };
  };
  return kerasLayers().flatMap(({ kernel, norm, shape }) => [
    tensor(kernel, shape),
    ...PARTS.map((part) => tensor(`${norm}/${part}`, [shape[2] > 1 && shape[3] === 1 ? shape[2] : shape[3]])),
  ]);
}

/** Writes a model whose weights are cut into two files, as TensorFlow.js does with large ones. */
function save(name: string, tensors: readonly Tensor[], change: (weights: object[]) => object[] = (all) => all) {
  const bytes = Buffer.concat(tensors.map(({ values }) => Buffer.from(values.buffer)));
  writeFileSync(join(folder, `${name}-1of2.bin`), bytes.subarray(0, 1001));
  writeFileSync(join(folder, `${name}-2of2.bin`), bytes.subarray(1001));
  const weights = change(tensors.map((tensor) => ({ name: tensor.name, shape: tensor.shape, dtype: 'float32' })));
  const path = join(folder, `${name}.json`);
  const paths = [`${name}-1of2.bin`, `${name}-2of2.bin`];
  writeFileSync(path, JSON.stringify({ format: 'layers-model', weightsManifest: [{ paths, weights }] }));
  return path;
}

const read = (file: string) => foldedFromTfjs(readFileSync(file), file, architecture);

describe("Keras' MobileNetV2 in TensorFlow.js' format", () => {
  const tensors = randomTensors();

  it('is read from several files, batch norm folded', async () => {
    const { layers, classifiers } = await read(save('whole', tensors));
    expect(classifiers.size).toBe(0);
    const values = new Map(tensors.map((tensor) => [tensor.name, tensor.values]));
    for (const { unit, kernel, norm, shape } of kerasLayers()) {
      const [sides, , inputs, last] = shape;
      const depthwise = kernel.endsWith('depthwise_kernel');
      const outputs = depthwise ? inputs : last;
      const stored = values.get(kernel) as Float32Array;
      const [gamma, beta, mean, variance] = PARTS.map((part) => values.get(`${norm}/${part}`) as Float32Array);
      const found = layers.get(unit);
      let at = 0;
      let worst = 0;
      for (let o = 0; o < outputs; o++) {
        const scale = gamma[o] / Math.sqrt(variance[o] + 1e-3);
        worst = Math.max(worst, Math.abs((found?.bias[o] as number) - (beta[o] - mean[o] * scale)));
        for (let i = 0; i < (depthwise ? 1 : inputs); i++) {
          for (let tap = 0; tap < sides ** 2; tap++, at++) {
            const weight = stored[depthwise ? tap * inputs + o : (tap * inputs + i) * last + o];
            worst = Math.max(worst, Math.abs((found?.kernel[at] as number) - weight * scale));
          }
        }
      }
      expect(worst, unit).toBeLessThan(1e-5);
      expect(found?.kernel.length, unit).toBe(at);
    }
  });

  it.each([
    ['no JSON', () => writeFileSync(join(folder, 'text.json'), 'weights') ?? join(folder, 'text.json'), /is not JSON/],
    [
      'no manifest',
      () => writeFileSync(join(folder, 'empty.json'), '{}') ?? join(folder, 'empty.json'),
      /empty\.json: weightsManifest: .*; expected the model\.json of a TensorFlow\.js/,
    ],
    [
      'quantized',
      () =>
        save('bytes', tensors, (all) => all.map((w) => ({ ...w, quantization: { dtype: 'uint8', scale: 1, min: 0 } }))),
      /without quantization/,
    ],
    [
      'lacking a layer',
      () =>
        save(
          'less',
          tensors.filter(({ name }) => name !== 'Conv1/kernel'),
        ),
      /Conv1\/kernel is missing/,
    ],
    [
      'of another width',
      () =>
        save(
          'wide',
          tensors.map((t) =>
            t.name === 'Conv_1_bn/beta' ? { ...t, shape: [1281], values: new Float32Array(1281) } : t,
          ),
        ),
      /Conv_1_bn\/beta is \[1281\]; Keras' MobileNetV2 of width 0\.35 has \[1280\]/,
    ],
    [
      'cut off',
      () => save('cut', tensors, (all) => [...all, { name: 'more', shape: [9], dtype: 'float32' }]),
      /more ends at byte/,
    ],
    [
      'leading out of its folder',
      () => {
        const path = join(folder, 'out.json');
        writeFileSync(path, JSON.stringify({ weightsManifest: [{ paths: ['../secret.bin'], weights: [] }] }));
        return path;
      },
      /the name of a file, but "\.\.\/secret\.bin" is a path/,
    ],
  ])('is refused if it is %s', async (_, make, message) => {
    const file = make();
    await expect(read(file)).rejects.toThrow(UserError);
    await expect(read(file)).rejects.toThrow(message);
  });

  it('is refused for another network', async () => {
    const network = buildArchitecture({ architecture: 'mobilenet-v3-large-minimalistic', width: 1, size: 64 });
    await expect(foldedFromTfjs(new Uint8Array(), 'model.json', network)).rejects.toThrow(/model\.architecture/);
  });
});

const real = realData('pretrained/mobilenet_v2_0.35_224_notop/model.json');
const pictures = realData('sr/Set14');

describe("Keras' ImageNet weights of width 0.35", needing(real, pictures), () => {
  it('see photographs as they did in their training: each channel has the mean that its batch norm gives it', async () => {
    const bytes = readFileSync(real);
    const network = await foldedFromTfjs(bytes, real, mobileNetV2(0.35, 224));
    const tensors = await readTfjsWeights(bytes, real);
    const graph = buildInferenceGraph(network, { batch: 1, observe: true });
    const session = await ort.InferenceSession.create(graph, { logSeverityLevel: 3 });
    const area = 224 * 224;
    const means = new Map<string, Float64Array>();
    const files = readdirSync(pictures).filter((name) => name.endsWith('.png'));
    for (const name of files) {
      const pixels = await sharp(join(pictures, name))
        .resize(224, 224, { fit: 'cover' })
        .toColourspace('srgb')
        .removeAlpha()
        .raw()
        .toBuffer();
      const planes = Float32Array.from({ length: 3 * area }, (_, i) => pixels[(i % area) * 3 + Math.floor(i / area)]);
      const image = new ort.Tensor(
        'float32',
        planes.map((value) => value / 127.5 - 1),
        [1, 3, 224, 224],
      );
      for (const [output, { data }] of Object.entries(await session.run({ image }))) {
        const sum = means.get(output) ?? new Float64Array(data.length);
        for (const [c, value] of (data as Float32Array).entries()) sum[c] += value / files.length;
        means.set(output, sum);
      }
    }
    // The means of projections are all near 0, and the head's channels stand for things that few pictures show.
    for (const { unit, norm } of kerasLayers().filter(({ unit }) => /stem|expand|depthwise/.test(unit))) {
      const beta = tensors.get(`${norm}/beta`)?.values as Float32Array;
      expect(correlation(means.get(`${unit}/mean`) as Float64Array, beta), unit).toBeGreaterThan(0.95);
    }
  });
});

function correlation(a: Float64Array, b: Float32Array): number {
  const meanOf = (values: Iterable<number>) => [...values].reduce((sum, x) => sum + x) / a.length;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    ab += (x - meanA) * (b[i] - meanB);
    aa += (x - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
