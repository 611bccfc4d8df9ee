import { describe, expect, it } from 'vitest';
import { foldAffine } from '../../../ml/import/passes/fold-affine.ts';
import type { OnnxModel } from '../../../ml/onnx/model.ts';
import { expectSameAnswers } from './equal-answers.ts';
import { model, node, operatorsOf, weights } from './models.ts';

const pads = { pads: { ints: [1, 1, 1, 1] } };
const statistics = [weights('s', [4]), weights('b', [4]), weights('m', [4]), weights('v', [4], 0.5, 2)];
const norm = (input: string, output: string) => node('BatchNormalization', [input, 's', 'b', 'm', 'v'], output);
const channels = weights('perChannel', [1, 4, 1, 1]);

describe('what is done to each channel', () => {
  it.each<[string, OnnxModel, string[]]>([
    [
      'folds into the convolution before it',
      model({
        nodes: [
          node('Conv', ['image', 'w'], 'c', pads),
          norm('c', 'n'),
          node('Mul', ['perChannel', 'n'], 'x'),
          node('Add', ['x', 'one'], 'y'),
        ],
        initializers: [weights('w', [4, 4, 3, 3]), ...statistics, channels, weights('one', [1])],
      }),
      ['Conv'],
    ],
    [
      'folds into the convolution after it, a sum too if nothing is padded',
      model({
        nodes: [norm('image', 'n'), node('Conv', ['n', 'w', 'bias'], 'y')],
        initializers: [weights('w', [6, 4, 3, 3]), weights('bias', [6]), ...statistics],
      }),
      ['Conv'],
    ],
    [
      'folds into a convolution in groups',
      model({
        nodes: [norm('image', 'n'), node('Conv', ['n', 'w'], 'y', { group: { int: 2 } })],
        initializers: [weights('w', [6, 2, 3, 3]), ...statistics],
      }),
      ['Conv'],
    ],
    [
      'stays in front of padding if it adds something',
      model({
        nodes: [norm('image', 'n'), node('Conv', ['n', 'w'], 'y', pads)],
        initializers: [weights('w', [6, 4, 3, 3]), ...statistics],
      }),
      ['BatchNormalization', 'Conv'],
    ],
    [
      'passes padding if it only multiplies',
      model({
        nodes: [node('Mul', ['image', 'perChannel'], 'n'), node('Conv', ['n', 'w'], 'y', pads)],
        initializers: [weights('w', [6, 4, 3, 3]), channels],
      }),
      ['Conv'],
    ],
    [
      'stays where others read it',
      model({
        nodes: [node('Conv', ['image', 'w'], 'c'), norm('c', 'n'), node('Mul', ['c', 'n'], 'y')],
        initializers: [weights('w', [4, 4, 3, 3]), ...statistics],
      }),
      ['Conv', 'BatchNormalization', 'Mul'],
    ],
    [
      'stays if it differs from place to place',
      model({
        nodes: [node('Conv', ['image', 'w'], 'c', pads), node('Add', ['c', 'places'], 'y')],
        initializers: [weights('w', [4, 4, 3, 3]), weights('places', [1, 1, 8, 8])],
      }),
      ['Conv', 'Add'],
    ],
  ])('%s', async (_, before, operators) => {
    const after = foldAffine(before);
    await expectSameAnswers(after, before, 1e-5);
    expect(operatorsOf(after)).toEqual(operators);
  });
});
