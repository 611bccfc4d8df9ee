/** Small models as other programs write them, made here. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../ml/core/random.ts';
import { sizeOf } from '../../ml/nn/graph.ts';
import type { TfliteOperator, TfliteTensor } from '../../ml/tflite/model.ts';
import { writeTflite } from '../../ml/tflite/write.ts';

export const folder = mkdtempSync(join(tmpdir(), 'import-'));
let count = 0;

/** A new folder with these files. */
export function folderOf(files: Readonly<Record<string, Uint8Array | string | object>>): string {
  count += 1;
  const path = join(folder, `model${count}`);
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(path, name), isRaw ? content : JSON.stringify(content));
  }
  return path;
}

type Weights = Readonly<Record<string, readonly number[]>>;

/** Weights that a batch norm divides by are positive. */
export function valuesOf(weights: Weights): {
  specs: { name: string; shape: readonly number[]; dtype: string }[];
  data: Float32Array;
} {
  const random = new Random(3);
  const specs = Object.entries(weights).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const parts = specs.map(({ name, shape }) => {
    const spread = name.endsWith('variance') ? [0.5, 1.5] : [-0.7, 0.7];
    return Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(spread[0], spread[1]));
  });
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { specs, data };
}

const layer = (class_name: string, name: string, config: object = {}, ...inbound: string[]) => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes: inbound.length > 0 ? [inbound.map((source) => [source, 0, 0, {}])] : [],
});

export const SIDE = 16;

/**
 * The structure of Teachable Machine's image models: a Sequential of a truncated MobileNet with a pooling, and one of two dense
 * layers, the last without bias.
 */
