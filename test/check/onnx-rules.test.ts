import { describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { formatCheck } from '../../ml/check/report.ts';
import { PLATFORMS } from '../../ml/check/snapml.ts';
import { type AttributeValue, DATA_TYPE, encodeModel } from '../../ml/onnx/model.ts';
import { ModelProto } from '../../ml/onnx/schema.ts';
import { check, floats, integers, modelOf, node, type Parts, scalar, write } from './check-models.ts';

/** One operator between input and output, what is said of it, and where it still runs. */
const single = (
  opType: string,
  attributes: Record<string, AttributeValue> = {},
  more: Partial<Parts> & { inputs?: string[] } = {},
): Parts => ({
  nodes: [node(opType, more.inputs ?? ['image'], 'y', attributes)],
  ...more,
});
const conv = (attributes: Record<string, AttributeValue>, dims = [4, 4, 3, 3]) =>
  single('Conv', attributes, { inputs: ['image', 'w'], initializers: [floats('w', dims)] });

const transposed = (attributes: Record<string, AttributeValue>, dims = [4, 4, 3, 3]) =>
  single('ConvTranspose', attributes, { inputs: ['image', 'w'], initializers: [floats('w', dims)] });
const resize = (attributes: Record<string, AttributeValue>, scales: number[]) =>
  single('Resize', attributes, {
    inputs: ['image', 'roi', 'scales'],
    initializers: [
      floats('roi', [0]),
      { ...floats('scales', [4]), raw: new Uint8Array(Float32Array.from(scales).buffer) },
    ],
  });

describe('findings', () => {
  it.each<[string, Parts, RegExp]>([
    ['HardSwish', single('HardSwish', {}, { opset: 14 }), /no layer for HardSwish.*ReLU/],
    [
      'another clip',
      single('Clip', {}, { inputs: ['image', 'a', 'b'], initializers: [scalar('a', -1), scalar('b', 1)] }),
      /range is -1 … 1/,
    ],
    [
      'quantized operators',
      single('QuantizeLinear', {}, { inputs: ['image', 's'], initializers: [scalar('s', 1)] }),
      /8-bit models as TFLite only/,
    ],
    [
      'an operator of another domain',
      { nodes: [{ ...node('Gelu', ['image'], 'y'), domain: 'com.microsoft' }] },
      /not a standard ONNX operator/,
    ],
    ['an operator that has the name of a JavaScript member', single('constructor'), /no layer for constructor/],
    ['uneven strides', conv({ strides: { ints: [1, 2] } }), /strides 1,2 differ/],
    ['uneven dilations', conv({ dilations: { ints: [1, 2] } }), /dilations 1,2 differ/],
    ['pads beyond the kernel', conv({ pads: { ints: [4, 4, 4, 4] } }), /larger than the kernel/],
    ['a softmax over width', single('Softmax', { axis: { int: 3 } }), /along axis 3.*axis 1/],
    [
      'a concat of rows',
      single('Concat', { axis: { int: 2 } }, { inputs: ['image', 'image'] }),
      /concatenation along axis 2/,
    ],
    [
      'padding with the edge',
      single(
        'Pad',
        { mode: { string: 'edge' } },
        { inputs: ['image', 'p'], initializers: [integers('p', [0, 0, 1, 1, 0, 0, 1, 1])] },
      ),
      /mode is edge/,
    ],
    [
      'a circle',
      { nodes: [node('Add', ['image', 'y'], 'm'), node('Relu', ['m'], 'y')] },
      /used, but not computed by any earlier node/,
    ],
    [
      'an operand that nothing gives',
      single('Mul', {}, { inputs: ['image', 'lost'] }),
      /used, but not computed by any earlier node/,
    ],
    ['a dynamic batch', single('Relu', {}, { inShape: ['N', 4, 8, 8] }), /\[N,4,8,8\] is not fixed.*non-negative/],
    ['an unknown output', single('Relu', {}, { outShape: [1, null, 8, 8] }), /\[1,\?,8,8\] is not fixed/],
    ['a batch of two', single('Relu', {}, { inShape: [2, 4, 8, 8], outShape: [2, 4, 8, 8] }), /batch is 2/],
    [
      'shapes that do not combine',
      single('Mul', {}, { inputs: ['image', 'c'], initializers: [floats('c', [1, 4, 1, 8])] }),
      /do not have shapes that SnapML combines/,
    ],
    ['an output of a negative size', single('Relu', {}, { outShape: [1, -1, 8, 8] }), /\[1,-1,8,8\] is not fixed/],
    [
      'an input of five dimensions',
      single('Relu', {}, { inShape: [1, 1, 4, 8, 8], outShape: [1, 1, 4, 8, 8] }),
      /5 dimensions; Lens Studio knows/,
    ],
    [
      'broadcasting both ways',
      {
        nodes: [node('ReduceMean', ['image'], 'm', { axes: { ints: [1] } }), node('Mul', ['m', 'c'], 'y')],
        initializers: [floats('c', [1, 4, 1, 1])],
      },
      /do not have shapes that SnapML combines/,
    ],
    [
      'a maximum of unequal shapes',
      single('Max', {}, { inputs: ['image', 'c'], initializers: [floats('c', [1, 4, 1, 1])] }),
      /Give both the same shape$/m,
    ],
    [
      'a small number less a large tensor',
      single('Sub', {}, { inputs: ['one', 'image'], initializers: [scalar('one', 1)] }),
      /smaller than the second.*Multiply the second by -1/,
    ],
    [
      'a maximum of three, one of which is smaller',
      single('Max', {}, { inputs: ['image', 'image', 'c'], initializers: [floats('c', [1, 4, 1, 1])] }),
      /\[1,4,8,8\] and \[1,4,8,8\] and \[1,4,1,1\] do not have.*Give all the same shape$/m,
    ],
    [
      'five dimensions inside, whose ends have four',
      {
        nodes: [
          node('Reshape', ['image', 'five'], 'grouped'),
          node('Transpose', ['grouped'], 'shuffled', { perm: { ints: [0, 2, 1, 3, 4] } }),
          node('Reshape', ['shuffled', 'four'], 'y'),
        ],
        initializers: [integers('five', [1, 2, 2, 8, 8]), integers('four', [1, 4, 8, 8])],
      },
      /: 5 dimensions \[1,2,2,8,8\].*5-D shape/,
    ],
    [
      'halves at both ends',
      single('Relu', {}, { inType: DATA_TYPE.float16, outType: DATA_TYPE.float16 }),
      /the type is float16 \(half precision\); expected float32.*without \.half\(\)/,
    ],
    [
      'halves between casts',
      {
        nodes: [
          node('Cast', ['image'], 'half', { to: { int: DATA_TYPE.float16 } }),
          node('Cast', ['half'], 'y', { to: { int: DATA_TYPE.float } }),
        ],
      },
      /from float32 to float16, as tools for half precision insert it[\s\S]*from float16 to float32/,
    ],
    [
      'a cast of whole numbers',
      {
        nodes: [
          node('ArgMax', ['image'], 'at', { axis: { int: 1 } }),
          node('Cast', ['at'], 'y', { to: { int: DATA_TYPE.float } }),
        ],
        outShape: [1, 1, 8, 8],
      },
      /from int64 to float32; SnapML has no layer for Cast/,
    ],
    [
      'a shape that is computed from the picture',
      {
        nodes: [node('Shape', ['image'], 'sides'), node('Reshape', ['image', 'sides'], 'y')],
      },
      /always \[1,4,8,8\], and SnapML has no layer for Shape.*onnxsim/,
    ],
    [
      'an endless loop',
      single('Loop', { body: { graph: modelOf({ nodes: [] }).graph } }),
      /no layer for Loop.*control/,
    ],
    ['a transposed convolution in groups', transposed({ group: { int: 2 } }, [4, 2, 3, 3]), /group 2 is neither/],
    ['a dilated transposed convolution', transposed({ dilations: { ints: [2, 2] } }), /dilated.*dilation 1/],
    ['a transposed convolution that is not square', transposed({}, [4, 4, 3, 1]), /kernel 3,1 is not square/],
    ['a transposed convolution with two pads', transposed({ pads: { ints: [0, 1, 0, 1] } }), /pads 0,1,0,1 differ/],
    [
      'a maximum along the rows',
      single('ReduceMax', { axes: { ints: [-2] } }),
      /reduction over axes 2.*height and width/,
    ],
    [
      'a winner along the batch',
      single('ArgMax', {}, { outType: DATA_TYPE.int64 }),
      /along axis 0.*channels \(axis 1\).*ArgMax/,
    ],
    ['an uneven resize', resize({}, [1, 1, 2, 3]), /from 8×8 to 16×24.*one factor/],
    ['a cubic resize', resize({ mode: { string: 'cubic' } }, [1, 1, 2, 2]), /mode is cubic/],
    [
      'a clip to a computed bound',
      {
        nodes: [node('GlobalAveragePool', ['image'], 'm'), node('Clip', ['image', 'zero', 'm'], 'y')],
        initializers: [scalar('zero', 0)],
      },
      /bounds are computed/,
    ],
    ['weights from the graph', { nodes: [node('Conv', ['image', 'image'], 'y')] }, /weights are computed/],
  ])('%s is an error', async (_, parts, message) => {
    const report = await check(parts);
    expect(report.accepted).toBe(false);
    const errors = report.findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ found: text, fix }) => `: ${text}. ${fix}`).join('\n')).toMatch(message);
    expect(formatCheck(report)).toContain('will not accept this model');
  });

  it.each<[string, Parts, RegExp, string[]]>([
    ['uneven pads', conv({ pads: { ints: [0, 0, 1, 1] } }), /pads 0,0,1,1 are not symmetric/, [...PLATFORMS]],
    [
      'grouped convolution',
      conv({ group: { int: 2 } }, [4, 2, 3, 3]),
      /Android GPUs do not support/,
      ['CPU', 'iPhone GPU', 'iPhone NPU'],
    ],
    [
      'Flatten',
      single('Flatten', {}, { outShape: [1, 256] }),
      /not supported on iPhone NPU/,
      ['CPU', 'iPhone GPU', 'Android GPU'],
    ],
    [
      'a mean over the picture',
      single('ReduceMean', { axes: { ints: [2, 3] } }),
      /not supported on iPhone NPU/,
      ['CPU', 'iPhone GPU', 'Android GPU'],
    ],
    ['a new operator set', single('Relu', {}, { opset: 17 }), /operator set is 17/, [...PLATFORMS]],
    [
      'a constant of three dimensions',
      single('Add', {}, { inputs: ['image', 'c'], initializers: [floats('c', [4, 1, 1])] }),
      /constant of 3 dimensions/,
      [...PLATFORMS],
    ],
    [
      'an output without a name',
      single('Relu', {}, { outName: '270', nodes: [node('Relu', ['image'], '270')] }),
      /not a plain word/,
      [...PLATFORMS],
    ],
    [
      'a softmax over places, as it was before operator set 13',
      single('Softmax', { axis: { int: 1 } }),
      /operator set 11, Softmax covers channels and 8×8 places/,
      [...PLATFORMS],
    ],
    [
      'a mean over channels and places',
      single('ReduceMean', { axes: { ints: [1, -2, -1] } }),
      /Android GPUs and the iPhone NPU do not support/,
      ['CPU', 'iPhone GPU'],
    ],
    [
      'a linear resize of unaligned corners',
      resize({ mode: { string: 'linear' } }, [1, 1, 2, 2]),
      /corners are not aligned/,
      [...PLATFORMS],
    ],
    [
      'a constant of half precision',
      single(
        'Relu',
        {},
        { initializers: [{ name: 'h', dims: [2], dataType: DATA_TYPE.float16, raw: new Uint8Array(4) }] },
      ),
      /type float16 \(half precision\); only float32/,
      [...PLATFORMS],
    ],
    [
      'a map that no lens has memory for',
      {
        nodes: [node('Pad', ['image', 'by'], 'large'), node('GlobalAveragePool', ['large'], 'y')],
        initializers: [integers('by', [0, 0, 4000, 4000, 0, 0, 4000, 4000])],
        outShape: [1, 4, 1, 1],
      },
      /\[1,4,8008,8008\] takes 1,026 MB; a whole lens may take 150 MB/,
      [...PLATFORMS],
    ],
    [
      'an image with its channels last',
      single('Relu', {}, { inShape: [1, 48, 48, 3], outShape: [1, 48, 48, 3] }),
      /\[1,48,48,3\] has the channels last; Lens Studio expects them first/,
      [...PLATFORMS],
    ],
    [
      'a mean of three',
      single('Mean', {}, { inputs: ['image', 'image', 'image'] }),
      /mean of 3 tensors/,
      [...PLATFORMS],
    ],
    [
      'the state of a recurrent network',
      single('Relu', {}, { inShape: [2, 1, 64], outShape: [2, 1, 64] }),
      /\[2,1,64\] does not begin with the batch/,
      [...PLATFORMS],
    ],
    ['a node that does nothing', single('Identity'), /has no effect in inference/, [...PLATFORMS]],
  ])('%s is a warning', async (_, parts, message, platforms) => {
    const report = await check(parts);
    expect(report.accepted).toBe(true);
    expect(report.findings.map(({ found: text }) => text).join('\n')).toMatch(message);
    expect(report.platforms).toEqual(platforms);
  });

  it('are a note where an operand is a constant, which may become a layer', async () => {
    const { findings } = await check(
      single('Add', {}, { inputs: ['image', 'm'], initializers: [floats('m', [1, 4, 1, 1])] }),
    );
    expect(findings).toMatchObject([{ severity: 'note', found: expect.stringContaining('Constant layer') }]);
  });

  it.each<[string, Parts]>([
    [
      'a squeeze-and-excite block, whichever operand is the gate',
      {
        nodes: [
          node('GlobalAveragePool', ['image'], 'p'),
          node('Sigmoid', ['p'], 'gate'),
          node('Mul', ['gate', 'image'], 'a'),
          node('Mul', ['a', 'gate'], 'y'),
        ],
        inShape: [1, 4, 2, 2],
        outShape: [1, 4, 2, 2],
      },
    ],
    ['bounds of a clip as attributes', single('Clip', { min: { float: 0 }, max: { float: 6 } }, { opset: 9 })],
    ['a clip from 0 on', single('Clip', { min: { float: 0 }, max: { float: 3.4028234663852886e38 } }, { opset: 9 })],
    [
      'softmax of one place along the last axis',
      single('Softmax', {}, { opset: 11, inShape: [1, 4], outShape: [1, 4] }),
    ],
    [
      'weights of a dense layer',
      single(
        'Gemm',
        {},
        { inputs: ['image', 'w'], initializers: [floats('w', [4, 7])], inShape: [1, 4], outShape: [1, 7] },
      ),
    ],
    [
      'hard-swish written out',
      {
        nodes: [
          node('Add', ['image', 'three'], 's'),
          node('Clip', ['s'], 'c', { min: { float: 0 }, max: { float: 6 } }),
          node('Mul', ['c', 'sixth'], 'gate'),
          node('Mul', ['image', 'gate'], 'y'),
        ],
        initializers: [floats('three', [1, 1, 1, 1]), floats('sixth', [1, 1, 1, 1])],
        opset: 9,
      },
    ],
    ['a sum of three', single('Sum', {}, { inputs: ['image', 'image', 'image'] })],
    ['a minimum of three', single('Min', {}, { inputs: ['image', 'image', 'image'] })],
    [
      'constants that are bounds, pads and scales',
      {
        nodes: [
          node('Constant', [], 'low', { value: { tensor: scalar('', 0) } }),
          node('Constant', [], 'high', { value: { tensor: scalar('', 6) } }),
          node('Constant', [], 'by', { value: { tensor: integers('', [0, 0, 1, 1, 0, 0, 1, 1]) } }),
          node('Clip', ['image', 'low', 'high'], 'clipped'),
          node('Pad', ['clipped', 'by'], 'y'),
        ],
        outShape: [1, 4, 10, 10],
      },
    ],
    [
      'a map that is repeated along the channels',
      single('Mul', {}, { inputs: ['image', 'm'], initializers: [floats('m', [1, 1, 8, 8])] }),
    ],
  ])('are notes at most for %s', async (_, parts) => {
    const report = await check(parts);
    expect(report.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(report.platforms).toEqual([...PLATFORMS]);
  });

  it('take the places of ArgMax for what they are, int64', async () => {
    const report = await check(
      single('ArgMax', { axis: { int: 1 } }, { outType: DATA_TYPE.int64, outShape: [1, 1, 8, 8] }),
    );
    expect(report.accepted).toBe(true);
    expect(report.operators.map(({ layer }) => layer)).toEqual(['ArgMax']);
  });

  it('know a picture with its channels last by the tool that made it', async () => {
    const parts = single('Relu', {}, { inShape: [1, 48, 48, 3], outShape: [1, 48, 48, 3] });
    const fix = async (producerName: string) =>
      (await checkModel(write(encodeModel({ ...modelOf(parts), producerName })))).findings[0].fix;
    expect(await fix('tf2onnx')).toContain('tf2onnx and --inputs-as-nchw image');
    expect(await fix('keras2onnx')).toContain('channel_first_inputs=["image"]');
    expect(await fix('pytorch')).toContain('permute');
    expect(await fix('')).toContain('Export it with the channels first');
  });

  it('do not call an input a batch of two, beside another of one', async () => {
    const model = modelOf({ nodes: [node('Relu', ['image'], 'y')] });
    const state = { name: 'state', elementType: DATA_TYPE.float, shape: [2, 64] };
    const graph = { ...model.graph, inputs: [...model.graph.inputs, state] };
    const { findings, accepted } = await checkModel(write(encodeModel({ ...model, graph })));
    expect(accepted).toBe(true);
    expect(findings.map(({ node: name, found }) => `${name}: ${found}`).join()).toMatch(
      /^state: the shape \[2,64\] does/,
    );
  });

  it('show the operators where the weights lie in another file, which is not looked for', async () => {
    const { graph, ...model } = modelOf({
      nodes: [node('Conv', ['image', 'w'], 'y')],
      initializers: [floats('w', [4, 4, 1, 1])],
    });
    const message = ModelProto.toObject(ModelProto.decode(encodeModel({ ...model, graph })));
    message.graph.initializer = [
      {
        name: 'w',
        dims: [4, 4, 1_000, 1_000],
        dataType: DATA_TYPE.float,
        dataLocation: 1,
        externalData: [{ key: 'location', value: '../../etc/passwd' }],
      },
    ];
    const { operators, accepted, findings } = await checkModel(write(ModelProto.encode(message).finish()));
    expect(accepted).toBe(false);
    expect(operators.map(({ operator, layer }) => [operator, layer])).toEqual([['Conv', 'Conv']]);
    const said = findings.map(({ found }) => found).join('\n');
    expect(said).toMatch(/are in another file, "\.\.\/\.\.\/etc\/passwd", which is not read/);
    // Its 64 MB count for the size of the model.
    expect(said).toMatch(/the model has 64,000,\d+ bytes/);
  });

  it('tell of several outputs', async () => {
    const report = await check({
      nodes: [node('Relu', ['image'], 'y'), node('Sigmoid', ['image'], 'z')],
      outputs: ['y', 'z'],
    });
    expect(report.accepted).toBe(true);
    expect(report.findings.map(({ severity, found }) => `${severity}: ${found}`)).toEqual([
      'note: the model has 2 outputs (y, z)',
    ]);
  });

  it('leave the operators that break a rule on no platform', async () => {
    const report = await check({
      nodes: [node('Conv', ['image', 'w'], 'a', { strides: { ints: [1, 2] } }), node('Conv', ['image', 'w'], 'y')],
      initializers: [floats('w', [4, 4, 3, 3])],
    });
    expect(report.operators.map(({ count, platforms }) => [count, platforms.length])).toEqual([
      [1, 0],
      [1, 4],
    ]);
    expect(report.platforms).toEqual([]);
  });

  it('name the node', async () => {
    const report = await check(single('HardSigmoid'));
    expect(report.findings[0].node).toBe('HardSigmoid the_HardSigmoid_y');
  });
});
