import { describe, expect, it } from 'vitest';
import { withoutRounding } from '../../../ml/import/passes/without-rounding.ts';
import { DATA_TYPE } from '../../../ml/onnx/model.ts';
import { scalar } from '../../check/check-models.ts';
import { answersOf } from './equal-answers.ts';
import { model, node, operatorsOf } from './models.ts';

const zero = (name: string, value: number) => ({
  name,
  dims: [],
  dataType: DATA_TYPE.uint8,
  raw: Uint8Array.of(value),
});

/** Through 8 bits twice: with negative numbers, and from 0 on, where the integers clip as ReLU does. */
const rounded = () =>
  model({
    nodes: [
      node('QuantizeLinear', ['image', 'step', 'middle'], 'q'),
      node('DequantizeLinear', ['q', 'step', 'middle'], 'd'),
      node('Sin', ['d'], 's'),
      node('QuantizeLinear', ['s', 'fine', 'none'], 'p'),
      node('DequantizeLinear', ['p', 'fine', 'none'], 'y'),
    ],
    initializers: [scalar('step', 0.02), zero('middle', 128), scalar('fine', 0.003), zero('none', 0)],
  });

describe('rounding to 8 bits', () => {
  it('is left out, but for what it clips', async () => {
    const before = rounded();
    const after = withoutRounding(before);
    expect(operatorsOf(after)).toEqual(['Sin', 'Clip']);
    const [[{ values: expected }], [{ values }]] = [await answersOf(before), await answersOf(after, before)];
    // Half a step of both, and no number below 0 or above 255 fine ones.
    for (const [i, value] of expected.entries()) expect(Math.abs(value - values[i])).toBeLessThan(0.0116);
    expect(Math.min(...values)).toBe(0);
    expect(Math.max(...values)).toBeCloseTo(255 * 0.003, 5);
  });
});
