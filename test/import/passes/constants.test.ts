import { describe, expect, it } from 'vitest';
import { foldConstants } from '../../../ml/import/passes/constants.ts';
import { removeNoOperations } from '../../../ml/import/passes/no-operations.ts';
import { fixShapes } from '../../../ml/import/passes/static-shapes.ts';
import { DATA_TYPE, type OnnxTensor } from '../../../ml/onnx/model.ts';
import { scalar } from '../../check/check-models.ts';
import { expectSameAnswers } from './equal-answers.ts';
import { evaluate, integers, model, node, operatorsOf, pytorchLike, weights } from './models.ts';

const fold = (parts: Parameters<typeof model>[0]) => foldConstants(model(parts), 'test.onnx', evaluate);
const bytes = (name: string, dims: number[], dataType: number, raw: ArrayLike<number>): OnnxTensor => ({
  name,
  dims,
  dataType,
  raw: Uint8Array.from(raw),
});

describe('shapes', () => {
  it('become fixed, and what was computed of them constant', async () => {
    const before = pytorchLike();
    const after = fixShapes(before, 'test.onnx');
    expect(after.graph.inputs[0].shape).toEqual([1, 3, 8, 8]);
    expect(operatorsOf(after)).not.toContain('Shape');
    expect(operatorsOf(after)).not.toContain('Gather');
    await expectSameAnswers(after, before, 1e-6);
  });

  it('of pictures are asked for where a file leaves them open', () => {
    const open = model({ inShape: ['batch', 3, 'height', 'width'], nodes: [node('Relu', ['image'], 'y')] });
    expect(() => fixShapes(open, 'test.onnx')).toThrow(
      'the input "image" has the shape [batch,3,height,width]; give the side of its pictures',
    );
    expect(fixShapes(open, 'test.onnx', 24).graph.inputs[0].shape).toEqual([1, 3, 24, 24]);
  });
});

describe('constants', () => {
  const inShape = [1, 4, 6, 5];

  it('are computed, whatever operators they come from', async () => {
    const parts = {
      inShape,
      nodes: [
        node('Constant', [], 'c', { value: { tensor: weights('', [4]) } }),
        node('Sqrt', ['positive'], 's'),
        node('Mul', ['c', 's'], 'product'),
        node('Reshape', ['product', 'target'], 'shaped'),
        node('Add', ['image', 'shaped'], 'y'),
      ],
      initializers: [weights('positive', [4], 1, 2), integers('target', [4, 1, 1])],
    };
    const after = await fold(parts);
    expect(operatorsOf(after)).toEqual(['Add']);
    await expectSameAnswers(after, model(parts), 1e-6);
  });

  it('of float16, double or int8 with a scale become floats', async () => {
    // 1, −2, 0.5 and 65504 in IEEE 754 binary16.
    const half = bytes('half', [4, 1, 1], DATA_TYPE.float16, [0x00, 0x3c, 0x00, 0xc0, 0x00, 0x38, 0xff, 0x7b]);
    const after = await fold({
      inShape,
      nodes: [
        node('Cast', ['half'], 'h', { to: { int: DATA_TYPE.float } }),
        node('DequantizeLinear', ['q', 'scale', 'zero'], 'd'),
        node('Add', ['image', 'h'], 'a'),
        node('Mul', ['a', 'd'], 'y'),
      ],
      initializers: [
        half,
        bytes('q', [1], DATA_TYPE.int8, [0xfe]),
        scalar('scale', 0.25),
        bytes('zero', [], DATA_TYPE.int8, [1]),
      ],
    });
    expect(operatorsOf(after)).toEqual(['Add', 'Mul']);
    const values = Object.fromEntries(
      after.graph.initializers.map(({ name, raw }) => [name, [...new Float32Array(raw.slice().buffer)]]),
    );
    expect(values).toEqual({ h: [1, -2, 0.5, 65504], d: [-0.75] });
  });

  it('of a whole network in float16 make it one of floats', async () => {
    const half = bytes('half', [4, 1, 1], DATA_TYPE.float16, [0x00, 0x3c, 0x00, 0xc0, 0x00, 0x38, 0x00, 0x3c]);
    const after = removeNoOperations(
      await fold({
        inShape,
        inType: DATA_TYPE.float16,
        outType: DATA_TYPE.float16,
        nodes: [
          node('Add', ['image', 'half'], 'a'),
          node('Cast', ['a'], 'b', { to: { int: DATA_TYPE.float } }),
          node('Relu', ['b'], 'y'),
        ],
        initializers: [half],
      }),
    );
    expect(operatorsOf(after)).toEqual(['Add', 'Relu']);
    expect([after.graph.inputs[0].elementType, after.graph.outputs[0].elementType]).toEqual([
      DATA_TYPE.float,
      DATA_TYPE.float,
    ]);
  });

  it('that would fill the memory are refused before they are computed', async () => {
    const huge = fold({
      inShape,
      nodes: [node('ConstantOfShape', ['shape'], 'c'), node('Add', ['image', 'c'], 'y')],
      initializers: [integers('shape', [100_000, 100_000])],
    });
    await expect(huge).rejects.toThrow('test.onnx: its constants have 10,000,000,000 numbers');
  });
});

describe('nodes without effect', () => {
  it('are left out, and outputs keep their names', async () => {
    const before = model({
      nodes: [
        node('Identity', ['image'], 'i'),
        node('Relu', ['i'], 'r'),
        node('Dropout', ['r'], 'd'),
        node('Reshape', ['d', 'same'], 's'),
        node('Transpose', ['s'], 't', { perm: { ints: [0, 1, 2, 3] } }),
        node('Concat', ['t'], 'y', { axis: { int: 1 } }),
      ],
      initializers: [integers('same', [1, 4, 8, 8])],
    });
    const after = removeNoOperations(before);
    expect(operatorsOf(after)).toEqual(['Relu']);
    await expectSameAnswers(after, before, 1e-9);
  });
});
