import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { Random } from '../../ml/core/random.ts';
import { DenseLayout } from '../../ml/nn/operators/convolution.ts';
import { type Edsr, edsrParameters, multiplicationsOf, NETWORKS, randomEdsr } from '../../ml/superres/edsr.ts';
import { buildEdsrTrainingGraph, TARGET } from '../../ml/superres/graphs.ts';
import { edsrModel, readEdsr, writeEdsr } from '../../ml/superres/model-file.ts';
import type { Plane } from '../../ml/superres/plane.ts';
import { receptiveRadius, toNetwork, Upscaler } from '../../ml/superres/upscaler.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { randomValues, relativeError, runGraph } from '../nn/run-graph.ts';
import { smoothPicture, smoothPlane } from './pictures.ts';

const BATCH = 16;
const SIDE = 6;
const tiny = { blocks: 2, channels: 16, residualScale: 0.5 } as const;
const networks: Edsr[] = [
  { ...tiny, scale: 4, tail: 'direct' },
  { ...tiny, scale: 2, tail: 'direct' },
  { ...tiny, scale: 4, tail: 'stages' },
  { ...tiny, scale: 2, tail: 'stages' },
];

/** Weights with biases, so that nothing is hidden behind zeros. */
function weightsOf(edsr: Edsr): Float32Array {
  const random = new Random(4);
  return randomEdsr(edsrParameters(edsr), random).map((value) => value + random.uniform(-0.02, 0.02));
}

async function step(edsr: Edsr, layout: DenseLayout, parameters: Float32Array, image: Plane[], target: Plane[]) {
  const graph = buildEdsrTrainingGraph(edsr, layout, SIDE);
  const flat = (planes: Plane[]) => planes.flatMap(({ values }) => [...values]);
  const results = await runGraph(graph.bytes, {
    parameters: { shape: graph.inputs['parameters'], values: parameters },
    image: { shape: graph.inputs['image'], values: flat(image) },
    [TARGET]: { shape: graph.inputs[TARGET], values: flat(target) },
  });
  return { loss: results['loss'][0], gradient: results['gradient'] };
}

const planes = (side: number, random: Random): Plane[] =>
  Array.from({ length: BATCH }, () => ({
    width: side,
    height: side,
    values: Float32Array.from(randomValues([side * side], random)),
  }));

describe('EDSR', () => {
  it('has the parameters and the multiplications of its description', () => {
    const count = (edsr: Edsr) => edsrParameters(edsr).size;
    const conv = (inputs: number, outputs: number) => 9 * inputs * outputs + outputs;
    // The authors' baseline has three channels at both ends; on one channel these two convolutions are smaller.
    expect(count({ ...NETWORKS.baseline, scale: 4 })).toBe(
      1_517_571 - (conv(3, 64) - conv(1, 64)) - (conv(64, 3) - conv(64, 1)),
    );
    expect(count({ ...NETWORKS.small, scale: 4 })).toBe(conv(1, 32) + 17 * conv(32, 32) + conv(32, 16));
    expect(multiplicationsOf({ ...NETWORKS.small, scale: 4 })).toBe(9 * (32 + 17 * 1024 + 512));
  });

  it.each(
    networks,
  )('scale $scale, $tail: both layouts have the same loss and gradient, that of the differences', async (edsr) => {
    const random = new Random(3);
    const parameters = weightsOf(edsr);
    const [image, target] = [planes(SIDE, random), planes(edsr.scale * SIDE, random)];
    const portable = await step(edsr, new DenseLayout(BATCH, 1), parameters, image, target);
    const blocked = await step(edsr, new DenseLayout(BATCH, blockSize()), parameters, image, target);
    expect(blocked.loss).toBeCloseTo(portable.loss, 5);
    expect(relativeError(blocked.gradient, portable.gradient)).toBeLessThan(1e-4);
    // Along the gradient, in float32 over kinks of |·| and ReLU, a difference is only so exact.
    const norm = Math.hypot(...portable.gradient);
    const moved = (by: number) => parameters.map((value, i) => value + (by * portable.gradient[i]) / norm);
    const at = async (by: number) => (await step(edsr, new DenseLayout(BATCH, 1), moved(by), image, target)).loss;
    const slope = ((await at(1e-2)) - (await at(-1e-2))) / 2e-2;
    expect(Math.abs(slope / norm - 1)).toBeLessThan(0.02);
  });

  it.each(networks)('scale $scale, $tail: the file computes what is trained', async (edsr) => {
    const parameters = weightsOf(edsr);
    const random = new Random(6);
    const small = smoothPlane(SIDE, SIDE, random);
    const upscaler = await Upscaler.open(edsrModel(edsr, parameters));
    const large = await upscaler.luma(small);
    await upscaler.close();
    const scaled = (plane: Plane): Plane => ({ ...plane, values: plane.values.map(toNetwork) });
    const repeated = (plane: Plane) => Array.from({ length: BATCH }, () => scaled(plane));
    const { loss } = await step(edsr, new DenseLayout(BATCH, 1), parameters, repeated(small), repeated(large));
    expect(loss).toBeLessThan(1e-5);
  });
});

