import { describe, expect, it } from 'vitest';
import { checkContent } from '../../../ml/check/check-model.ts';
import { simplify } from '../../../ml/import/passes/simplify.ts';
import { encodeModel, type OnnxModel } from '../../../ml/onnx/model.ts';
import { expectSameAnswers } from './equal-answers.ts';
import { branchesLike, evaluate, kerasLike, operatorsOf, pytorchLike } from './models.ts';

const simple = (model: OnnxModel) => simplify(model, 'test.onnx', { evaluate });

describe('all passes together', () => {
  it.each<[string, OnnxModel, string[]]>([
    ['Keras with Flatten', kerasLike('flatten'), ['BatchNormalization', 'Conv', 'Relu', 'MaxPool', 'Conv', 'Softmax']],
    [
      'Keras with a mean',
      kerasLike('mean'),
      ['BatchNormalization', 'Conv', 'Relu', 'MaxPool', 'Add', 'GlobalAveragePool', 'Conv', 'Softmax'],
    ],
    ['PyTorch', pytorchLike(), ['Conv', 'Add', 'Clip', 'Mul', 'Mul', 'Conv', 'Sigmoid', 'Mul', 'Conv', 'Clip', 'Conv']],
    ['branches', branchesLike(), []],
  ])('leave the answers of a network as they were: %s', async (_, model, operators) => {
    const after = await simple(model);
    await expectSameAnswers(after, model);
    if (operators.length > 0) expect(operatorsOf(after)).toEqual(operators);
    const { accepted, findings } = checkContent(encodeModel(after), 'after.onnx');
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(accepted).toBe(true);
    expect(after.opsets).toEqual([{ domain: '', version: 11 }]);
  });
});
