import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { checkOnnx } from '../../ml/export/check/check.ts';
import { CheckReportSchema, formatCheck } from '../../ml/export/check/report.ts';
import { LAYERS, PLATFORMS } from '../../ml/export/check/snapml-layers.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import {
  type AttributeValue,
  DATA_TYPE,
  encodeModel,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '../../ml/onnx/model.ts';
import { initialNetwork } from '../../ml/train/initialize.ts';
import { foldTrained } from '../../ml/train/trained-network.ts';

const folder = mkdtempSync(join(tmpdir(), 'check-'));
let files = 0;

function write(bytes: Uint8Array): string {
  files += 1;
  const path = join(folder, `model${files}.onnx`);
  writeFileSync(path, bytes);
  return path;
}

const floats = (name: string, dims: number[]): OnnxTensor => {
  const values = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => (i % 7) / 10);
  return { name, dims, dataType: DATA_TYPE.float, raw: new Uint8Array(values.buffer) };
};
const integers = (name: string, values: number[]): OnnxTensor => ({
  name,
  dims: [values.length],
  dataType: DATA_TYPE.int64,
  raw: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});
const scalar = (name: string, value: number): OnnxTensor => ({
  name,
  dims: [],
  dataType: DATA_TYPE.float,
  raw: new Uint8Array(Float32Array.of(value).buffer),
});
const node = (
  opType: string,
  inputs: string[],
  output: string,
  attributes: Record<string, AttributeValue> = {},
): OnnxNode => ({
  opType,
  name: `the_${opType}_${output}`,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
});

interface Parts {
  nodes: OnnxNode[];
  initializers?: OnnxTensor[];
  inShape?: (number | string | null)[];
  outShape?: (number | string | null)[];
  outName?: string;
  opset?: number;
}
/** A model from `image` [1, 4, 8, 8] to `y`. */
function modelOf({
  nodes,
  initializers = [],
  inShape = [1, 4, 8, 8],
  outShape = [1, 4, 8, 8],
  outName = 'y',
  opset = 11,
}: Parts): OnnxModel {
  return {
    irVersion: 6,
    producerName: 'test',
    producerVersion: '',
    opsets: [{ domain: '', version: opset }],
    metadata: {},
    graph: {
      name: 'g',
      nodes,
      initializers,
      inputs: [{ name: 'image', elementType: DATA_TYPE.float, shape: inShape }],
      outputs: [{ name: outName, elementType: DATA_TYPE.float, shape: outShape }],
      valueInfo: [],
    },
  };
}
const check = (parts: Parts) => checkOnnx(write(encodeModel(modelOf(parts))));

describe('a network of supported layers', () => {
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
    const info = { width: 1, size: 96, classes: 7, heads: ['votes'], epoch: 0 };
    const network = await initialNetwork(info, 'none', new Uint8Array(), 1, silent);
    const report = await checkOnnx(write(buildInferenceGraph(foldTrained(network), { batch: 1, head: 'votes' })));
    expect(report.findings).toEqual([]);
    expect(report.platforms).toEqual([...PLATFORMS]);
    expect(report.bytes).toBeLessThanOrEqual(9_200_000);
  });
});

/** One operator between input and output, what is said of it, and where it still runs. */
const single = (
  opType: string,
  attributes: Record<string, AttributeValue> = {},
  more: Partial<Parts> & { inputs?: string[] } = {},
): Parts => ({
  nodes: [node(opType, more.inputs ?? ['image'], 'y', attributes)],
  ...more,
});
const conv = (attributes: Record<string, AttributeValue>, dims = [4, 4, 3, 3]) =>
  single('Conv', attributes, { inputs: ['image', 'w'], initializers: [floats('w', dims)] });

