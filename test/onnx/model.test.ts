import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import {
  type AttributeValue,
  DATA_TYPE,
  encodeModel,
  type OnnxModel,
  type OnnxValueInfo,
} from '../../ml/onnx/model.ts';
import { ModelProto } from '../../ml/onnx/schema.ts';

const name = fc.stringMatching(/^[a-z]\w{0,6}$/);
const int = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
const float = fc.float({ noNaN: true });
const tensor = fc
  .uint8Array({ minLength: 4, maxLength: 12 })
  .chain((raw) =>
    fc.record({ name, dims: fc.constant([raw.length]), dataType: fc.constant(DATA_TYPE.int8), raw: fc.constant(raw) }),
  );
const attribute: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.record({ int }),
  fc.record({ float }),
  fc.record({ string: fc.string() }),
  fc.record({ ints: fc.array(int) }),
  fc.record({ floats: fc.array(float) }),
  fc.record({ strings: fc.array(fc.string()) }),
  fc.record({ tensor }),
);
const valueInfo: fc.Arbitrary<OnnxValueInfo> = fc.record({
  name,
  elementType: fc.constant(DATA_TYPE.float),
  shape: fc.option(fc.array(fc.oneof(fc.integer({ min: 1, max: 2 ** 33 }), name, fc.constant(null)))),
});
const model: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.integer({ min: 3, max: 10 }),
  producerName: fc.string(),
  producerVersion: fc.string(),
  opsets: fc.array(fc.record({ domain: name, version: fc.integer({ min: 1, max: 25 }) }), { minLength: 1 }),
  metadata: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
  graph: fc.record({
    name,
    nodes: fc.array(
      fc.record({
        opType: name,
        name,
        domain: fc.string(),
        inputs: fc.array(fc.oneof(name, fc.constant(''))),
        outputs: fc.array(name),
        attributes: fc.dictionary(name, attribute, { noNullPrototype: true }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    initializers: fc.array(tensor, { maxLength: 3 }),
    inputs: fc.array(valueInfo, { maxLength: 3 }),
    outputs: fc.array(valueInfo, { maxLength: 3 }),
    valueInfo: fc.array(valueInfo, { maxLength: 3 }),
  }),
});

/** y = x + 1 for one number with the 1 in `float_data`, put together field by field after onnx.proto. */
const BY_HAND = Uint8Array.from(
  Buffer.from(
    '08083a440a0e0a01780a016312017922034164641201672a0d0801100122040000803f4201635a0f0a0178120a0a08080112' +
      '040a020801620f0a0179120a0a08080112040a02080142040a001011',
    'hex',
  ),
);

/** A file of one node and one initializer, in the words of the format. */
const withTensor = (fields: object) =>
  ModelProto.encode({
    opsetImport: [{ domain: '', version: 11 }],
    graph: { node: [{ opType: 'Relu', input: ['t'], output: ['y'] }], initializer: [fields] },
  }).finish();

describe('ONNX files', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(model, (written) => {
        const read = decodeModel(encodeModel(written), 'file');
        expect(read).toEqual(written);
      }),
    );
  });

  it('that are written run', async () => {
    const info = (label: string): OnnxValueInfo => ({ name: label, elementType: DATA_TYPE.float, shape: [2] });
    const bytes = encodeModel({
      irVersion: 8,
      producerName: 'test',
      producerVersion: '1',
      opsets: [{ domain: '', version: 17 }],
      metadata: { labels: 'a,b' },
      graph: {
        name: 'graph',
        nodes: [
          {
            opType: 'LeakyRelu',
            name: 'n',
            domain: '',
            inputs: ['x'],
            outputs: ['z'],
            attributes: { alpha: { float: 0.5 } },
          },
          { opType: 'Mul', name: 'm', domain: '', inputs: ['z', 'c'], outputs: ['y'], attributes: {} },
        ],
        initializers: [
          { name: 'c', dims: [2], dataType: DATA_TYPE.float, raw: new Uint8Array(Float32Array.of(3, 4).buffer) },
        ],
        inputs: [info('x')],
        outputs: [info('y')],
        valueInfo: [],
      },
    });
    const session = await ort.InferenceSession.create(bytes);
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(-1, 1), [2]) });
    expect([...(y.data as Float32Array)]).toEqual([-1.5, 4]);
  });

  it('of another writer are read, whichever field holds the numbers', async () => {
    const { graph, opsets } = decodeModel(BY_HAND, 'hand.onnx');
    expect(opsets).toEqual([{ domain: '', version: 17 }]);
    expect(graph.nodes).toEqual([
      { opType: 'Add', name: '', domain: '', inputs: ['x', 'c'], outputs: ['y'], attributes: {} },
    ]);
    expect([...new Float32Array(graph.initializers[0].raw.slice().buffer)]).toEqual([1]);
    expect(graph.inputs).toEqual([{ name: 'x', elementType: DATA_TYPE.float, shape: [1] }]);
    const session = await ort.InferenceSession.create(BY_HAND);
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(2), [1]) });
    expect([...(y.data as Float32Array)]).toEqual([3]);
  });

  it('keep the largest int64, which says "to the end", a large number when they are written again', async () => {
    const slice: OnnxModel = {
      irVersion: 4,
      producerName: '',
      producerVersion: '',
      opsets: [{ domain: '', version: 9 }],
      metadata: {},
      graph: {
        name: 'g',
        nodes: [
          {
            opType: 'Slice',
            name: '',
            domain: '',
            inputs: ['x'],
            outputs: ['y'],
            attributes: { axes: { ints: [0] }, starts: { ints: [1] }, ends: { ints: [2 ** 63 - 1024] } },
          },
        ],
        initializers: [],
        inputs: [{ name: 'x', elementType: DATA_TYPE.float, shape: [3] }],
        outputs: [{ name: 'y', elementType: DATA_TYPE.float, shape: [2] }],
        valueInfo: [],
      },
    };
    // No JavaScript number is the largest int64, so its bytes are put in place of those of the nearest one below.
    const written = Buffer.from(encodeModel(slice)).toString('latin1');
    const foreign = Buffer.from(written.replace('\x80\xf8', '\xff\xff'), 'latin1');
    expect(foreign.toString('hex')).toContain('ffffffffffffffff7f');
    const session = await ort.InferenceSession.create(encodeModel(decodeModel(foreign, 'foreign.onnx')));
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, 2, 3), [3]) });
    expect([...(y.data as Float32Array)]).toEqual([2, 3]);
  });

  it.each<[string, number, object, number[]]>([
    ['double_data', DATA_TYPE.double, { doubleData: [1, 2] }, [0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 64]],
    ['int64_data', DATA_TYPE.int64, { int64Data: [-1, 2] }, [...new Array(8).fill(255), 2, 0, 0, 0, 0, 0, 0, 0]],
    ['uint64_data', DATA_TYPE.uint64, { uint64Data: [1, 2] }, [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]],
    ['uint64_data of uint32', DATA_TYPE.uint32, { uint64Data: [1, 2] }, [1, 0, 0, 0, 2, 0, 0, 0]],
    ['int32_data', DATA_TYPE.int32, { int32Data: [-1, 2] }, [255, 255, 255, 255, 2, 0, 0, 0]],
    ['int32_data of float16', DATA_TYPE.float16, { int32Data: [0x3c00, 1] }, [0, 0x3c, 1, 0]],
    ['int32_data of int16', DATA_TYPE.int16, { int32Data: [-1, 2] }, [255, 255, 2, 0]],
    ['int32_data of int8', DATA_TYPE.int8, { int32Data: [-1, 2] }, [255, 2]],
  ])('give the little-endian bytes of %s', (_, dataType, numbers, expected) => {
    const { graph } = decodeModel(withTensor({ name: 't', dims: [2], dataType, ...numbers }), 'typed.onnx');
    expect([...graph.initializers[0].raw]).toEqual(expected);
  });

  it.each<[string, object, RegExp]>([
    ['too few numbers', { dims: [3], dataType: 1, floatData: [1, 2] }, /t has 8 bytes, but its shape \[3\] needs 12/],
    ['a negative size', { dims: [-2], dataType: 1, floatData: [1, 2] }, /its shape \[-2\] needs -8/],
    ['numbers in another file', { dims: [2], dataType: 1, dataLocation: 1 }, /t lies in another file.*one file/],
  ])('with a tensor of %s are refused', (_, tensorFields, message) => {
    expect(() => decodeModel(withTensor({ name: 't', ...tensorFields }), 'odd.onnx')).toThrow(message);
  });

  it('that are cut off or arbitrary give a message that names the file, or a model', () => {
    const whole = fc.sample(model, { numRuns: 5, seed: 1 }).map(encodeModel);
    const cut = fc
      .constantFrom(...whole)
      .chain((bytes) => fc.nat(bytes.length).map((length) => bytes.subarray(0, length)));
    fc.assert(
      fc.property(fc.oneof(cut, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        try {
          expect(decodeModel(bytes, 'broken.onnx').graph.nodes.length).toBeGreaterThan(0);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
          expect((thrown as Error).message).toContain('broken.onnx');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are refused before memory is taken for more nodes than any network has', () => {
    // Of each node, its two bytes: a tag and the length 0.
    const graph = new Uint8Array(2_400_000);
    for (let at = 0; at < graph.length; at += 2) graph[at] = 0x0a;
    const length = [
      0x80 | (graph.length & 0x7f),
      0x80 | ((graph.length >> 7) & 0x7f),
      0x80 | ((graph.length >> 14) & 0x7f),
      graph.length >> 21,
    ];
    const bytes = Uint8Array.from([8, 7, 0x3a, ...length, ...graph]);
    expect(() => decodeModel(bytes, 'many.onnx')).toThrow(/many\.onnx.*more than 1,000,000 nodes/);
  });

  it.each([
    ['empty', new Uint8Array(), /none\.onnx is an empty file/],
    ['a web page', new TextEncoder().encode('<html>not a model</html>'), /none\.onnx is a web page/],
    ['text', new TextEncoder().encode('no model'), /none\.onnx is no/],
  ])('that are %s are refused', (_, bytes, message) => {
    expect(() => decodeModel(bytes, 'none.onnx')).toThrow(message);
  });
});