export function teachableTopology(classes: number, channels = 3): { topology: object; weights: Weights } {
  const norm = (name: string) => ({ name, epsilon: 1e-3, scale: true, center: true });
  const mobile = layer('Model', 'model1', {
    layers: [
      layer('InputLayer', 'input_1', { batch_input_shape: [null, SIDE, SIDE, channels], dtype: 'float32' }),
      layer(
        'ZeroPadding2D',
        'pad',
        {
          padding: [
            [0, 1],
            [0, 1],
          ],
          data_format: 'channels_last',
        },
        'input_1',
      ),
      layer(
        'Conv2D',
        'Conv1',
        { filters: 8, kernel_size: [3, 3], strides: [2, 2], padding: 'valid', use_bias: false, activation: 'linear' },
        'pad',
      ),
      layer('BatchNormalization', 'bn_Conv1', norm('bn_Conv1'), 'Conv1'),
      layer('ReLU', 'Conv1_relu', { max_value: 6 }, 'bn_Conv1'),
      layer(
        'DepthwiseConv2D',
        'dw',
        {
          kernel_size: [3, 3],
          strides: [1, 1],
          padding: 'same',
          use_bias: false,
          depth_multiplier: 1,
          activation: 'linear',
        },
        'Conv1_relu',
      ),
      layer('BatchNormalization', 'dw_BN', norm('dw_BN'), 'dw'),
      layer('ReLU', 'dw_relu', { max_value: 6 }, 'dw_BN'),
      layer(
        'Conv2D',
        'project',
        { filters: 8, kernel_size: [1, 1], strides: [1, 1], padding: 'same', use_bias: true, activation: 'linear' },
        'dw_relu',
      ),
      layer('Add', 'add', {}, 'Conv1_relu', 'project'),
      layer('MaxPooling2D', 'pool', { pool_size: [2, 2], strides: [2, 2], padding: 'same' }, 'add'),
    ],
    input_layers: [['input_1', 0, 0]],
    output_layers: [['pool', 0, 0]],
  });
  const topology = {
    class_name: 'Sequential',
    keras_version: 'tfjs-layers 1.3.1',
    backend: 'tensor_flow.js',
    config: {
      name: 'sequential_4',
      layers: [
        layer('Sequential', 'sequential_1', {
          layers: [mobile, layer('GlobalAveragePooling2D', 'gap', { data_format: 'channels_last' })],
        }),
        layer('Sequential', 'sequential_3', {
          layers: [
            layer('Dense', 'dense_1', { units: 10, activation: 'relu', use_bias: true, batch_input_shape: [null, 8] }),
            layer('Dropout', 'drop', { rate: 0.5 }),
            layer('Dense', 'dense_2', { units: classes, activation: 'softmax', use_bias: false }),
          ],
        }),
      ],
    },
  };
  const statistics = (name: string) =>
    Object.fromEntries(['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) => [`${name}/${part}`, [8]]));
  return {
    topology,
    weights: {
      'Conv1/kernel': [3, 3, channels, 8],
      ...statistics('bn_Conv1'),
      'dw/depthwise_kernel': [3, 3, 8, 1],
      ...statistics('dw_BN'),
      'project/kernel': [1, 1, 8, 8],
      'project/bias': [8],
      'dense_1/kernel': [8, 10],
      'dense_1/bias': [10],
      'dense_2/kernel': [10, classes],
    },
  };
}

interface TfjsChanges {
  readonly paths?: readonly string[];
  readonly change?: (specs: object[]) => object[];
  readonly data?: Uint8Array;
}

/** The files of a TensorFlow.js model. */
export function tfjsFiles(
  { topology, weights }: { topology: object; weights: Weights },
  { paths = ['weights.bin'], change = (all) => all, data }: TfjsChanges = {},
) {
  const values = valuesOf(weights);
  return {
    'model.json': {
      format: 'layers-model',
      modelTopology: topology,
      weightsManifest: [{ paths, weights: change(values.specs) }],
    },
    'weights.bin': data ?? new Uint8Array(values.data.buffer),
  };
}

export const METADATA = (labels: readonly string[]) => ({
  tfjsVersion: '1.3.1',
  tmVersion: '2.4.7',
  packageVersion: '0.8.4-alpha2',
  packageName: '@teachablemachine/image',
  timeStamp: '2026-01-31T12:00:00.000Z',
  userMetadata: {},
  modelName: 'tm-my-image-model',
  labels,
  imageSize: SIDE,
});

const shapes = (...dims: number[]) => ({ shape: { shape: { dim: dims.map((size) => ({ size: String(size) })) } } });
const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const list = (...values: number[]) => ({ list: { i: values.map(String) } });
const fused = (...names: string[]) => ({ list: { s: names.map((name) => Buffer.from(name).toString('base64')) } });

/** As tensorflowjs_converter writes a Keras network: constants as weights, biases and activations fused. */
export function graphTopology(classes: number): { topology: object; weights: Weights } {
  const node = (op: string, name: string, input: string[], attr: object = {}) => ({
    name,
    op,
    input,
    attr: { T: { type: 'DT_FLOAT' }, ...attr },
  });
  const constant = (name: string) => ({
    name,
    op: 'Const',
    attr: { dtype: { type: 'DT_FLOAT' }, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: {} } } },
  });
  const weights = {
    kernel: [3, 3, 3, 6],
    bias: [6],
    depth: [3, 3, 6, 1],
    depthBias: [6],
    matrix: [6, classes],
    matrixBias: [classes],
  };
  const convolution = {
    strides: list(1, 2, 2, 1),
    dilations: list(1, 1, 1, 1),
    padding: text('SAME'),
    data_format: text('NHWC'),
  };
  const topology = {
    node: [
      node('Softmax', 'Identity', ['dense']),
      { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, ...shapes(-1, SIDE, SIDE, 3) } },
      ...Object.keys(weights).map(constant),
      {
        name: 'axes',
        op: 'Const',
        attr: { dtype: { type: 'DT_INT32' }, value: { tensor: { dtype: 'DT_INT32', tensorShape: {} } } },
      },
      node('_FusedConv2D', 'conv', ['x', 'kernel', 'bias'], {
        ...convolution,
        fused_ops: fused('BiasAdd', 'Relu6'),
        num_args: { i: '1' },
        epsilon: { f: 0 },
      }),
      node('FusedDepthwiseConv2dNative', 'depthwise', ['conv', 'depth', 'depthBias'], {
        ...convolution,
        strides: list(1, 1, 1, 1),
        fused_ops: fused('BiasAdd', 'Relu'),
        num_args: { i: '1' },
      }),
      node('Sigmoid', 'gate', ['depthwise']),
      node('Mul', 'swish', ['depthwise', 'gate']),
      node('Mean', 'mean', ['swish', 'axes'], { keep_dims: { b: false }, Tidx: { type: 'DT_INT32' } }),
      node('_FusedMatMul', 'dense', ['mean', 'matrix', 'matrixBias'], {
        fused_ops: fused('BiasAdd'),
        transpose_a: { b: false },
        transpose_b: { b: false },
        num_args: { i: '1' },
      }),
    ],
    library: {},
    versions: { producer: 1087 },
  };
  return { topology, weights };
}

/** The files of a graph model: its axes are whole numbers. */
export function graphFiles(classes: number) {
  const { topology, weights } = graphTopology(classes);
  const { specs, data } = valuesOf(weights);
  const axes = new Uint8Array(Int32Array.of(1, 2).buffer);
  return {
    'model.json': {
      format: 'graph-model',
      modelTopology: topology,
      weightsManifest: [
        { paths: ['group1-shard1of1.bin'], weights: [...specs, { name: 'axes', shape: [2], dtype: 'int32' }] },
      ],
    },
    'group1-shard1of1.bin': Buffer.concat([new Uint8Array(data.buffer), axes]),
  };
}

const NOT_QUANTIZED = { scale: [], zeroPoint: [], quantizedDimension: 0 };
type Precision = 'float32' | 'float16' | 'uint8';