describe('findings', () => {
  it.each<[string, Parts, RegExp]>([
    ['HardSwish', single('HardSwish', {}, { opset: 14 }), /no layer for HardSwish.*ReLU/],
    [
      'another clip',
      single('Clip', {}, { inputs: ['image', 'a', 'b'], initializers: [scalar('a', -1), scalar('b', 1)] }),
      /clips to -1 … 1/,
    ],
    [
      'quantized operators',
      single('QuantizeLinear', {}, { inputs: ['image', 's'], initializers: [scalar('s', 1)] }),
      /8-bit models as TFLite only/,
    ],
    [
      'an operator of another domain',
      { nodes: [{ ...node('Gelu', ['image'], 'y'), domain: 'com.microsoft' }] },
      /no standard ONNX operator/,
    ],
    ['an operator that has the name of a JavaScript member', single('constructor'), /no layer for constructor/],
    ['uneven strides', conv({ strides: { ints: [1, 2] } }), /strides 1,2 differ/],
    ['uneven dilations', conv({ dilations: { ints: [1, 2] } }), /dilations 1,2 differ/],
    ['pads beyond the kernel', conv({ pads: { ints: [4, 4, 4, 4] } }), /larger than the kernel/],
    ['a softmax over width', single('Softmax', { axis: { int: 3 } }), /along axis 3.*axis 1/],
    ['a concat of rows', single('Concat', { axis: { int: 2 } }, { inputs: ['image', 'image'] }), /joins along axis 2/],
    [
      'padding with the edge',
      single(
        'Pad',
        { mode: { string: 'edge' } },
        { inputs: ['image', 'p'], initializers: [integers('p', [0, 0, 1, 1, 0, 0, 1, 1])] },
      ),
      /mode is edge/,
    ],
    ['a dynamic batch', single('Relu', {}, { inShape: ['N', 4, 8, 8] }), /\[N,4,8,8\] is not fixed.*non-negative/],
    ['an unknown output', single('Relu', {}, { outShape: [1, null, 8, 8] }), /\[1,\?,8,8\] is not fixed/],
    ['a batch of two', single('Relu', {}, { inShape: [2, 4, 8, 8], outShape: [2, 4, 8, 8] }), /batch is 2/],
    [
      'shapes that do not combine',
      single('Mul', {}, { inputs: ['image', 'c'], initializers: [floats('c', [1, 4, 1, 8])] }),
      /do not have shapes that SnapML combines/,
    ],
    ['weights from the graph', { nodes: [node('Conv', ['image', 'image'], 'y')] }, /weights are computed/],
  ])('%s is an error', async (_, parts, message) => {
    const report = await check(parts);
    expect(report.accepted).toBe(false);
    const errors = report.findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message: text, wayOut }) => `${text}. ${wayOut}`).join('\n')).toMatch(message);
    expect(formatCheck(report)).toContain('will not take this model');
  });

  it.each<[string, Parts, RegExp, string[]]>([
    ['uneven pads', conv({ pads: { ints: [0, 0, 1, 1] } }), /pads 0,0,1,1 are not symmetric/, [...PLATFORMS]],
    [
      'grouped convolution',
      conv({ group: { int: 2 } }, [4, 2, 3, 3]),
      /Android GPUs do not run/,
      ['CPU', 'iPhone GPU', 'iPhone NPU'],
    ],
    [
      'Flatten',
      single('Flatten', {}, { outShape: [1, 256] }),
      /does not run on iPhone NPU/,
      ['CPU', 'iPhone GPU', 'Android GPU'],
    ],
    [
      'a mean over the picture',
      single('ReduceMean', { axes: { ints: [2, 3] } }),
      /does not run on iPhone NPU/,
      ['CPU', 'iPhone GPU', 'Android GPU'],
    ],
    ['a new operator set', single('Relu', {}, { opset: 17 }), /operator set is 17/, [...PLATFORMS]],
    [
      'a constant of three dimensions',
      single('Add', {}, { inputs: ['image', 'c'], initializers: [floats('c', [4, 1, 1])] }),
      /constant of 3 dimensions/,
      [...PLATFORMS],
    ],
    [
      'an output without a name',
      single('Relu', {}, { outName: '270', nodes: [node('Relu', ['image'], '270')] }),
      /no plain word/,
      [...PLATFORMS],
    ],
    ['a node that does nothing', single('Identity'), /does nothing here/, [...PLATFORMS]],
  ])('%s is a warning', async (_, parts, message, platforms) => {
    const report = await check(parts);
    expect(report.accepted).toBe(true);
    expect(report.findings.map(({ message: text }) => text).join('\n')).toMatch(message);
    expect(report.platforms).toEqual(platforms);
  });

  it('name the node', async () => {
    const report = await check(single('HardSigmoid'));
    expect(report.findings[0].node).toBe('HardSigmoid the_HardSigmoid_y');
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
    await expect(checkOnnx(path)).rejects.toThrow(/has 2,147,483,648 bytes.*10,000,000/);
  });

  it.each([
    ['missing', join(folder, 'none.onnx'), /none\.onnx.*does not exist/],
    ['a directory', folder, /is a directory/],
  ])('are named when they are %s', async (_, path, message) => {
    await expect(checkOnnx(path)).rejects.toThrow(message);
  });

  it('give a message, or a report, wherever they are cut off', async () => {
    const whole = encodeModel(modelOf(conv({})));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        const path = write(whole.subarray(0, length));
        try {
          CheckReportSchema.parse(await checkOnnx(path));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
          expect((thrown as Error).message).toContain(path);
        }
      }),
      { numRuns: 60 },
    );
  });
});
