import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { readMobileNet } from '../../ml/weights/from-tflite.ts';
import { googleLayers } from '../../ml/weights/google-layers.ts';
import { buildTflite, type ModelSpec, type OperatorSpec, type TensorSpec } from '../tflite/build.ts';
import { type Numbers, randomMobileNetV2 } from './network.ts';

const FILE = 'weights.tflite';

describe("the network's layers", () => {
  it.each([
    [0.35, 1.66, 410_208],
    [0.5, 1.95, 706_224],
    [0.75, 2.61, 1_382_064],
    [1, 3.47, 2_257_984],
    [1.3, 5.34, 3_766_048],
    [1.4, 6.06, 4_363_712],
  ])('have as many weights at width %d as published', (width, millions, kerasWithoutTop) => {
    const layers = googleLayers('mobilenet-v2', width).map((layer) => ({
      ...layer,
      outChannels: layer.outChannels ?? 1001,
    }));
    const weights = layers.map((l) => l.outChannels * l.kernelSize ** 2 * (l.kind === 'depthwise' ? 1 : l.inChannels));
    expect(weights.reduce((a, b) => a + b) / 1e6).toBeCloseTo(millions, 1);
    // Keras counts four numbers of batch norm for each channel, and with `include_top=False` no classifier.
    const keras = weights.slice(0, -1).map((count, i) => count + 4 * layers[i].outChannels);
    expect(keras.reduce((a, b) => a + b)).toBe(kerasWithoutTop);
    expect(layers).toHaveLength(53);
    expect(layers.filter(({ adds }) => adds)).toHaveLength(10);
  });
});

