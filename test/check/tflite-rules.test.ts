import { describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { CheckReportSchema, formatCheck } from '../../ml/check/report.ts';
import { PLATFORMS } from '../../ml/check/snapml.ts';
import { buildTflite, ONE_CONVOLUTION } from '../tflite/build.ts';
import { write } from './check-models.ts';
import {
  type Changes,
  changed,
  checkChanges,
  floats,
  int32,
  STEPS,
  single,
  strides,
  window,
} from './check-tflite-models.ts';

const NOT_IPHONE_NPU = ['CPU', 'iPhone GPU', 'Android GPU'];
const fused = { activation: 'NONE' } as const;

describe('an int8 network of supported layers', () => {
  it('is accepted on every platform, with what is not known for certain', async () => {
    const report = await checkChanges({});
    expect(report.accepted).toBe(true);
    expect(report.platforms).toEqual([...PLATFORMS]);
    expect(report.format).toBe('TensorFlow Lite, schema version 3');
    expect(report.findings.map(({ severity, node: name, found }) => `${severity} ${name}: ${found}`)).toEqual([
      "note MEAN d: Snap's table does not say what a MEAN becomes; if it is ReduceMean, the iPhone NPU lacks it",
    ]);
    expect(report.operators.map(({ operator, layer, count }) => [operator, layer, count])).toEqual([
      ['QUANTIZE', 'Linear', 1],
      ['CONV_2D', 'Conv', 2],
      ['DEPTHWISE_CONV_2D', 'Conv', 1],
      ['ADD', 'Eltwise Add', 1],
      ['MEAN', 'GlobalAvgPool', 1],
      ['SOFTMAX', 'Softmax', 1],
      ['DEQUANTIZE', 'Linear', 1],
    ]);
  });

  it('is described by a report that fits its schema and names each operator', async () => {
    const report = await checkChanges({});
    expect(CheckReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    for (const { name } of STEPS) expect(formatCheck(report)).toContain(name);
  });
});

/** A branch that is rescaled before it is added. */
const REQUANTIZED = {
  tensors: { again: { type: 'INT8', shape: [1, 4, 4, 4], scale: [0.2], zeroPoint: [0] } },
  steps: STEPS.flatMap((step) =>
    step.name === 'ADD'
      ? [
          { name: 'QUANTIZE', inputs: ['b'], outputs: ['again'] },
          { ...step, inputs: ['a', 'again'] },
        ]
      : [step],
  ),
} satisfies Changes;

describe('what SnapML has no layer for', () => {
  it.each<[string, Changes, RegExp]>([
    ['HARD_SWISH', single({ name: 'HARD_SWISH' }), /SnapML has no layer for HARD_SWISH.*ReLU/],
    [
      'QUANTIZE inside of the network, from floats',
      {
        tensors: { b: { type: 'FLOAT32', scale: [], zeroPoint: [] }, ...REQUANTIZED.tensors },
        steps: REQUANTIZED.steps,
      },
      /QUANTIZE again: SnapML has no layer for QUANTIZE inside the network.*one number format/,
    ],
    [
      'an activation other than ReLU',
      single({
        name: 'MUL',
        inputs: ['image', 'image'],
        options: { type: 'MulOptions', value: { activation: 'TANH' } },
      }),
      /the activation is TANH/,
    ],
    [
      'two strides',
      { steps: changed(1, { options: { type: 'Conv2DOptions', value: { ...window, strideWidth: 2 } } }) },
      /strides 1,2 differ/,
    ],
    [
      'two dilations',
      { steps: changed(1, { options: { type: 'Conv2DOptions', value: { ...window, dilationWidth: 2 } } }) },
      /dilations 1,2 differ/,
    ],
    ['a convolution without options', { steps: changed(1, { options: undefined }) }, /the options are missing/],
    ['computed weights', { steps: changed(5, { inputs: ['d', 'e', 'b3'] }) }, /weights are computed/],
    ['computed depthwise weights', { steps: changed(2, { inputs: ['a', 'c', 'b2'] }) }, /weights are computed/],
    [
      'operands that do not fit',
      single({ name: 'ADD', inputs: ['image', 'row'] }, { row: floats([1, 8, 1, 1]) }),
      /\[1,8,8,4\] and \[1,8,1,1\] do not have shapes/,
    ],
    [
      'a mean over rows',
      { tensors: { axes: int32(1) } },
      /MEAN d: reduction over axes 2. Reduce over the batch, the channels, or height and width/,
    ],
    ['a mean over computed axes', { tensors: { axes: { data: new Uint8Array() } } }, /the axes are computed/],
    [
      'padding by computed amounts',
      single({ name: 'PAD', inputs: ['image', 'amounts'] }, { amounts: { type: 'INT32', shape: [4, 2] } }),
      /the amounts are computed/,
    ],
    [
      'joining along the width',
      single({
        name: 'CONCATENATION',
        inputs: ['image', 'image'],
        options: { type: 'ConcatenationOptions', value: { axis: 2, ...fused } },
      }),
      /concatenation along height or width/,
    ],
    [
      'a pool of the largest along rows',
      single({ name: 'REDUCE_MAX', inputs: ['image', 'rows'] }, { rows: int32(1) }),
      /reduction over axes 2/,
    ],
    [
      'the winner of each row',
      single({ name: 'ARG_MAX', inputs: ['image', 'rows'] }, { rows: int32(1) }),
      /along axis 1/,
    ],
    [
      'an uneven resize',
      {
        ...single(
          { name: 'RESIZE_BILINEAR', inputs: ['image', 'to'] },
          { to: int32(16, 24), y: { shape: [1, 16, 24, 4] } },
        ),
      },
      /from 8×8 to 16×24/,
    ],
    [
      'a small number less a large tensor',
      single({ name: 'SUB', inputs: ['one', 'image'] }, { one: floats([1]) }),
      /first operand \[1\] is smaller than the second \[1,8,8,4\]/,
    ],
    [
      'a maximum of unequal shapes',
      single({ name: 'MAXIMUM', inputs: ['image', 'gate'] }, { gate: floats([4]) }),
      /Give both the same shape\.$/m,
    ],
    [
      'a part that is computed',
      single({ name: 'SLICE', inputs: ['image', 'from', 'from'] }, { from: { type: 'INT32', shape: [4] } }),
      /begin or size is computed/,
    ],
    ['a computed exponent', single({ name: 'POW', inputs: ['image', 'image'] }), /exponent is computed/],
    [
      'an index of computed rows',
      single({ name: 'GATHER', inputs: ['image', 'rows'] }, { rows: int32(0) }),
      /no layer for GATHER of anything but/,
    ],
    [
      'a custom operator',
      single({ name: 'CUSTOM', custom: 'MaxUnpooling2D' }),
      /the custom operator MaxUnpooling2D.*MediaPipe/,
    ],
    [
      'an operator of TensorFlow',
      single({ name: 'CUSTOM', custom: 'FlexErf' }),
      /custom operator FlexErf.*SELECT_TF_OPS/,
    ],
    [
      'five dimensions inside',
      {
        ...single({ name: 'RELU' }, { five: { shape: [1, 2, 4, 8, 4] } }),
        steps: [
          { name: 'RESHAPE', inputs: ['image'], outputs: ['five'] },
          { name: 'RESHAPE', inputs: ['five'], outputs: ['y'] },
        ],
      },
      /five: 5 dimensions \[1,2,4,8,4\]/,
    ],
    ['an operator without inputs', { steps: [{ ...STEPS[0], inputs: [''] }] }, /the input or output is missing/],
  ])('is an error: %s', async (_, changes, message) => {
    const report = await checkChanges(changes);
    expect(report.accepted).toBe(false);
    expect(formatCheck(report)).toMatch(message);
  });

  it('is an error: an operator of another number', async () => {
    const [operator] = ONE_CONVOLUTION.operators;
    for (const [code, message] of [
      [5, /no layer for DEPTH_TO_SPACE/],
      [150, /no layer for GELU.*ReLU/],
      [202, /no layer for STABLEHLO_TRANSPOSE.*as ONNX/],
      [999, /no layer for operator 999.*as ONNX/],
      [32, /no layer for a custom operator without a name.*only builtin operators/],
    ] as const) {
      const built = buildTflite({ ...ONE_CONVOLUTION, operators: [{ ...operator, code, convolution: undefined }] });
      expect(formatCheck(await checkModel(write(built, 'tflite')))).toMatch(message);
    }
  });
});

describe('operators that do not run everywhere, or are something else', () => {
  const pool = { type: 'Pool2DOptions', value: { ...strides, filterWidth: 2, filterHeight: 2 } } as const;
  const mean = { type: 'ReducerOptions', value: { keepDims: false } } as const;
  const dense = {
    activation: 'NONE',
    weightsFormat: 'DEFAULT',
    keepNumDims: false,
    asymmetricQuantizeInputs: false,
  } as const;
  const overall = { type: 'Conv2DOptions', value: window } as const;
  it.each<[string, string, readonly string[], Changes]>([
    [
      "a mean that drops height and width, as the one of Snap's notebook",
      'GlobalAvgPool',
      PLATFORMS,
      { steps: changed(4, { options: mean }) },
    ],
    ['a mean over channels', 'ReduceMean', NOT_IPHONE_NPU, { tensors: { axes: int32(-1) } }],
    ['a mean over all', 'ReduceMean', ['CPU', 'iPhone GPU'], { tensors: { axes: int32(3, 1, 2) } }],
    ['a reshape', 'Reshape', NOT_IPHONE_NPU, single({ name: 'RESHAPE' })],
    ['a squeeze', 'Reshape', NOT_IPHONE_NPU, single({ name: 'SQUEEZE' })],
    ['the largest of a window', 'MaxPool', PLATFORMS, single({ name: 'MAX_POOL_2D', options: pool })],
    ['ReLU', 'ReLU', PLATFORMS, single({ name: 'RELU' })],
    ...(
      [
        ['ABS', 'Abs', PLATFORMS],
        ['ELU', 'ELU', PLATFORMS],
        ['LEAKY_RELU', 'LeakyReLU', PLATFORMS],
        ['LOG', 'Log', PLATFORMS],
        ['TANH', 'Tanh', PLATFORMS],
        ['RESIZE_NEAREST_NEIGHBOR', 'Resize', PLATFORMS],
        ['COS', 'Cos', NOT_IPHONE_NPU],
        ['SIN', 'Sin', NOT_IPHONE_NPU],
        ['EXP', 'Exp', NOT_IPHONE_NPU],
        ['EXPAND_DIMS', 'Reshape', NOT_IPHONE_NPU],
        ['SQRT', 'Sqrt', NOT_IPHONE_NPU],
        ['TRANSPOSE', 'Permute', NOT_IPHONE_NPU],
        ['SLICE', 'Slice', NOT_IPHONE_NPU],
        ['STRIDED_SLICE', 'Slice', NOT_IPHONE_NPU],
        ['BATCH_MATMUL', 'Batch MatMul', ['CPU', 'iPhone GPU']],
        ['UNIDIRECTIONAL_SEQUENCE_LSTM', 'LSTM', ['CPU', 'iPhone GPU']],
        ['UNIDIRECTIONAL_SEQUENCE_RNN', 'RNN', ['CPU', 'iPhone GPU']],
      ] as const
    ).map(([name, layer, platforms]): [string, string, readonly string[], Changes] => [
      name,
      layer,
      platforms,
      single({ name }),
    ]),
    ...(
      [
        ['SUB', 'Eltwise Sub', NOT_IPHONE_NPU, [1]],
        ['DIV', 'Eltwise Div', NOT_IPHONE_NPU, [1]],
        ['MAXIMUM', 'Eltwise Max', PLATFORMS, [1, 8, 8, 4]],
        ['MINIMUM', 'Eltwise Min', PLATFORMS, [1, 8, 8, 4]],
        ['ADD_N', 'Eltwise Add', PLATFORMS, [1, 8, 8, 4]],
        ['PRELU', 'PReLU', PLATFORMS, [1, 1, 4]],
        ['POW', 'Power', PLATFORMS, [1]],
      ] as const
    ).map(([name, layer, platforms, shape]): [string, string, readonly string[], Changes] => [
      `${name} with a constant`,
      layer,
      platforms,
      single({ name, inputs: ['image', 'k'] }, { k: floats([...shape]) }),
    ]),
    [
      'mirrored edges',
      'Padding',
      PLATFORMS,
      single(
        { name: 'MIRROR_PAD', inputs: ['image', 'by'] },
        { by: { ...int32(0, 0, 1, 1, 1, 1, 0, 0), shape: [4, 2] } },
      ),
    ],
    [
      'the largest of all places',
      'ReduceMax',
      NOT_IPHONE_NPU,
      single({ name: 'REDUCE_MAX', inputs: ['image', 'axes'] }),
    ],
    [
      'the winner of the channels',
      'ArgMax',
      NOT_IPHONE_NPU,
      single(
        { name: 'ARG_MAX', inputs: ['image', 'last'] },
        { last: int32(-1), y: { type: 'INT32', shape: [1, 8, 8] } },
      ),
    ],
    [
      'rows of a table',
      'Embedding',
      NOT_IPHONE_NPU,
      single({ name: 'EMBEDDING_LOOKUP', inputs: ['image', 'table'] }, { table: floats([9, 4]) }),
    ],
    [
      'a transposed convolution, whose input is the third',
      'ConvTranspose',
      PLATFORMS,
      single(
        {
          name: 'TRANSPOSE_CONV',
          inputs: ['to', 'w', 'image'],
          options: { type: 'TransposeConvOptions', value: strides },
        },
        { to: int32(1, 16, 16, 4), w: floats([4, 3, 3, 4]) },
      ),
    ],
    ['ReLU6', 'ReLU6', PLATFORMS, single({ name: 'RELU6' })],
    ['sigmoid', 'Sigmoid', PLATFORMS, single({ name: 'LOGISTIC' })],
    [
      'a product with a number for each channel',
      'Eltwise Mul',
      PLATFORMS,
      single({ name: 'MUL', inputs: ['image', 'gate'] }, { gate: floats([4]) }),
    ],
    [
      'padding',
      'Padding',
      PLATFORMS,
      single({ name: 'PAD', inputs: ['image', 'by'] }, { by: { ...int32(0, 0, 0, 1, 0, 1, 0, 0), shape: [4, 2] } }),
    ],
    [
      'channels side by side',
      'Concat',
      PLATFORMS,
      single({
        name: 'CONCATENATION',
        inputs: ['image', 'image'],
        options: { type: 'ConcatenationOptions', value: { axis: -1, ...fused } },
      }),
    ],
    [
      'a dense layer',
      'Fully Connected',
      PLATFORMS,
      single(
        {
          name: 'FULLY_CONNECTED',
          inputs: ['image', 'w', ''],
          options: { type: 'FullyConnectedOptions', value: dense },
        },
        { w: floats([4, 4]) },
      ),
    ],
    [
      'a product of two maps',
      'Batch MatMul',
      ['CPU', 'iPhone GPU'],
      single({
        name: 'FULLY_CONNECTED',
        inputs: ['image', 'image', ''],
        options: { type: 'FullyConnectedOptions', value: dense },
      }),
    ],
    [
      'groups of channels',
      'Conv',
      ['CPU', 'iPhone GPU', 'iPhone NPU'],
      single({ name: 'CONV_2D', inputs: ['image', 'w', ''], options: overall }, { w: floats([4, 1, 1, 2]) }),
    ],
  ])('%s is %s on %s', async (_, layer, platforms, changes) => {
    const report = await checkChanges(changes);
    expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(report.operators.map((row) => row.layer)).toContain(layer);
    expect(report.platforms.toSorted()).toEqual(platforms.toSorted());
    const said = report.findings.some(({ severity }) => severity === 'warning');
    expect(said).toBe(platforms.length < PLATFORMS.length);
  });

  it.each<[string, Changes, RegExp]>([
    ['QUANTIZE inside that rescales int8', REQUANTIZED, /QUANTIZE again: rescaling from int8 of scale/],
    [
      'float16 weights',
      {
        ...single(
          { name: 'RELU' },
          { half: { type: 'FLOAT16', shape: [4, 1, 1, 4], data: new Uint8Array(32) }, w: { shape: [4, 1, 1, 4] } },
        ),
        steps: [
          { name: 'DEQUANTIZE', inputs: ['half'], outputs: ['w'] },
          {
            name: 'CONV_2D',
            inputs: ['image', 'w', ''],
            outputs: ['y'],
            options: { type: 'Conv2DOptions', value: window },
          },
        ],
      },
      /DEQUANTIZE w: float16 weights.*supported_types/,
    ],
    [
      'an image with its channels first',
      single(
        { name: 'RELU' },
        { image: { type: 'FLOAT32', shape: [1, 3, 32, 32], scale: [], zeroPoint: [] }, y: { shape: [1, 3, 32, 32] } },
      ),
      /\[1,3,32,32\] has the channels first.*onnx2tf/,
    ],
    [
      'a softmax that sharpens',
      { steps: changed(6, { options: { type: 'SoftmaxOptions', value: { beta: 2 } } }) },
      /SOFTMAX p: the beta is 2/,
    ],
    [
      'padding of channels',
      single({ name: 'PAD', inputs: ['image', 'by'] }, { by: { ...int32(0, 0, 0, 1, 0, 1, 0, 2), shape: [4, 2] } }),
      /padding of more than height and width/,
    ],
  ])('%s is a warning', async (_, changes, message) => {
    const report = await checkChanges(changes);
    expect(report.accepted).toBe(true);
    expect(formatCheck(report)).toMatch(message);
  });
});
