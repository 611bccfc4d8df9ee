import { describe, expect, it } from 'vitest';
import { decompose } from '../../../ml/import/passes/decompose.ts';
import type { AttributeValue } from '../../../ml/onnx/model.ts';
import { scalar } from '../../check/check-models.ts';
import { answersOf, expectSameAnswers } from './equal-answers.ts';
import { integers, model, node, operatorsOf, weights } from './models.ts';

const inShape = [1, 4, 6, 5];
const unary = (opType: string, attributes: Record<string, AttributeValue> = {}, opset = 20) =>
  model({ inShape, opset, nodes: [node(opType, ['image'], 'y', attributes)] });
const clipped = (low: string, high: string) =>
  model({
    inShape,
    nodes: [node('Clip', ['image', low, high], 'y')],
    initializers: [scalar('zero', 0), scalar('low', -0.5), scalar('high', 1.25), scalar('huge', 3.4028234e38)],
  });
const withConstant = (opType: string, constantFirst: boolean) =>
  model({
    inShape,
    nodes: [node('Exp', ['image'], 'e'), node(opType, constantFirst ? ['c', 'e'] : ['e', 'c'], 'y')],
    initializers: [weights('c', [4, 1, 1], 0.5, 2)],
  });

describe('operators that SnapML lacks', () => {
  it.each([
    ['HardSwish', unary('HardSwish')],
    ['HardSigmoid', unary('HardSigmoid', { alpha: { float: 0.4 }, beta: { float: 0.3 } })],
    ['HardSigmoid before operator set 11', unary('HardSigmoid', {}, 8)],
    ['Mish', unary('Mish')],
    ['Gelu', unary('Gelu')],
    ['Gelu by tanh', unary('Gelu', { approximate: { string: 'tanh' } })],
    ['Erf', unary('Erf')],
    ['Neg', unary('Neg')],
    ['GlobalMaxPool', unary('GlobalMaxPool')],
    ['Clip to both sides', clipped('low', 'high')],
    ['Clip from below', clipped('low', '')],
    ['Clip from above', clipped('', 'high')],
    ['Clip as ReLU', clipped('zero', 'huge')],
    [
      'ReduceSum',
      model({
        inShape,
        nodes: [node('ReduceSum', ['image', 'axes'], 'y', { keepdims: { int: 0 } })],
        initializers: [integers('axes', [-1, 2])],
      }),
    ],
    [
      'Split',
      model({
        inShape,
        nodes: [
          { ...node('Split', ['image', 'sizes'], 'a', { axis: { int: 1 } }), outputs: ['a', 'b'] },
          node('Mul', ['a', 'a'], 'c'),
          node('Concat', ['b', 'c'], 'y', { axis: { int: 1 } }),
        ],
        initializers: [integers('sizes', [1, 3])],
      }),
    ],
    ['Mean', model({ inShape, nodes: [node('Exp', ['image'], 'e'), node('Mean', ['e', 'image'], 'y')] })],
    ...['Sub', 'Div'].flatMap((opType): [string, ReturnType<typeof model>][] => [
      [`${opType} of a constant`, withConstant(opType, false)],
      [`${opType} from a constant`, withConstant(opType, true)],
    ]),
  ])('are written with others that give the same answers: %s', async (name, before) => {
    const after = decompose(before);
    const [opType] = name.split(' ');
    expect(operatorsOf(after)).not.toContain(name.startsWith('Clip to') ? '' : opType);
    await expectSameAnswers(after, before, 2e-6);
  });

  it('leave ReLU6 as it is', () => {
    const before = model({
      inShape,
      nodes: [node('Clip', ['image', 'zero', 'six'], 'y')],
      initializers: [scalar('zero', 0), scalar('six', 6)],
    });
    expect(operatorsOf(decompose(before))).toEqual(['Clip']);
  });

  it('computes erf within 1.5e-7 of a reference at known points', async () => {
    // erf(0.5), erf(1) and erf(2) to ten digits, from tables (Abramowitz and Stegun, table 7.1).
    const at = [0, 0.5, 1, 2, -1];
    const table = [0, 0.5204998778, 0.8427007929, 0.995322265, -0.8427007929];
    const points = weights('points', [5]);
    const raw = new Uint8Array(Float32Array.from(at).buffer);
    const before = model({
      inShape: [1],
      nodes: [node('Mul', ['image', 'zeroes'], 'z'), node('Add', ['z', 'points'], 'a'), node('Erf', ['a'], 'y')],
      initializers: [
        { ...points, raw },
        { ...points, name: 'zeroes', raw: new Uint8Array(20) },
      ],
    });
    const [{ values }] = await answersOf(decompose(before));
    for (const [i, value] of table.entries()) expect(Math.abs(values[i] - value)).toBeLessThan(4e-7);
  });
});
