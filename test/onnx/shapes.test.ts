import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../ml/nn/graph.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { type AttributeValue, DATA_TYPE, encodeModel, type OnnxModel } from '../../ml/onnx/model.ts';
import { inferShapes } from '../../ml/onnx/shapes/infer.ts';
import { floats, integers, modelOf, node, type Parts } from '../check/check-models.ts';
import { needing, REAL_CASES } from '../real-data.ts';

/** Real shapes of a model's tensors, by running it on zeros in ONNX Runtime with each of them as an output. */
async function realShapes(model: OnnxModel): Promise<Map<string, readonly number[]>> {
  const { graph } = model;
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const names = graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  const outputs = names.map((name) => ({ name, elementType: DATA_TYPE.undefined, shape: null }));
  const session = await ort.InferenceSession.create(encodeModel({ ...model, graph: { ...graph, outputs } }), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  const fed = graph.inputs.filter(({ name }) => !constants.has(name));
  const zeros = fed.map(({ name, shape }) => {
    const sides = (shape ?? []).map((side) => (typeof side === 'number' ? side : 1));
    return [name, new ort.Tensor('float32', new Float32Array(sizeOf(sides)), sides)] as const;
  });
  const results = await session.run(Object.fromEntries(zeros));
  await session.release();
  return new Map(Object.entries(results).map(([name, { dims }]) => [name, dims]));
}

const inferred = (model: OnnxModel) => {
  const known = inferShapes({ ...model, graph: { ...model.graph, valueInfo: [] } });
  return (name: string) => known.get(name)?.shape;
};

async function expectReal(model: OnnxModel): Promise<void> {
  const shapeOf = inferred(model);
  for (const [name, dims] of await realShapes(model)) expect([name, shapeOf(name)]).toEqual([name, dims]);
}

const one = (
  opType: string,
  attributes: Record<string, AttributeValue> = {},
  inputs: string[] = [],
  more: Partial<Parts> = {},
): Parts => ({ nodes: [node(opType, ['image', ...inputs], 'y', attributes)], outShape: null, ...more });
const window = (opType: string, attributes: Record<string, AttributeValue>, dims = [6, 4, 3, 3]): Parts =>
  one(opType, attributes, ['w'], { initializers: [floats('w', dims)], inShape: [1, 4, 9, 7] });
const withInts = (opType: string, attributes: Record<string, AttributeValue>, ...values: number[][]): Parts =>
  one(
    opType,
    attributes,
    values.map((_, i) => `i${i}`),
    { initializers: values.map((list, i) => integers(`i${i}`, list)), opset: 13 },
  );
const sequence = { inShape: [5, 2, 3] };
const recurrent = (opType: string, gates: number, directions: number): Parts =>
  one(
    opType,
    {
      hidden_size: { int: 4 },
      direction: { string: directions === 2 ? 'bidirectional' : 'forward' },
    },
    ['w', 'r'],
    {
      initializers: [floats('w', [directions, gates * 4, 3]), floats('r', [directions, gates * 4, 4])],
      ...sequence,
    },
  );

describe('shapes that are inferred', () => {
  it.each<[string, Parts]>([
    ['Conv', window('Conv', { pads: { ints: [1, 0, 2, 1] }, strides: { ints: [2, 1] } })],
    ['Conv, dilated', window('Conv', { dilations: { ints: [2, 2] } })],
    ['Conv, SAME_UPPER', window('Conv', { auto_pad: { string: 'SAME_UPPER' }, strides: { ints: [2, 2] } })],
    ['Conv, VALID', window('Conv', { auto_pad: { string: 'VALID' } })],
    ['Conv of a row', { ...window('Conv', {}, [6, 4, 3]), inShape: [1, 4, 9] }],
    [
      'ConvTranspose',
      window('ConvTranspose', { strides: { ints: [2, 2] }, output_padding: { ints: [1, 1] } }, [4, 3, 3, 3]),
    ],
    [
      'ConvTranspose in groups',
      window('ConvTranspose', { group: { int: 2 }, pads: { ints: [1, 1, 1, 1] } }, [4, 3, 3, 3]),
    ],
    [
      'ConvTranspose, SAME',
      window('ConvTranspose', { auto_pad: { string: 'SAME_LOWER' }, strides: { ints: [2, 2] } }, [4, 3, 3, 3]),
    ],
    ...[0, 1].flatMap((ceil) =>
      [7, 8, 9].map((side): [string, Parts] => [
        `MaxPool of ${side}, ceil ${ceil}`,
        one(
          'MaxPool',
          {
            kernel_shape: { ints: [3, 2] },
            strides: { ints: [2, 3] },
            pads: { ints: [1, 0, 1, 0] },
            ceil_mode: { int: ceil },
          },
          [],
          { inShape: [1, 4, side, side] },
        ),
      ]),
    ),
    [
      'AveragePool',
      one('AveragePool', {
        kernel_shape: { ints: [2, 2] },
        auto_pad: { string: 'SAME_UPPER' },
        strides: { ints: [2, 2] },
      }),
    ],
    ['GlobalMaxPool', one('GlobalMaxPool')],
    ['Gemm', one('Gemm', { transB: { int: 1 } }, ['w'], { initializers: [floats('w', [5, 4])], inShape: [3, 4] })],
    ['MatMul of stacks', one('MatMul', {}, ['w'], { initializers: [floats('w', [4, 8, 3])] })],
    ['MatMul by a row', one('MatMul', {}, ['w'], { initializers: [floats('w', [8])] })],
    ['Add of other shapes', one('Add', {}, ['w'], { initializers: [floats('w', [3, 1, 1, 1, 8])] })],
    ['Max of three', one('Max', {}, ['w', 'image'], { initializers: [floats('w', [8])] })],
    [
      'Where',
      {
        nodes: [node('Greater', ['image', 'w'], 'g'), node('Where', ['g', 'w', 'image'], 'y')],
        initializers: [floats('w', [1])],
        outShape: null,
      },
    ],
    ['Reshape', withInts('Reshape', {}, [0, -1, 4, 1])],
    ['Flatten', one('Flatten', { axis: { int: 2 } })],
    ['Flatten from the end', one('Flatten', { axis: { int: -1 } })],
    ['Squeeze', { ...withInts('Squeeze', {}, [0]) }],
    ['Squeeze of all', { ...one('Squeeze'), inShape: [1, 4, 1, 8] }],
    ['Unsqueeze', withInts('Unsqueeze', {}, [-1, 0])],
    ['Transpose', one('Transpose', { perm: { ints: [2, 0, 3, 1] } })],
    ['Transpose of all', one('Transpose', {}, [], { inShape: [1, 2, 3, 4] })],
    ['Concat', one('Concat', { axis: { int: -1 } }, ['image', 'image'])],
    ['Slice', withInts('Slice', {}, [1, -3], [2 ** 40, -1], [1, -1])],
    ['Slice backwards', withInts('Slice', {}, [-1, 6], [-9, 1], [2, 3], [-1, -2])],
    [
      'Slice as of old',
      one('Slice', { starts: { ints: [1] }, ends: { ints: [3] }, axes: { ints: [1] } }, [], { opset: 9 }),
    ],
    ['Gather', withInts('Gather', { axis: { int: 1 } }, [0, 2, 2])],
    ['Expand', { ...withInts('Expand', {}, [3, 1, 8, 1]) }],
    ['Tile', withInts('Tile', {}, [1, 2, 1, 3])],
    ['Pad', withInts('Pad', {}, [0, 1, 2, 3, 0, 1, -1, 0])],
    ['Pad as of old', one('Pad', { pads: { ints: [0, 0, 1, 1, 0, 0, 1, 1] } }, [], { opset: 9 })],
    ['ReduceMean', one('ReduceMean', { axes: { ints: [-1, 2] }, keepdims: { int: 0 } })],
    ['ReduceMax of all', one('ReduceMax')],
    ['ReduceSum', withInts('ReduceSum', { keepdims: { int: 0 } }, [1])],
    ['ArgMax', one('ArgMax', { axis: { int: 1 } })],
    ['ArgMin without its axis', one('ArgMin', { axis: { int: -1 }, keepdims: { int: 0 } })],
    [
      'TopK',
      {
        ...withInts('TopK', { axis: { int: 1 } }, [2]),
        nodes: [{ ...node('TopK', ['image', 'i0'], 'y', { axis: { int: 1 } }), outputs: ['y', 'at'] }],
      },
    ],
    [
      'Split',
      {
        ...one('Split', { axis: { int: 1 }, split: { ints: [1, 3] } }),
        nodes: [
          { ...node('Split', ['image'], 'y', { axis: { int: 1 }, split: { ints: [1, 3] } }), outputs: ['y', 'z'] },
        ],
      },
    ],
    ['DepthToSpace', one('DepthToSpace', { blocksize: { int: 2 } })],
    ['SpaceToDepth', one('SpaceToDepth', { blocksize: { int: 4 } })],
    [
      'Resize by factors',
      one('Resize', {}, ['', 's'], {
        initializers: [{ ...floats('s', [4]), raw: new Uint8Array(Float32Array.of(1, 1, 1.3, 2.6).buffer) }],
        opset: 13,
      }),
    ],
    [
      'Resize to sizes',
      { ...one('Resize', {}, ['', '', 'i0'], { initializers: [integers('i0', [1, 4, 5, 20])], opset: 13 }) },
    ],
    [
      'LSTM',
      {
        ...recurrent('LSTM', 4, 2),
        nodes: recurrent('LSTM', 4, 2).nodes.map((lstm) => ({ ...lstm, outputs: ['y', 'h', 'c'] })),
      },
    ],
    ['GRU', recurrent('GRU', 3, 1)],
    ['RNN', recurrent('RNN', 1, 1)],
    [
      'a view of PyTorch: Shape, Gather, Unsqueeze, Concat, Reshape',
      {
        nodes: [
          node('Shape', ['image'], 's'),
          node('Gather', ['s', 'zero'], 'n'),
          node('Unsqueeze', ['n'], 'n1', { axes: { ints: [0] } }),
          node('Concat', ['n1', 'rest'], 'to', { axis: { int: 0 } }),
          node('Reshape', ['image', 'to'], 'y'),
        ],
        initializers: [{ ...integers('zero', [0]), dims: [] }, integers('rest', [-1])],
        outShape: null,
      },
    ],
    [
      'half of the channels: Shape, Slice, Div, Cast, Slice',
      {
        nodes: [
          node('Shape', ['image'], 's'),
          node('Slice', ['s', 'one', 'two', 'zero'], 'c'),
          node('Div', ['c', 'two'], 'half'),
          node('Cast', ['half'], 'whole', { to: { int: DATA_TYPE.int64 } }),
          node('Slice', ['image', 'zero', 'whole', 'one'], 'y'),
        ],
        initializers: [integers('zero', [0]), integers('one', [1]), integers('two', [2])],
        outShape: null,
      },
    ],
    [
      'a fill of a computed shape',
      {
        nodes: [node('Shape', ['image'], 's'), node('ConstantOfShape', ['s'], 'f'), node('Add', ['f', 'image'], 'y')],
        outShape: null,
      },
    ],
  ])('are those of ONNX Runtime: %s', async (_, parts) => {
    await expectReal(modelOf(parts));
  });

  const models = readdirSync('ml/models', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => join('ml/models', name));
  it('has models of its own to try', () => expect(models.length).toBeGreaterThan(2));
  it.each(models.filter((path) => !path.includes('edsr')))('are those of ONNX Runtime in %s', async (path) => {
    await expectReal(decodeModel(readFileSync(path), path));
  });

  it.each([
    'onnx_five_dimensions/channel_shuffle_5d',
    'onnx_constant_parameters/torch_view',
    'onnx_fine/asym_deconv',
    'layout/keras_nhwc',
  ])('are those of ONNX Runtime in the case %s', needing(REAL_CASES), async (name) => {
    const path = join(REAL_CASES, `${name}.onnx`);
    await expectReal(decodeModel(readFileSync(path), path));
  });
});

describe('what cannot be told', () => {
  it('is unknown, and the rest is known all the same', () => {
    const shapeOf = inferred(
      modelOf({
        nodes: [
          node('Conv', ['image', 'w'], 'c'),
          node('Flatten', ['c'], 'f'),
          node('NonZero', ['f'], 'places'),
          node('Relu', ['c'], 'y'),
        ],
        initializers: [floats('w', [6, 4, 3, 3])],
        inShape: ['batch', 4, 8, 8],
        outShape: null,
      }),
    );
    expect(shapeOf('c')).toEqual([null, 6, 6, 6]);
    expect(shapeOf('f')).toEqual([null, 216]);
    expect(shapeOf('places')).toBeNull();
    expect(shapeOf('y')).toEqual([null, 6, 6, 6]);
  });

  it('is taken from the file, where it says so', () => {
    const model = modelOf({ nodes: [node('NonZero', ['image'], 'y')] });
    const valueInfo = [{ name: 'y', elementType: DATA_TYPE.int64, shape: [4, null] }];
    expect(inferShapes({ ...model, graph: { ...model.graph, valueInfo, outputs: [] } }).get('y')?.shape).toEqual([
      4,
      null,
    ]);
  });

  it('is never computed, whatever a shape asks for', () => {
    const shapeOf = inferred(
      modelOf({
        nodes: [
          node('ConstantOfShape', ['huge'], 'filled'),
          node('Reshape', ['two', 'huge'], 'spread'),
          node('Slice', ['spread', 'zero', 'huge'], 'cut'),
          node('Range', ['none', 'many', 'step'], 'counted'),
          node('Relu', ['image'], 'y'),
        ],
        initializers: [
          integers('huge', [2 ** 50]),
          integers('two', [1, 2]),
          integers('zero', [0]),
          ...[0, 2 ** 50, 1].map((value, i) => ({ ...integers(['none', 'many', 'step'][i], [value]), dims: [] })),
        ],
      }),
    );
    for (const name of ['filled', 'spread', 'cut', 'counted']) expect(shapeOf(name)).toEqual([2 ** 50]);
  });
});
