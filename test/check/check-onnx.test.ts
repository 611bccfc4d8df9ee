import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { CheckReportSchema, formatCheck } from '../../ml/check/report.ts';
import { LAYERS, PLATFORMS } from '../../ml/check/snapml.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { encodeModel } from '../../ml/onnx/model.ts';
import { initialNetwork } from '../../ml/train/initialize.ts';
import { foldTrained } from '../../ml/train/trained-network.ts';
import { facesIn } from '../data/helpers.ts';
import { check, floats, folder, integers, modelOf, node, type Parts, scalar, write } from './check-models.ts';

const good: Parts = {
  nodes: [
    node('Pad', ['image', 'pads'], 'padded'),
    node('Conv', ['padded', 'w1'], 'a', { strides: { ints: [2, 2] }, pads: { ints: [0, 0, 0, 0] } }),
    node('Clip', ['a', 'zero', 'six'], 'b'),
    node('Conv', ['b', 'w2'], 'c', { group: { int: 8 }, pads: { ints: [1, 1, 1, 1] } }),
    node('Add', ['b', 'c'], 'd'),
    node('GlobalAveragePool', ['d'], 'e'),
    node('Conv', ['e', 'w3'], 'f'),
    node('Softmax', ['f'], 'y', { axis: { int: 1 } }),
  ],
  initializers: [
    integers('pads', [0, 0, 0, 0, 0, 0, 1, 1]),
    floats('w1', [8, 4, 3, 3]),
    scalar('zero', 0),
    scalar('six', 6),
    floats('w2', [8, 1, 3, 3]),
    floats('w3', [7, 8, 1, 1]),
  ],
  outShape: [1, 7, 1, 1],
};

describe('a network of supported layers', () => {
  it('is accepted on every platform without a finding, and runs', async () => {
    const report = await check(good);
    expect(report.findings).toEqual([]);
    expect(report.accepted).toBe(true);
    expect(report.platforms).toEqual([...PLATFORMS]);
    const session = await ort.InferenceSession.create(encodeModel(modelOf(good)));
    const { y } = await session.run({ image: new ort.Tensor('float32', new Float32Array(256), [1, 4, 8, 8]) });
    expect(y.dims).toEqual([1, 7, 1, 1]);
  });

  it('is described by a report that fits its schema and names each operator', async () => {
    const report = await check(good);
    expect(CheckReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    for (const { opType } of good.nodes) expect(formatCheck(report)).toContain(opType);
  });
});

describe('our own export', () => {
  it('passes on all four platforms with no finding', async () => {
    const shape = { architecture: 'mobilenet-v2', width: 1, size: 96, landmarks: 'none' } as const;
    const info = { ...shape, classes: 7, heads: ['votes'], epoch: 0 };
    const network = await initialNetwork(info, 'none', facesIn(new Uint8Array()), 1, silent);
    const report = await checkModel(write(buildInferenceGraph(foldTrained(network), { batch: 1, head: 'votes' })));
    expect(report.findings).toEqual([]);
    expect(report.platforms).toEqual([...PLATFORMS]);
    expect(report.bytes).toBeLessThanOrEqual(9_200_000);
  });
});

describe("Snap's table", () => {
  it('has the three groups of its page', () => {
    const withPlatforms = (count: number) =>
      Object.values(LAYERS).filter((platforms) => platforms.length === count).length;
    expect([withPlatforms(4), withPlatforms(3), withPlatforms(2)]).toEqual([26, 20, 3]);
  });
});

describe('files that cannot be checked', () => {
  it('are refused at once when they are huge', async () => {
    const path = write(new Uint8Array());
    truncateSync(path, 2 ** 31);
    await expect(checkModel(path)).rejects.toThrow(/has 2,147,483,648 bytes.*10,000,000/);
  });

  it.each([
    ['missing', join(folder, 'none.onnx'), /none\.onnx.*does not exist/],
    ['a directory', folder, /is a directory/],
  ])('are named when they are %s', async (_, path, message) => {
    await expect(checkModel(path)).rejects.toThrow(message);
  });

  it('are not run, whatever they ask for', async () => {
    // 60 times the channels twice over, which would take more memory than there is.
    const names = ['image', ...Array.from({ length: 60 }, (_, i) => `twice${i}`)];
    const nodes = names.slice(1).map((name, i) => node('Concat', [names[i], names[i]], name, { axis: { int: 1 } }));
    const report = await check({ nodes, outName: 'twice59', outShape: [1, 4 * 2 ** 60, 8, 8] });
    expect(report.operators).toMatchObject([{ operator: 'Concat', count: 60 }]);
    expect(formatCheck(report)).toMatch(/\[1,1073741824,8,8\] takes 274,878 MB/);

    const pads = {
      nodes: [node('Pad', ['image', 'pads'], 'y')],
      initializers: [integers('pads', [0, 0, 0, 0, 0, 0, 2 ** 40, 0])],
    };
    expect((await check({ ...pads, outShape: [1, 4, 8 + 2 ** 40, 8] })).accepted).toBe(true);
  });

  it('give a message, or a report, wherever they are cut off', async () => {
    const whole = encodeModel(modelOf(good));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        const path = write(whole.subarray(0, length));
        try {
          CheckReportSchema.parse(await checkModel(path));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
          expect((thrown as Error).message).toContain(path);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('give a message, or a report, whichever bytes are wrong', async () => {
    const whole = encodeModel(modelOf(good));
    const wrong = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(wrong, async (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [place, value] of changes) bytes[place] = value;
        try {
          const report = await checkModel(write(bytes));
          expect(CheckReportSchema.parse(report)).toEqual(report);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 60 },
    );
  });
});