/** The bits of an IEEE 754 binary16, rounded towards zero; for numbers between 2⁻¹⁴ and 65504. */
function toHalf(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.floor((Math.abs(value) / 2 ** exponent - 1) * 1024);
  return exponent < -14 ? 0 : (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
}

/**
 * A network as TensorFlow's converter writes one of Keras: convolution with ReLU6, mean, dense, softmax; its weights as floats, as
 * float16 behind DEQUANTIZE, or everything in 8 bits with a uint8 input and output, as Teachable Machine's quantized models.
 */
export function tfliteModel(classes: number, precision: Precision, logitStep = 10 / 255): Uint8Array {
  const weights = { kernel: [6, 3, 3, 3], bias: [6], matrix: [classes, 6], matrixBias: [classes] };
  const { specs, data } = valuesOf(weights);
  const tensors: TfliteTensor[] = [];
  const operators: TfliteOperator[] = [];
  const add = (tensor: Partial<TfliteTensor> & { name: string; shape: readonly number[] }): TfliteTensor => {
    const whole: TfliteTensor = { type: 'FLOAT32', data: new Uint8Array(), ...NOT_QUANTIZED, ...tensor };
    tensors.push(whole);
    return whole;
  };
  const operate = (
    name: string,
    inputs: TfliteTensor[],
    output: TfliteTensor,
    options: TfliteOperator['options'] = undefined,
  ) => {
    operators.push({ name, version: precision === 'uint8' ? 3 : 1, inputs, outputs: [output], options });
    return output;
  };
  const quantized = (scale: number, zeroPoint: number): Partial<TfliteTensor> =>
    precision === 'uint8' ? { type: 'INT8', scale: [scale], zeroPoint: [zeroPoint] } : {};
  const input = add({
    name: 'image',
    shape: [1, SIDE, SIDE, 3],
    ...(precision === 'uint8' && { type: 'UINT8', scale: [1 / 127.5], zeroPoint: [127] }),
  });
  const image =
    precision === 'uint8'
      ? operate('QUANTIZE', [input], add({ name: 'image/int8', shape: input.shape, ...quantized(1 / 127.5, -1) }))
      : input;
  // Scales of what the layers compute, which numbers up to 6, 6, and some 4 fit into.
  const scales = { image: 1 / 127.5, conv: 6 / 255, logits: logitStep, weight: 0.7 / 127 };
  let at = 0;
  const constants = specs.map(({ name, shape }) => {
    const values = data.subarray(at, at + sizeOf(shape));
    at += values.length;
    if (precision === 'float16') {
      const halves = new Uint8Array(Uint16Array.from(values, toHalf).buffer);
      return operate(
        'DEQUANTIZE',
        [add({ name: `${name}/half`, shape, type: 'FLOAT16', data: halves })],
        add({ name, shape }),
      );
    }
    if (precision === 'float32') return add({ name, shape, data: new Uint8Array(values.slice().buffer) });
    if (name.toLowerCase().includes('bias')) {
      const scale = scales.weight * (name === 'bias' ? scales.image : scales.conv);
      return add({
        name,
        shape,
        type: 'INT32',
        scale: [scale],
        zeroPoint: [0],
        data: new Uint8Array(Int32Array.from(values, (v) => Math.round(v / scale)).buffer),
      });
    }
    return add({
      name,
      shape,
      type: 'INT8',
      scale: [scales.weight],
      zeroPoint: [0],
      data: new Uint8Array(Int8Array.from(values, (v) => Math.round(v / scales.weight)).buffer),
    });
  });
  const [kernel, bias, matrix, matrixBias] = constants;
  const conv = operate(
    'CONV_2D',
    [image, kernel, bias],
    add({ name: 'conv', shape: [1, SIDE / 2, SIDE / 2, 6], ...quantized(scales.conv, -128) }),
    {
      type: 'Conv2DOptions',
      value: {
        padding: 'SAME',
        strideWidth: 2,
        strideHeight: 2,
        activation: 'RELU6',
        dilationWidth: 1,
        dilationHeight: 1,
      },
    },
  );
  const axes = add({ name: 'axes', shape: [2], type: 'INT32', data: new Uint8Array(Int32Array.of(1, 2).buffer) });
  const mean = operate('MEAN', [conv, axes], add({ name: 'mean', shape: [1, 6], ...quantized(scales.conv, -128) }), {
    type: 'ReducerOptions',
    value: { keepDims: false },
  });
  const logits = operate(
    'FULLY_CONNECTED',
    [mean, matrix, matrixBias],
    add({ name: 'logits', shape: [1, classes], ...quantized(scales.logits, 0) }),
    {
      type: 'FullyConnectedOptions',
      value: { activation: 'NONE', weightsFormat: 'DEFAULT', keepNumDims: false, asymmetricQuantizeInputs: false },
    },
  );
  const prob = operate('SOFTMAX', [logits], add({ name: 'prob', shape: [1, classes], ...quantized(1 / 256, -128) }), {
    type: 'SoftmaxOptions',
    value: { beta: 1 },
  });
  const output =
    precision === 'uint8'
      ? operate(
          'QUANTIZE',
          [prob],
          add({ name: 'prob/uint8', shape: [1, classes], type: 'UINT8', scale: [1 / 256], zeroPoint: [0] }),
        )
      : prob;
  return writeTflite({
    version: 3,
    description: 'made for a test',
    tensors,
    inputs: [input],
    outputs: [output],
    operators,
    metadata: [],
    signatures: [],
  });
}
