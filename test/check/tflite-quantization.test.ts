import { describe, expect, it } from 'vitest';
import { formatCheck } from '../../ml/check/report.ts';
import {
  type Changes,
  changed,
  checkChanges,
  floats,
  STEPS,
  single,
  strides,
  tfliteOf,
} from './check-tflite-models.ts';

describe('numbers that break the 8-bit specification', () => {
  it.each<[string, Changes['tensors'], RegExp]>([
    ['no scale', { a: { scale: [], zeroPoint: [] } }, /a: the type is int8, but there is no scale/],
    ['a scale of 0', { c: { scale: [0] } }, /c: the scale is 0, not a positive number/],
    ['an infinite scale', { c: { scale: [Number.POSITIVE_INFINITY] } }, /the scale is Infinity/],
    ['a zero point beyond int8', { c: { zeroPoint: [128] } }, /the zero point 128 is not in the range of int8/],
    ['a zero point beyond uint8', { image: { zeroPoint: [-1] } }, /the zero point -1 is not in the range of uint8/],
    ['too few scales', { w1: { scale: [1, 1], zeroPoint: [0, 0] } }, /w1: 2 scales and 2 zero points for .*axis 0/],
    ['too few zero points', { w1: { zeroPoint: [0] } }, /: 4 scales and 1 zero points/],
    [
      'scales by channel of a computed map',
      { b: { scale: [1, 1, 1, 1], zeroPoint: [0, 0, 0, 0], quantizedDimension: 3 } },
      /b: computed values with 4 scales/,
    ],
    ['weights about another number', { w1: { zeroPoint: [0, 0, 1, 0] } }, /weights have zero points other than 0/],
    [
      'weights along another axis',
      { w2: { shape: [4, 3, 3, 4], data: new Uint8Array(144), quantizedDimension: 0 } },
      /DEPTHWISE_CONV_2D b: the weights have scales along axis 0; the output channels are axis 3/,
    ],
    ['a bias of another type', { b1: { type: 'INT64', data: new Uint8Array(32) } }, /the bias is int64/],
    ['a bias about another number', { b1: { zeroPoint: [0, 0, 0, 1] } }, /the bias has a zero point other than 0/],
    [
      'a bias of another scale',
      { b3: { scale: [0.05 / 64, 0.05 / 128, 0.05 / 255, 1, 1, 1, 1] } },
      /CONV_2D e: the bias has the scale 0\.000196.* in channel 2; expected 0\.000195/,
    ],
    ['a bias of one scale', { b1: { scale: [1], zeroPoint: [0] } }, /the bias has 1 scales, the weights 4/],
    [
      'probabilities of another scale',
      { p: { scale: [1 / 255] } },
      /SOFTMAX p: the output has the scale 0\.0039.*1\/256/,
    ],
    ['probabilities about another number', { p: { zeroPoint: [0] } }, /the zero point 0; expected 1\/256 and -128/],
    ['a change of type', { c: { type: 'UINT8', zeroPoint: [5] } }, /ADD c: the input is int8 and the output uint8/],
    ['two types in one', { w1: { type: 'UINT8' } }, /the input is int8 and the weights are uint8/],
    ['too few weights', { w1: { data: new Uint8Array(50) } }, /w1: 50 bytes; the shape \[4,3,3,3\] takes 108/],
  ])('are an error: %s', async (_, tensors, message) => {
    const report = await checkChanges({ tensors });
    expect(report.accepted).toBe(false);
    expect(formatCheck(report)).toMatch(message);
  });

  it('are an error: another scale after a pooling', async () => {
    const options = { type: 'Pool2DOptions', value: { ...strides, filterWidth: 4, filterHeight: 4 } } as const;
    const steps = changed(4, { name: 'AVERAGE_POOL_2D', inputs: ['c'], options });
    expect(formatCheck(await checkChanges({ steps }))).toMatch(
      /AVERAGE_POOL_2D d: the scales or zero points of input and output differ/,
    );
    const same = {
      d: { scale: [0.1], zeroPoint: [5] },
      b3: { scale: tfliteOf({}).tensors[12].scale.map((s) => 2 * s) },
    };
    const report = await checkChanges({ steps, tensors: same });
    expect(report.findings).toEqual([]);
    expect(report.operators[4].layer).toBe('AvgPool');
  });

  it.each<[string, Changes, RegExp]>([
    ['a weight of -128', { tensors: { w2: { data: new Uint8Array(36).fill(0x80) } } }, /a weight is -128/],
    ['float maps with int8 weights', hybrid(), /float32 arithmetic with int8 weights/],
    ['uint8 weights', { ...uint8() }, /weights are uint8, as older tools/],
    ...STEPS.flatMap(({ name, version = 1 }, i): [string, Changes, RegExp][] =>
      version === 1
        ? []
        : [
            [
              `an old ${name}`,
              { steps: changed(i, { version: version - 1 }) },
              new RegExp(`${name} .*the version is ${version - 1}, but int8 needs ${version}`),
            ],
          ],
    ),
  ])('are a warning: %s', async (_, changes, message) => {
    const report = await checkChanges(changes);
    expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(report.accepted).toBe(true);
    expect(formatCheck(report)).toMatch(message);
  });
});