describe('upscaling', () => {
  const edsr = networks[0];
  const model = edsrModel(edsr, weightsOf(edsr));

  it('leaves no seam between tiles', async () => {
    const upscaler = await Upscaler.open(model);
    const source = smoothPlane(230, 205, new Random(8));
    const tiled = await upscaler.luma(source);
    // Around the corner where four tiles meet, with as much around it as the network reaches.
    const reach = receptiveRadius(edsr);
    const [left, top, side] = [192 - 8 - reach, 192 - 8 - reach, 13 + 2 * reach];
    const values = new Float32Array(side * side);
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++)
        values[row * side + column] = source.values[(top + row) * source.width + left + column];
    const part = await upscaler.luma({ width: side, height: side, values });
    await upscaler.close();
    const inner = edsr.scale * reach;
    for (let row = inner; row < edsr.scale * side - inner; row++)
      for (let column = inner; column < edsr.scale * side - inner; column++) {
        const at = (edsr.scale * top + row) * tiled.width + edsr.scale * left + column;
        expect(part.values[row * part.width + column]).toBeCloseTo(tiled.values[at], 2);
      }
  });

  it('takes pictures of any size, and greys as pictures whose colours are equal', async () => {
    const upscaler = await Upscaler.open(model);
    for (const [width, height] of [
      [1, 1],
      [3, 20],
      [17, 5],
    ]) {
      const { width: w, height: h, values } = await upscaler.picture(smoothPicture(width, height, new Random(1)));
      expect([w, h, values.length]).toEqual([4 * width, 4 * height, 48 * width * height]);
    }
    const greys = Uint8Array.from(smoothPlane(12, 24, new Random(5)).values);
    const out = new Uint8Array(2 * 48 * 48);
    await upscaler.grey(greys, 12, out);
    const colours = Uint8Array.from({ length: 3 * 144 }, (_, i) => greys[144 + Math.floor(i / 3)]);
    const { values } = await upscaler.picture({ width: 12, height: 12, values: colours });
    await upscaler.close();
    for (let i = 0; i < 48 * 48; i++) expect(Math.abs(values[3 * i] - out[48 * 48 + i])).toBeLessThanOrEqual(1);
  });
});

describe('the file of a network', () => {
  const folder = temporaryFolder();
  const edsr = networks[1];
  const model = edsrModel(edsr, weightsOf(edsr));
  const path = join(folder, 'edsr.onnx');

  it('comes back as it was written', async () => {
    await writeEdsr(path, model);
    expect(await readEdsr(path, 2)).toEqual({ ...model, bytes: Uint8Array.from(model.bytes) });
  });

  it('is refused for another scale, if cut off, and if it is another kind of model', async () => {
    await writeEdsr(path, model);
    await expect(readEdsr(path, 4)).rejects.toThrow(/upscales by 2, but --scale is 4.*--scale 2/);
    await writeFile(path, model.bytes.subarray(0, 1000));
    await expect(readEdsr(path)).rejects.toThrow(UserError);
    await expect(readEdsr('ml/models/emotion/emotion.onnx')).rejects.toThrow(/not an EDSR network/);
    await expect(readEdsr(join(folder, 'none.onnx'))).rejects.toThrow(/does not exist/);
  });
});
