import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { decodeSafetensors, encodeSafetensors } from '../../ml/core/safetensors.ts';
import { FACE_PIXELS } from '../../ml/data/dataset.ts';
import { faceToImage } from '../../ml/data/resize.ts';
import { exportOnnx } from '../../ml/export/export-model.ts';
import { MODEL_VERSION } from '../../ml/model/exported-file.ts';
import { describeModel, readModelJson, writeModelJson } from '../../ml/model/model-json.ts';
import { loadNetwork, saveNetwork } from '../../ml/train/trained-network.ts';
import { randomNetwork } from '../nn/random-network.ts';
import { unfoldedGraph } from '../nn/unfolded-graph.ts';

const FACES = 200;
const folder = mkdtempSync(join(tmpdir(), 'export-'));

describe('the exported model', () => {
  const network = randomNetwork(1, 96, ['original', 'votes']);
  const path = join(folder, 'emotion.onnx');
  let exported: Awaited<ReturnType<typeof exportOnnx>>;
  beforeAll(async () => {
    exported = await exportOnnx(network, 'votes', path, { run: 'test' });
  });

  it('equals the training network in evaluation mode on 200 faces', async () => {
    const random = new Random(2);
    const own = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
    const reference = await ort.InferenceSession.create(unfoldedGraph(network, 'votes'), { logSeverityLevel: 3 });
    const area = 96 * 96;
    const image = new Float32Array(3 * area);
    let distinct = 0;
    for (let n = 0; n < FACES; n++) {
      const tone = random.uniform(40, 200);
      const face = Uint8Array.from({ length: FACE_PIXELS }, () => Math.min(255, Math.max(0, random.normal(tone, 50))));
      faceToImage(face, 96, image);
      const { prob } = await own.run({ image: new ort.Tensor('float32', image, [1, 3, 96, 96]) });
      const grey = image.slice(0, area);
      const { probabilities } = await reference.run({ grey: new ort.Tensor('float32', grey, [1, 1, 96, 96]) });
      const [a, b] = [prob.data as Float32Array, probabilities.data as Float32Array];
      for (let k = 0; k < 7; k++) expect(Math.abs(a[k] - b[k])).toBeLessThan(1e-4);
      distinct += Math.max(...b) > 0.2 ? 1 : 0;
    }
    // Uniform probabilities would agree for no reason.
    expect(distinct).toBeGreaterThan(FACES / 2);
  });

  it('has the promised input, output and size', async () => {
    const session = await ort.InferenceSession.create(path);
    expect(session.inputNames).toEqual(['image']);
    expect(session.outputNames).toEqual(['prob']);
    const { prob } = await session.run({
      image: new ort.Tensor('float32', new Float32Array(3 * 96 * 96), [1, 3, 96, 96]),
    });
    expect(prob.dims).toEqual([1, 7, 1, 1]);
    expect(exported.bytes).toBe(readFileSync(path).length);
    expect(exported.bytes).toBeLessThanOrEqual(9_200_000);
  });

  it('sees a coloured face as its grey one', async () => {
    const session = await ort.InferenceSession.create(path);
    const random = new Random(9);
    const area = 96 * 96;
    const colours = Float32Array.from({ length: 3 * area }, () => random.uniform(-1, 1));
    const grey = Float32Array.from({ length: 3 * area }, (_, i) => {
      const p = i % area;
      return 0.299 * colours[p] + 0.587 * colours[area + p] + 0.114 * colours[2 * area + p];
    });
    const run = async (image: Float32Array) =>
      (await session.run({ image: new ort.Tensor('float32', image, [1, 3, 96, 96]) })).prob.data as Float32Array;
    const [a, b] = [await run(colours), await run(grey)];
    a.forEach((p, k) => {
      expect(p).toBeCloseTo(b[k], 4);
    });
  });

  it('is described by a model.json that can be read back, and no other file passes for one', async () => {
    const file = join(folder, 'model.json');
    const metrics = [
      {
        protocol: 'raw',
        split: 'PublicTest',
        faces: 10,
        accuracy: 0.7,
        interval95: [0.4, 0.9] as [number, number],
        macroF1: null,
      },
    ];
    const training = { run: 'test', head: 'votes', data: 'none', epochs: 1, config: { seed: 1 } };
    const model = describeModel({ size: 96 }, [{ file: exported, metrics }], training);
    await writeModelJson(file, model);
    expect(await readModelJson(file)).toEqual(model);
    const biased = { ...model, actedBias: [1, 0.5, 0, -1, 0, 0.25, -0.125] };
    await writeModelJson(file, biased);
    expect(await readModelJson(file)).toEqual(biased);
    expect(model.files[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(model.version).toBe(MODEL_VERSION);
    await expect(readModelJson(path)).rejects.toThrow(/emotion\.onnx is not JSON/);
  });
});

describe('a saved network', () => {
  it('is read back bit for bit', async () => {
    const network = randomNetwork(0.35, 48, ['original']);
    const path = join(folder, 'network.safetensors');
    await saveNetwork(path, network);
    expect(await loadNetwork(path)).toEqual(network);
  });

  it.each(['__proto__', 'constructor', '../votes'])('has no head %j', async (head) => {
    const network = randomNetwork(0.35, 48, ['original']);
    const path = join(folder, 'other.safetensors');
    await saveNetwork(path, network);
    const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(path)), path);
    const metadata = { network: JSON.stringify({ ...network.info, heads: [head] }) };
    writeFileSync(path, encodeSafetensors({ tensors, metadata }));
    await expect(loadNetwork(path)).rejects.toThrow(/other\.safetensors holds no network of this project/);
  });
});
