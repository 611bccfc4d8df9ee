import { describe, expect, it } from 'vitest';
import { toOperatorSet11 } from '../../../ml/import/passes/operator-set.ts';
import type { OnnxModel } from '../../../ml/onnx/model.ts';
import { scalar } from '../../check/check-models.ts';
import { expectSameAnswers } from './equal-answers.ts';
import { integers, model, node, operatorsOf, weights } from './models.ts';

const inShape = [1, 4, 6, 5];

describe('operator set 11', () => {
  it.each<[string, OnnxModel]>([
    [
      'Clip of set 7',
      model({ inShape, opset: 7, nodes: [node('Clip', ['image'], 'y', { min: { float: -1 }, max: { float: 1 } })] }),
    ],
    ['Clip with one bound', model({ inShape, opset: 9, nodes: [node('Clip', ['image'], 'y', { max: { float: 1 } })] })],
    [
      'Pad of set 9',
      model({
        inShape,
        opset: 9,
        nodes: [node('Pad', ['image'], 'y', { pads: { ints: [0, 0, 1, 2, 0, 0, 0, 1] }, value: { float: 3 } })],
      }),
    ],
    [
      'Slice of set 9',
      model({
        inShape,
        opset: 9,
        nodes: [node('Slice', ['image'], 'y', { starts: { ints: [0, 1] }, ends: { ints: [1, 3] } })],
      }),
    ],
    [
      'Upsample of set 9',
      model({
        inShape,
        opset: 9,
        nodes: [node('Upsample', ['image', 'scales'], 'y')],
        initializers: [{ ...weights('scales', [4]), raw: new Uint8Array(Float32Array.of(1, 1, 2, 2).buffer) }],
      }),
    ],
    [
      'Resize of set 10',
      model({
        inShape,
        opset: 10,
        nodes: [node('Resize', ['image', 'scales'], 'y', { mode: { string: 'linear' } })],
        initializers: [{ ...weights('scales', [4]), raw: new Uint8Array(Float32Array.of(1, 1, 2, 2).buffer) }],
      }),
    ],
    [
      'Resize of set 13 without region and scales',
      model({
        inShape,
        nodes: [node('Resize', ['image', '', '', 'sizes'], 'y')],
        initializers: [integers('sizes', [1, 4, 12, 10])],
      }),
    ],
    [
      'Squeeze, Unsqueeze and ReduceMean of set 18',
      model({
        inShape,
        opset: 18,
        nodes: [
          node('ReduceMean', ['image', 'axes'], 'm'),
          node('Squeeze', ['m', 'axes'], 's'),
          node('Unsqueeze', ['s', 'axes'], 'y'),
        ],
        initializers: [integers('axes', [2, 3])],
      }),
    ],
    ['Softmax along the last axis', model({ inShape, nodes: [node('Softmax', ['image'], 'y')] })],
    [
      'Softmax along the channels of many places',
      model({ inShape, nodes: [node('Softmax', ['image'], 'y', { axis: { int: 1 } })] }),
    ],
    [
      'Softmax of set 11',
      model({ inShape, opset: 11, nodes: [node('Softmax', ['image'], 'y', { axis: { int: 1 } })] }),
    ],
    [
      'Clip of set 13',
      model({ inShape, nodes: [node('Clip', ['image', 'low'], 'y')], initializers: [scalar('low', 0)] }),
    ],
  ])('says the same: %s', async (_, before) => {
    const after = toOperatorSet11(before);
    expect(after.opsets[0].version).toBe(11);
    await expectSameAnswers(after, before, 1e-6);
  });

  it('leaves a model that it cannot express in its own set', () => {
    const before = model({ inShape, opset: 20, nodes: [node('Gelu', ['image'], 'g'), node('Relu', ['g'], 'y')] });
    expect(toOperatorSet11(before).opsets[0].version).toBe(20);
    expect(operatorsOf(toOperatorSet11(before))).toEqual(['Gelu', 'Relu']);
  });
});
