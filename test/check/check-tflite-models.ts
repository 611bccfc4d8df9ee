import { checkModel } from '../../ml/check/check-model.ts';
import type { TfliteModel, TfliteOptions, TfliteTensor } from '../../ml/tflite/model.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { write } from './check-models.ts';

/** An operator whose tensors are named; an empty name is an input that is left out. */
export interface Step {
  readonly name: string;
  readonly custom?: string;
  readonly version?: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly options?: TfliteOptions;
}

export interface Changes {
  /** Changes of tensors by their names, or new ones. */
  readonly tensors?: Readonly<Record<string, Partial<TfliteTensor>>>;
  readonly steps?: readonly Step[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
}

const map = (shape: number[], scale = 0.05, zeroPoint = -128): Partial<TfliteTensor> => ({
  type: 'INT8',
  shape,
  scale: [scale],
  zeroPoint: [zeroPoint],
});
const IMAGE_SCALE = 1 / 128;
const scales = (count: number, factor = 1) => Array.from({ length: count }, (_, i) => factor * 2 ** -(6 + i));
const zeros = (count: number) => new Array<number>(count).fill(0);
const weights = (shape: number[], axis: number): Partial<TfliteTensor> => ({
  type: 'INT8',
  shape,
  data: Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (37 * i) % 120),
  scale: scales(shape[axis]),
  zeroPoint: zeros(shape[axis]),
  quantizedDimension: axis,
});
const bias = (count: number, inputScale: number): Partial<TfliteTensor> => ({
  type: 'INT32',
  shape: [count],
  data: new Uint8Array(4 * count),
  // As float32, which the file holds.
  scale: [...Float32Array.from(scales(count, inputScale))],
  zeroPoint: zeros(count),
});
export const floats = (shape: number[]): Partial<TfliteTensor> => ({
  shape,
  data: new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)),
});
export const int32 = (...values: number[]): Partial<TfliteTensor> => ({
  type: 'INT32',
  shape: [values.length],
  data: new Uint8Array(Int32Array.from(values).buffer),
});

const TENSORS: Readonly<Record<string, Partial<TfliteTensor>>> = {
  image: { type: 'UINT8', shape: [1, 8, 8, 3], scale: [IMAGE_SCALE], zeroPoint: [128] },
  inner: map([1, 8, 8, 3], IMAGE_SCALE, 0),
  w1: weights([4, 3, 3, 3], 0),
  b1: bias(4, IMAGE_SCALE),
  a: map([1, 4, 4, 4]),
  w2: weights([1, 3, 3, 4], 3),
  b2: bias(4, 0.05),
  b: map([1, 4, 4, 4]),
  c: map([1, 4, 4, 4], 0.1, 5),
  axes: int32(1, 2),
  d: map([1, 1, 1, 4], 0.05, 3),
  w3: weights([7, 1, 1, 4], 0),
  b3: bias(7, 0.05),
  e: map([1, 1, 1, 7], 0.1, 9),
  p: map([1, 1, 1, 7], 1 / 256, -128),
  prob: { type: 'FLOAT32', shape: [1, 1, 1, 7] },
};

export const strides = { padding: 'SAME', strideWidth: 1, strideHeight: 1, activation: 'NONE' } as const;
export const window = { ...strides, dilationWidth: 1, dilationHeight: 1 } as const;
const add = { activation: 'NONE', potScaleInt16: true } as const;

/** QUANTIZE, two convolutions, a shortcut, the mean, a classifier and softmax: the shape of a small MobileNetV2. */
export const STEPS: readonly Step[] = [
  { name: 'QUANTIZE', inputs: ['image'], outputs: ['inner'] },
  {
    name: 'CONV_2D',
    version: 3,
    inputs: ['inner', 'w1', 'b1'],
    outputs: ['a'],
    options: { type: 'Conv2DOptions', value: { ...window, strideWidth: 2, strideHeight: 2, activation: 'RELU6' } },
  },
  {
    name: 'DEPTHWISE_CONV_2D',
    version: 3,
    inputs: ['a', 'w2', 'b2'],
    outputs: ['b'],
    options: { type: 'DepthwiseConv2DOptions', value: { ...window, depthMultiplier: 1 } },
  },
  { name: 'ADD', version: 2, inputs: ['a', 'b'], outputs: ['c'], options: { type: 'AddOptions', value: add } },
  {
    name: 'MEAN',
    version: 2,
    inputs: ['c', 'axes'],
    outputs: ['d'],
    options: { type: 'ReducerOptions', value: { keepDims: true } },
  },
  {
    name: 'CONV_2D',
    version: 3,
    inputs: ['d', 'w3', 'b3'],
    outputs: ['e'],
    options: { type: 'Conv2DOptions', value: window },
  },
  {
    name: 'SOFTMAX',
    version: 2,
    inputs: ['e'],
    outputs: ['p'],
    options: { type: 'SoftmaxOptions', value: { beta: 1 } },
  },
  { name: 'DEQUANTIZE', version: 2, inputs: ['p'], outputs: ['prob'] },
];

/** The network with one step changed. */
export const changed = (index: number, change: Partial<Step>): readonly Step[] =>
  STEPS.map((step, i) => (i === index ? { ...step, ...change } : step));

export function tfliteOf({
  tensors = {},
  steps = STEPS,
  inputs = ['image'],
  outputs = ['prob'],
}: Changes): TfliteModel {
  const names = new Set([...Object.keys(TENSORS), ...Object.keys(tensors)]);
  const all = new Map<string, TfliteTensor>();
  for (const name of names) {
    const blank = { name, type: 'FLOAT32', shape: [], data: new Uint8Array(), scale: [], zeroPoint: [] } as const;
    all.set(name, { ...blank, quantizedDimension: 0, ...TENSORS[name], ...tensors[name] });
  }
  const resolve = (list: readonly string[]) => list.map((name) => all.get(name) ?? null);
  return {
    version: 3,
    description: '',
    tensors: [...all.values()],
    inputs: resolve(inputs),
    outputs: resolve(outputs),
    operators: steps.map(({ name, custom, version = 1, options, ...step }) => ({
      name,
      ...(custom !== undefined && { custom }),
      version,
      options,
      inputs: resolve(step.inputs),
      outputs: resolve(step.outputs),
    })),
    metadata: [],
    signatures: [],
  };
}

/** A network of one operator from `image` [1, 8, 8, 4] to `y`, in floats. */
export function single(step: Partial<Step> & { readonly name: string }, tensors: Changes['tensors'] = {}): Changes {
  return {
    tensors: {
      image: { type: 'FLOAT32', shape: [1, 8, 8, 4], scale: [], zeroPoint: [] },
      y: { shape: [1, 8, 8, 4] },
      ...tensors,
    },
    steps: [{ inputs: ['image'], outputs: ['y'], ...step }],
    outputs: ['y'],
  };
}

export const checkChanges = (changes: Changes) => checkModel(write(writeTflite(tfliteOf(changes)), 'tflite'));