describe('reading MobileNetV2', () => {
  it.each([
    [1, 96, 'uint8'],
    [0.35, 224, 'float32'],
    [0.5, 128, 'int8'],
    [1.4, 160, 'int8'],
  ] as [number, number, Numbers][])('gives the real weights of width %d, size %d, %s', (width, size, numbers) => {
    const { model, expected } = randomMobileNetV2(width, size, 5, numbers);
    const network = readMobileNet(buildTflite(model), FILE, 'mobilenet-v2');
    expect(network).toMatchObject({ width, size, classes: 5 });
    expect(network.convolutions.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    for (const [i, { name, kernel, bias }] of network.convolutions.entries()) {
      expect(Buffer.compare(Buffer.from(kernel.buffer), bytesOf(expected[i].kernel)), name).toBe(0);
      expect(Buffer.compare(Buffer.from(bias.buffer), bytesOf(expected[i].bias)), name).toBe(0);
    }
  });

  it('follows the tensors, whatever the order of the operators', () => {
    const { model } = randomMobileNetV2(0.35, 96, 3, 'uint8');
    const reversed = { ...model, operators: model.operators.toReversed() };
    const read = (spec: ModelSpec) => readMobileNet(buildTflite(spec), FILE, 'mobilenet-v2');
    expect(read(reversed)).toEqual(read(model));
  });
});

describe('another network', () => {
  const { model } = randomMobileNetV2(0.35, 96, 3, 'uint8');
  const named = (name: string) => model.tensors.findIndex((tensor) => tensor.name === `MobilenetV2/${name}`);
  const changeTensor = (name: string, change: Partial<TensorSpec>): ModelSpec => ({
    ...model,
    tensors: model.tensors.with(named(name), { ...model.tensors[named(name)], ...change }),
  });
  const changeOperator = (output: string, change: Partial<OperatorSpec>): ModelSpec => ({
    ...model,
    operators: model.operators.map((each) => (each.outputs[0] === named(output) ? { ...each, ...change } : each)),
  });
  const changeImage = (shape: number[]): ModelSpec => ({
    ...model,
    tensors: model.tensors.with(0, { ...model.tensors[0], shape }),
  });

  it.each([
    [
      'an input that is not square',
      changeImage([1, 96, 64, 3]),
      'as its input, a tensor of [1,size,size,3] is expected, but it has [1,96,64,3]',
    ],
    ['grey input', changeImage([1, 96, 96, 1]), 'but it has [1,96,96,1]'],
    ['no input', { ...model, inputs: [] }, 'as its input, a tensor of [1,size,size,3] is expected, but it has none;'],
    [
      'other names',
      changeTensor('expanded_conv_3/expand/out', { name: 'MobilenetV1/Conv2d_3' }),
      'as its block3/expand, CONV_2D "MobilenetV2/expanded_conv_3/expand/…" with kernel [48,1,1,8], stride 1 is expected, ' +
        'but it has CONV_2D "MobilenetV1/Conv2d_3" with kernel [48,1,1,8], stride 1, padding SAME',
    ],
    [
      'more channels',
      changeTensor('expanded_conv_4/expand/weights', { shape: [60, 1, 1, 16] }),
      'as its block4/expand, ',
    ],
    [
      'a bias of another length',
      changeTensor('expanded_conv_4/expand/bias', { shape: [95] }),
      'as its block4/expand, ',
    ],
    [
      'another kernel size',
      changeTensor('expanded_conv/depthwise/weights', { shape: [1, 5, 5, 16] }),
      '[1,5,5,16], stride 1',
    ],
    [
      'another stride',
      changeOperator('Conv/out', { convolution: { stride: 1 } }),
      'kernel [16,3,3,3], stride 1, padding SAME',
    ],
    [
      'dilation',
      changeOperator('expanded_conv_5/depthwise/out', { convolution: { stride: 1, dilation: 2 } }),
      'as its block5/depthwise',
    ],
    [
      'another padding',
      changeOperator('Conv/out', { convolution: { stride: 2, padding: 1 } }),
      'stride 2, padding VALID',
    ],
    [
      'no shortcut',
      { ...model, operators: model.operators.filter(({ code }) => code !== 0) },
      'as its sum after block2/project, ADD of block1/project is expected, but it has nothing;',
    ],
    [
      'a shortcut from elsewhere',
      {
        ...model,
        operators: model.operators.map((each) => (each.code === 0 ? { ...each, inputs: [each.inputs[0], 0] } : each)),
      },
      'as its sum after block2/project, ADD of block1/project is expected, but it has ADD "sum3";',
    ],
    [
      'no pooling',
      { ...model, operators: model.operators.filter(({ code }) => code !== 1) },
      'as its pooling, AVERAGE_POOL_2D is expected, but it has nothing',
    ],
    [
      'no classifier',
      { ...model, operators: model.operators.slice(0, -1) },
      'with kernel [classes,1,1,1280], stride 1 is expected, but it has nothing',
    ],
    ['no operators', { ...model, operators: [] }, 'as its stem, '],
  ] as [string, ModelSpec, string][])('with %s is refused by the first thing that differs', (_, changed, found) => {
    const attempt = () => readMobileNet(buildTflite(changed), FILE, 'mobilenet-v2');
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(found);
    expect(attempt).toThrow(
      /^weights\.tflite is not Google's MobileNetV2: .*; choose a file mobilenet_v2_<width>_<size>/,
    );
  });

  it('never fails otherwise, whatever bytes around the weights are changed to', () => {
    const bytes = buildTflite(model);
    const weights = new Set<number>();
    for (const { data } of readTflite(bytes, FILE).tensors) {
      for (let i = 0; i < data.length; i++) weights.add(data.byteOffset - bytes.byteOffset + i);
    }
    const around = Array.from(bytes.keys()).filter((at) => !weights.has(at));
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(around.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const flipped = bytes.slice();
        flipped[around[index]] ^= change;
        try {
          expect(readMobileNet(flipped, FILE, 'mobilenet-v2').convolutions).toHaveLength(53);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
          refused++;
        }
      }),
      { numRuns: 200 },
    );
    expect(refused).toBeGreaterThan(0);
  });
});

function bytesOf(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
