import { describe, expect, it } from 'vitest';
import { channelsFirst } from '../../../ml/import/passes/channels-first.ts';
import type { OnnxModel } from '../../../ml/onnx/model.ts';
import { expectSameAnswers } from './equal-answers.ts';
import { integers, model, node, operatorsOf, weights } from './models.ts';

const nhwc = { perm: { ints: [0, 2, 3, 1] } };
const nchw = { perm: { ints: [0, 3, 1, 2] } };
const last = [1, 6, 5, 3];
const first = [1, 3, 6, 5];
const set11 = (parts: Parameters<typeof model>[0]): OnnxModel => model({ ...parts, opset: 11 });

describe('the channels come first', () => {
  it.each<[string, OnnxModel, string[]]>([
    [
      'a convolution between two Transposes',
      set11({
        inShape: last,
        nodes: [
          node('Transpose', ['image'], 't', nchw),
          node('Conv', ['t', 'w'], 'c'),
          node('Transpose', ['c'], 'y', nhwc),
        ],
        initializers: [weights('w', [5, 3, 3, 3])],
      }),
      ['Conv'],
    ],
    [
      'operands for channels, rows, single numbers and all',
      set11({
        inShape: last,
        nodes: [
          node('Add', ['image', 'c'], 'a'),
          node('Mul', ['r', 'a'], 'b'),
          node('Add', ['b', 'n'], 'd'),
          node('Mul', ['d', 'all'], 'y'),
        ],
        initializers: [weights('c', [3]), weights('r', [6, 1, 1]), weights('n', []), weights('all', last)],
      }),
      ['Add', 'Mul', 'Add', 'Mul'],
    ],
    [
      'Flatten and Gemm of an image with the channels first',
      set11({
        inShape: first,
        nodes: [node('Flatten', ['image'], 'f'), node('Gemm', ['f', 'w', 'b'], 'y', { beta: { float: 2 } })],
        initializers: [weights('w', [90, 4]), weights('b', [1])],
      }),
      ['Conv'],
    ],
    [
      'a matrix on the channels of each place',
      set11({ inShape: last, nodes: [node('MatMul', ['image', 'w'], 'y')], initializers: [weights('w', [3, 4])] }),
      ['Conv'],
    ],
    [
      'means over channels, and over all',
      set11({
        inShape: last,
        nodes: [
          node('ReduceMean', ['image'], 'a', { axes: { ints: [-1] } }),
          node('Mul', ['image', 'a'], 'b'),
          node('ReduceMean', ['b'], 'y', { axes: { ints: [1, 2] }, keepdims: { int: 0 } }),
        ],
      }),
      ['ReduceMean', 'Mul', 'GlobalAveragePool'],
    ],
    [
      'flattened branches in one row',
      set11({
        inShape: last,
        nodes: [
          node('Reshape', ['image', 'row'], 'a'),
          node('ReduceMean', ['image'], 'b', { axes: { ints: [1, 2] }, keepdims: { int: 0 } }),
          node('Concat', ['a', 'b'], 'c', { axis: { int: -1 } }),
          node('MatMul', ['c', 'w'], 'd'),
          node('Softmax', ['d'], 'y', { axis: { int: 1 } }),
        ],
        initializers: [integers('row', [1, 90]), weights('w', [93, 4])],
      }),
      ['GlobalAveragePool', 'Transpose', 'Reshape', 'Concat', 'Conv', 'Softmax'],
    ],
    [
      'batch norm of a row',
      set11({
        inShape: first,
        nodes: [
          node('GlobalAveragePool', ['image'], 'p'),
          node('Squeeze', ['p'], 'q', { axes: { ints: [2, 3] } }),
          node('BatchNormalization', ['q', 's', 'b', 'm', 'v'], 'y'),
        ],
        initializers: [weights('s', [3]), weights('b', [3]), weights('m', [3]), weights('v', [3], 1, 2)],
      }),
      ['GlobalAveragePool', 'BatchNormalization'],
    ],
    [
      'what no image can be is computed as it was',
      set11({
        inShape: first,
        nodes: [
          node('Reshape', ['image', 'five'], 'r'),
          node('Transpose', ['r'], 't', { perm: { ints: [0, 2, 1, 3, 4] } }),
          node('Reshape', ['t', 'four'], 'y'),
        ],
        initializers: [integers('five', [1, 3, 2, 3, 5]), integers('four', [1, 2, 9, 5])],
      }),
      ['Reshape', 'Transpose', 'Reshape'],
    ],
  ])('%s', async (_, before, operators) => {
    const after = channelsFirst(before);
    await expectSameAnswers(after, before, 1e-5);
    expect(operatorsOf(after).toSorted()).toEqual(operators.toSorted());
  });
});