/** One convolution of floats by 8-bit weights. */
function hybrid(): Changes {
  const [, convolution] = STEPS;
  const float = (shape: number[]) => ({ type: 'FLOAT32', shape, scale: [], zeroPoint: [] }) as const;
  const tensors = {
    image: float([1, 8, 8, 3]),
    a: float([1, 4, 4, 4]),
    b1: { ...float([4]), data: new Uint8Array(16) },
  };
  return { tensors, steps: [{ ...convolution, inputs: ['image', 'w1', 'b1'] }], outputs: ['a'] };
}

/** One convolution of old: uint8 with zero points. */
function uint8(): Changes {
  const [, convolution] = STEPS;
  const tensors = {
    a: { type: 'UINT8', zeroPoint: [0] },
    w1: { type: 'UINT8', scale: [0.5], zeroPoint: [3] },
    b1: { scale: [0.5 / 128], zeroPoint: [0] },
  } as const;
  return { tensors, steps: [{ ...convolution, version: 1, inputs: ['image', 'w1', 'b1'] }], outputs: ['a'] };
}

describe('inputs and outputs', () => {
  it.each<[string, Changes, RegExp]>([
    ['a batch', { tensors: { image: { shape: [2, 8, 8, 3] } } }, /image: the batch is 2/],
    ['a side of 0', { tensors: { image: { shape: [1, 0, 8, 3] } } }, /shape \[1,0,8,3\] is not fixed/],
    ['five dimensions', single({ name: 'RELU' }, { y: { shape: [1, 1, 8, 8, 4] } }), /y: 5 dimensions/],
    ['another type', single({ name: 'RELU' }, { y: { type: 'INT32' } }), /y: the type is int32; expected float32/],
    ['none', { inputs: [] }, /the model has no input or no output/],
    [
      'a tensor from nowhere',
      { steps: changed(3, { inputs: ['a', 'nowhere'] }), tensors: { nowhere: {} } },
      /nowhere: used, but not computed/,
    ],
    ['an output from nowhere', { steps: STEPS.slice(0, -1) }, /prob: used, but not computed/],
    [
      'too large a file',
      { tensors: { weights: floats([2_600_000]) } },
      /the model has 10,40\d,\d+ bytes; all ML assets/,
    ],
  ])('are refused for %s', async (_, changes, message) => {
    const report = await checkChanges(changes);
    expect(report.accepted).toBe(false);
    expect(formatCheck(report)).toMatch(message);
  });

  it.each<[string, Changes, RegExp]>([
    [
      'int8',
      { steps: STEPS.slice(1), inputs: ['inner'] },
      /inner: the type is int8; Snap only documents uint8 and float32/,
    ],
    [
      'a shape that may change',
      { tensors: { image: { shapeSignature: [-1, 8, 8, 3] } } },
      /may change to \[-1,8,8,3\]/,
    ],
    [
      'many channels',
      single({ name: 'RELU' }, { image: { shape: [1, 4, 4, 8], type: 'FLOAT32', scale: [] } }),
      /8 channels/,
    ],
    ['a name with a colon', { tensors: { image: { name: 'image:0' } } }, /image:0: the name is not a plain word/],
    ['two', { outputs: ['prob', 'a'] }, /the model has 2 outputs \(prob, a\)/],
  ])('may be %s, which is said', async (_, changes, message) => {
    const report = await checkChanges(changes);
    expect(report.accepted).toBe(true);
    expect(formatCheck(report)).toMatch(message);
  });
});
