import { describe, expect, it } from 'vitest';
import { explicitPadding } from '../../../ml/import/passes/explicit-padding.ts';
import type { AttributeValue, OnnxModel } from '../../../ml/onnx/model.ts';
import { expectSameAnswers } from './equal-answers.ts';
import { model, node, operatorsOf, weights } from './models.ts';

const window = (opType: string, attributes: Record<string, AttributeValue>, before = 'Relu'): OnnxModel =>
  model({
    opset: 11,
    inShape: [1, 4, 8, 7],
    nodes: [node(before, ['image'], 'x'), node(opType, opType === 'Conv' ? ['x', 'w'] : ['x'], 'y', attributes)],
    initializers: [weights('w', [6, 4, 3, 3])],
  });
const same = (mode: string, stride: number) => ({
  auto_pad: { string: mode },
  strides: { ints: [stride, stride] },
  kernel_shape: { ints: [3, 3] },
});

describe('padding', () => {
  it.each<[string, OnnxModel, string[]]>([
    ['even SAME of a convolution', window('Conv', same('SAME_UPPER', 1)), ['Relu', 'Conv']],
    ['uneven SAME of a convolution', window('Conv', same('SAME_UPPER', 2)), ['Relu', 'Pad', 'Conv']],
    ['uneven SAME at the beginning', window('Conv', same('SAME_LOWER', 2)), ['Relu', 'Pad', 'Conv']],
    ['VALID', window('Conv', same('VALID', 2)), ['Relu', 'Conv']],
    ['uneven numbers', window('Conv', { pads: { ints: [0, 1, 1, 1] } }), ['Relu', 'Pad', 'Conv']],
    ['a maximum of what is not negative', window('MaxPool', same('SAME_UPPER', 2)), ['Relu', 'Pad', 'MaxPool']],
    ['a maximum of any numbers', window('MaxPool', same('SAME_UPPER', 2), 'Sin'), ['Sin', 'MaxPool']],
    ['a mean', window('AveragePool', same('SAME_UPPER', 2)), ['Relu', 'AveragePool']],
  ])('is stated in numbers, with the same answers: %s', async (_, before, operators) => {
    const after = explicitPadding(before);
    await expectSameAnswers(after, before, 1e-6);
    expect(operatorsOf(after)).toEqual(operators);
    for (const { attributes } of after.graph.nodes) expect(attributes).not.toHaveProperty('auto_pad');
  });

  it('of SAME with dilations, which ONNX Runtime does not take, is that of their reach', async () => {
    const dilated = { kernel_shape: { ints: [3, 3] }, dilations: { ints: [2, 2] } };
    const after = explicitPadding(window('Conv', { ...dilated, auto_pad: { string: 'SAME_UPPER' } }));
    await expectSameAnswers(after, window('Conv', { ...dilated, pads: { ints: [2, 2, 2, 2] } }), 1e-6);
  });
});
