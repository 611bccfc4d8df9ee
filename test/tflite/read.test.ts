import { Builder } from 'flatbuffers';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { buildTflite, type ModelSpec, ONE_CONVOLUTION } from './build.ts';

const FILE = 'net.tflite';
const valid = buildTflite(ONE_CONVOLUTION);

function refusal(bytes: Uint8Array): string {
  try {
    readTflite(bytes, FILE);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UserError);
    return (thrown as Error).message;
  }
  throw new Error('the file was read');
}

describe('reading a .tflite file', () => {
  it('gives the tensors, the operators and their options', () => {
    const model = readTflite(valid, FILE);
    const [image, kernel, bias, features] = model.tensors;
    expect(model).toMatchObject({ version: 3, description: 'built by hand', inputs: [image], outputs: [features] });
    expect(image).toEqual({
      name: 'image',
      type: 'UINT8',
      shape: [1, 4, 4, 2],
      data: new Uint8Array(),
      scale: [0.5],
      zeroPoint: [128],
      quantizedDimension: 0,
    });
    expect(kernel).toMatchObject({ type: 'INT8', shape: [3, 1, 1, 2], scale: [0.5, 0.25, 2], zeroPoint: [0, 1, -1] });
    expect([...kernel.data]).toEqual([0, 1, 127, 128, 255, 2]);
    expect(bias).toMatchObject({ name: 'bias', type: 'INT32', shape: [3], scale: [0.25], zeroPoint: [0] });
    expect(model.operators).toHaveLength(1);
    const [convolution] = model.operators;
    expect(convolution.name).toBe('CONV_2D');
    expect(convolution.inputs).toEqual([image, kernel, bias]);
    expect(convolution.outputs[0]).toBe(features);
    expect(convolution.options).toEqual({
      type: 'Conv2DOptions',
      value: {
        padding: 'VALID',
        strideWidth: 2,
        strideHeight: 2,
        activation: 'NONE',
        dilationWidth: 1,
        dilationHeight: 1,
      },
    });
  });

  it('gives weights as views of the file, wherever that lies in memory', () => {
    const moved = new Uint8Array(valid.length + 3).subarray(3);
    moved.set(valid);
    const { data } = readTflite(moved, FILE).tensors[1];
    expect(data.buffer).toBe(moved.buffer);
    expect([...data]).toEqual([0, 1, 127, 128, 255, 2]);
  });

  it('tells a depthwise convolution by its own options', () => {
    const [operator] = ONE_CONVOLUTION.operators;
    const depthwise = { ...operator, code: 4, convolution: { stride: 1, dilation: 3 } };
    const { operators } = readTflite(buildTflite({ ...ONE_CONVOLUTION, operators: [depthwise] }), FILE);
    expect(operators[0]).toMatchObject({
      name: 'DEPTHWISE_CONV_2D',
      options: {
        type: 'DepthwiseConv2DOptions',
        value: { padding: 'SAME', strideWidth: 1, depthMultiplier: 1, dilationWidth: 3, dilationHeight: 3 },
      },
    });
  });

  it('reads operators of either code field, unknown ones and inputs that are left out', () => {
    const operators = [41, 117, 126, 200, 999].map((code) => ({ code, inputs: [0, -1], outputs: [3] }));
    const read = readTflite(buildTflite({ ...ONE_CONVOLUTION, operators }), FILE).operators;
    const names = ['SUB', 'HARD_SWISH', 'BATCH_MATMUL', 'STABLEHLO_WHILE', 'operator 999'];
    expect(read.map(({ name }) => name)).toEqual(names);
    expect(read[0].inputs[1]).toBeNull();
    expect(read[0].options).toBeUndefined();
  });
});

describe('a file that is no whole .tflite file', () => {
  it.each([
    ['very short', valid.slice(0, 7), 'it has 7 bytes'],
    ['a text', new TextEncoder().encode('emotion,pixels,Usage\n'), '"ion,"'],
    ['an ONNX model', Uint8Array.from([8, 7, 18, 4, 116, 101, 115, 116, 58, 0]), '"test"'],
  ])('%s is refused by its identifier', (_, bytes, found) => {
    expect(refusal(bytes)).toBe(
      `${FILE} is not a .tflite file: its bytes 4 to 7 are ${found.startsWith('it') ? `missing (${found})` : found}, ` +
        'expected "TFL3"; choose a TensorFlow Lite model',
    );
  });

  it('is refused where the root lies outside', () => {
    const bytes = valid.slice();
    bytes.set([0xff, 0xff, 0xff, 0xff]);
    expect(refusal(bytes)).toMatch(
      /^net\.tflite is not a complete \.tflite file: it refers to bytes 4294967295 to .*again$/,
    );
  });

  it('is refused where a field lies outside of its table', () => {
    const bytes = valid.slice();
    const view = new DataView(bytes.buffer);
    const root = view.getUint32(0, true);
    const firstField = root - view.getInt32(root, true) + 4;
    view.setUint16(firstField, 200, true);
    expect(refusal(bytes)).toContain(`field 0 of the table at byte ${root} lies outside of it`);
  });

  const [operator] = ONE_CONVOLUTION.operators;
  const [image, ...tensors] = ONE_CONVOLUTION.tensors;
  const flawed: [flaw: string, changes: Partial<ModelSpec>, message: RegExp][] = [
    ['another version', { version: 2 }, /schema version 2 and 1 subgraphs; expected version 3 and one/],
    ['two subgraphs', { subgraphs: 2 }, /2 subgraphs; expected/],
    ['no subgraph', { subgraphs: 0 }, /0 subgraphs; expected/],
    ['a missing tensor', { operators: [{ ...operator, inputs: [0, 9] }] }, /refers to tensor 9, but has 4/],
    ['a missing output', { outputs: [-2] }, /refers to tensor -2, but has 4/],
    ['a negative side', { tensors: [{ ...image, shape: [1, -4] }, ...tensors] }, /"image" has the shape \[1,-4\]/],
    [
      'an unknown type',
      { tensors: [{ ...image, type: 99 }, ...tensors] },
      /the code 99 at byte \d+ is none of FLOAT32/,
    ],
  ];
  it.each(flawed)('is refused for %s', (_, changes, message) => {
    expect(refusal(buildTflite({ ...ONE_CONVOLUTION, ...changes }))).toMatch(message);
  });

  it('is refused at once where tables share one long vector, which would take hours to read', () => {
    const count = 200_000;
    const builder = new Builder(1 << 20);
    builder.startVector(4, count, 4);
    for (let i = 0; i < count; i++) builder.addInt32(1);
    const shape = builder.endVector();
    builder.startObject(1);
    builder.addFieldOffset(0, shape, 0);
    const tensor = builder.endObject();
    builder.startVector(4, count, 4);
    for (let i = 0; i < count; i++) builder.addOffset(tensor);
    const tensors = builder.endVector();
    builder.startObject(1);
    builder.addFieldOffset(0, tensors, 0);
    const graph = builder.endObject();
    builder.startVector(4, 1, 4);
    builder.addOffset(graph);
    const graphs = builder.endVector();
    builder.startObject(3);
    builder.addFieldInt32(0, 3, 0);
    builder.addFieldOffset(2, graphs, 0);
    builder.finish(builder.endObject(), 'TFL3');
    expect(refusal(builder.asUint8Array())).toContain('its tables overlap');
  });
});
