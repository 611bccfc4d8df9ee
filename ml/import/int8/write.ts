import { imageInput, PROBABILITIES } from '../../model/inputs.ts';
import { sizeOf } from '../../nn/graph.ts';
import { correctedBias } from '../../quantize/correct-bias.ts';
import {
  biasScales,
  type QuantizationParameters,
  quantizeBias,
  quantizeKernel,
  weightScales,
} from '../../quantize/scheme.ts';
import { appendLabels, describeTflite, METADATA_NAME } from '../../tflite/metadata.ts';
import type { TfliteOperator, TfliteTensor } from '../../tflite/model.ts';
import { writeTflite } from '../../tflite/write.ts';
import type { Sides } from '../passes/view.ts';
import { moved } from '../readers/builder.ts';
import type { Calibrated } from './calibrate.ts';
import type { Convolution, Int8Layer, Int8Network } from './layers.ts';

const NOT_QUANTIZED = { scale: [], zeroPoint: [], quantizedDimension: 0 };
const NO_PADS = [0, 0, 0, 0];

/** Versions of the operators that take int8, by TensorFlow Lite's list of versions. */
const VERSIONS: Readonly<Record<string, number>> = {
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  ADD: 2,
  MUL: 2,
  MEAN: 2,
  FULLY_CONNECTED: 4,
  CONCATENATION: 2,
  SOFTMAX: 2,
  DEQUANTIZE: 2,
  LOGISTIC: 2,
  TANH: 2,
  RELU: 2,
  RELU6: 2,
  LEAKY_RELU: 2,
  MAX_POOL_2D: 2,
  AVERAGE_POOL_2D: 2,
  PAD: 2,
};

/**
 * A network as a TensorFlow Lite file of int8 after the 8-bit quantization specification, with float input and output as this
 * project's own: `image` [1, S, S, 3] in [−1, 1] and `prob` [1, K]. Like those it ends in MEAN without kept axes,
 * FULLY_CONNECTED and SOFTMAX.
 * @param network of {@link int8Layers}.
 * @param calibrated every activation.
 */
export function int8File(network: Int8Network, calibrated: Calibrated, labels: readonly string[]): Uint8Array {
  return new Int8Writer(network, calibrated).file(labels);
}

class Int8Writer {
  readonly #tensors: TfliteTensor[] = [];
  readonly #operators: TfliteOperator[] = [];
  readonly #computed = new Map<string, TfliteTensor>();
  readonly #rows: ReadonlySet<string>;

  constructor(
    private readonly network: Int8Network,
    private readonly calibrated: Calibrated,
  ) {
    this.#rows = rowsOf(network);
  }

  file(labels: readonly string[]): Uint8Array {
    const { network } = this;
    const image = this.#activation(network.input, 'image/int8');
    const input = this.#add({ ...image, name: 'image', type: 'FLOAT32', ...NOT_QUANTIZED });
    this.#operate('QUANTIZE', [input], image);
    for (const layer of network.layers) this.#layer(layer);
    const computed = this.#computed.get(network.output) as TfliteTensor;
    const last = computed.shape.length === 2 ? computed : this.#reshape(computed, `${PROBABILITIES}/row`);
    const output = this.#operate(
      'DEQUANTIZE',
      [last],
      this.#add({ ...last, name: PROBABILITIES, type: 'FLOAT32', ...NOT_QUANTIZED }),
    );
    const about = { name: 'Emotion Lens', description: `Tells apart: ${labels.join(', ')}`, version: '2' };
    const side = input.shape[1];
    const model = writeTflite({
      version: 3,
      description: `Emotion Lens: ${labels.length} classes`,
      tensors: this.#tensors,
      inputs: [input],
      outputs: [output],
      operators: this.#operators,
      metadata: [{ name: METADATA_NAME, data: describeTflite([imageInput(side)], PROBABILITIES, about) }],
      signatures: [
        {
          key: 'serving_default',
          inputs: [{ name: 'image', tensor: input }],
          outputs: [{ name: PROBABILITIES, tensor: output }],
        },
      ],
    });
    return appendLabels(model, labels);
  }

  #add(tensor: TfliteTensor): TfliteTensor {
    this.#tensors.push(tensor);
    return tensor;
  }

  #constant(
    name: string,
    type: TfliteTensor['type'],
    shape: readonly number[],
    values: { buffer: ArrayBufferLike },
    scales: readonly number[] = [],
    quantizedDimension = 0,
  ): TfliteTensor {
    const data = new Uint8Array(values.buffer);
    return this.#add({ name, type, shape, data, scale: scales, zeroPoint: scales.map(() => 0), quantizedDimension });
  }

  #activation(name: string, as = name, sides = this.network.sides.get(name) as Sides): TfliteTensor {
    const { scale, zeroPoint } = this.#of(name);
    const [, channels, height, width] = sides;
    const shape = this.#rows.has(name) ? [1, channels] : [1, height, width, channels];
    const tensor = this.#add({
      name: as,
      type: 'INT8',
      shape,
      data: new Uint8Array(),
      scale: [scale],
      zeroPoint: [zeroPoint],
      quantizedDimension: 0,
    });
    this.#computed.set(name, tensor);
    return tensor;
  }

  #of(name: string): QuantizationParameters {
    return this.calibrated.parameters.get(name) as QuantizationParameters;
  }

  #operate(
    name: string,
    inputs: readonly TfliteTensor[],
    output: TfliteTensor,
    options: TfliteOperator['options'] = undefined,
  ): TfliteTensor {
    this.#operators.push({ name, version: VERSIONS[name] ?? 1, inputs, outputs: [output], options });
    return output;
  }

  #layer(layer: Int8Layer): void {
    const inputs = layer.inputs.map((name) => this.#computed.get(name) as TfliteTensor);
    const { kind, output, fused: activation } = layer;
    const result = () => this.#activation(output);
    switch (kind) {
      case 'convolution':
        this.#convolution(layer, inputs[0], result);
        return;
      case 'ADD':
        this.#operate(kind, inputs, result(), { type: 'AddOptions', value: { activation, potScaleInt16: true } });
        return;
      case 'MUL':
        this.#operate(kind, inputs, result(), { type: 'MulOptions', value: { activation } });
        return;
      case 'PAD':
        this.#pad(inputs[0], layer.pads, result());
        return;
      case 'MAX_POOL_2D':
      case 'AVERAGE_POOL_2D': {
        const padding = this.#padding(layer.pads, layer.size, layer.strides, layer.inputs[0], output);
        // An even padding that SAME does not make is zeros here, which a pool would take for values.
        if (padding === undefined) throw new RangeError(`${kind} ${output} has the padding ${layer.pads}`);
        this.#operate(kind, inputs, result(), {
          type: 'Pool2DOptions',
          value: {
            padding,
            strideHeight: layer.strides[0],
            strideWidth: layer.strides[1],
            filterHeight: layer.size[0],
            filterWidth: layer.size[1],
            activation: 'NONE',
          },
        });
        return;
      }
      case 'MEAN': {
        const axes = this.#constant(`${output}/axes`, 'INT32', [2], Int32Array.of(1, 2));
        this.#operate(kind, [inputs[0], axes], result(), {
          type: 'ReducerOptions',
          value: { keepDims: !this.#rows.has(output) },
        });
        return;
      }
      case 'CONCATENATION':
        this.#operate(kind, inputs, result(), {
          type: 'ConcatenationOptions',
          value: { axis: this.#rows.has(output) ? 1 : 3, activation: 'NONE' },
        });
        return;
      case 'SOFTMAX':
        this.#operate(kind, inputs, result(), { type: 'SoftmaxOptions', value: { beta: 1 } });
        return;
      case 'LEAKY_RELU':
        this.#operate(kind, inputs, result(), { type: 'LeakyReluOptions', value: { alpha: layer.alpha } });
        return;
      default:
        this.#operate(kind, inputs, result());
    }
  }

  #convolution(layer: Convolution & Int8Layer, x: TfliteTensor, result: () => TfliteTensor): void {
    const { depthwise, kernel, bias, strides, dilations, output, fused: activation } = layer;
    const [name] = layer.inputs;
    const row = this.#rows.has(output);
    const [outputs, , height, width] = kernel.dims;
    const { scale } = this.#of(name);
    const scales = weightScales(kernel.values, bias, scale, !row);
    const ofBias = biasScales(scale, scales);
    const values = quantizeKernel(kernel.values, scales);
    const integers = Float32Array.from(values);
    const means = this.calibrated.means.get(name);
    const corrected = means
      ? correctedBias({
          kernel: kernel.values,
          bias,
          rounded: (place, channel) => values[place] * scales[channel],
          // A depthwise convolution has the results of an input channel one after the other.
          meanAt: (channel, tap) =>
            means[depthwise ? Math.floor((channel * means.length) / outputs) : Math.floor(tap / (height * width))],
        })
      : bias;
    const order = depthwise ? [1, 2, 3, 0] : [0, 2, 3, 1];
    const ordered = Int8Array.from(moved({ dims: kernel.dims, values: integers }, order));
    const each = (all: Float32Array) => (row ? [all[0]] : [...all]);
    const shape = row ? [outputs, kernel.values.length / outputs] : order.map((axis) => kernel.dims[axis]);
    const weights = this.#constant(`${output}/kernel`, 'INT8', shape, ordered, each(scales), depthwise ? 3 : 0);
    const biases = this.#constant(`${output}/bias`, 'INT32', [outputs], quantizeBias(corrected, ofBias), each(ofBias));
    if (row) {
      const flat = this.#rows.has(name) ? x : this.#reshape(x, `${output}/flat`);
      this.#operate('FULLY_CONNECTED', [flat, weights, biases], result(), {
        type: 'FullyConnectedOptions',
        value: { activation, weightsFormat: 'DEFAULT', keepNumDims: false, asymmetricQuantizeInputs: false },
      });
      return;
    }
    const reach = [height, width].map((size, axis) => dilations[axis] * (size - 1) + 1);
    const padding = this.#padding(layer.pads, reach, strides, name, output);
    const padded = padding === undefined ? this.#padded(x, layer) : x;
    const window = {
      padding: padding ?? 'VALID',
      strideHeight: strides[0],
      strideWidth: strides[1],
      activation,
      dilationHeight: dilations[0],
      dilationWidth: dilations[1],
    } as const;
    if (depthwise) {
      const channels = x.shape[3];
      const value = { ...window, depthMultiplier: outputs / channels };
      this.#operate('DEPTHWISE_CONV_2D', [padded, weights, biases], result(), {
        type: 'DepthwiseConv2DOptions',
        value,
      });
    } else this.#operate('CONV_2D', [padded, weights, biases], result(), { type: 'Conv2DOptions', value: window });
  }

  /** TensorFlow's name for a padding; undefined where it has none. */
  #padding(
    pads: readonly number[],
    reach: readonly number[],
    strides: readonly number[],
    from: string,
    to: string,
  ): 'SAME' | 'VALID' | undefined {
    if (pads.every((amount) => amount === 0)) return 'VALID';
    const [before, after] = [from, to].map((name) => (this.network.sides.get(name) as Sides).slice(2));
    const isSame = [0, 1].every((axis) => {
      const total = Math.max(0, (after[axis] - 1) * strides[axis] + reach[axis] - before[axis]);
      const fits = after[axis] === Math.ceil(before[axis] / strides[axis]);
      return fits && pads[axis] === Math.floor(total / 2) && pads[axis + 2] === total - pads[axis];
    });
    return isSame ? 'SAME' : undefined;
  }

  /** As a row. */
  #reshape(x: TfliteTensor, name: string): TfliteTensor {
    const shape = [1, sizeOf(x.shape)];
    const target = this.#constant(`${name}/shape`, 'INT32', [2], Int32Array.from(shape));
    const value = { newShape: shape };
    return this.#operate('RESHAPE', [x, target], this.#add({ ...x, name, shape }), { type: 'ReshapeOptions', value });
  }

  #padded(x: TfliteTensor, { pads, output }: Convolution & Int8Layer): TfliteTensor {
    const [, height, width, channels] = x.shape;
    const [top, left, bottom, right] = pads;
    const shape = [1, height + top + bottom, width + left + right, channels];
    return this.#pad(x, pads, this.#add({ ...x, name: `${output}/padded`, shape }));
  }

  #pad(x: TfliteTensor, [top, left, bottom, right]: readonly number[] = NO_PADS, output: TfliteTensor): TfliteTensor {
    const amounts = this.#constant(
      `${output.name}/amounts`,
      'INT32',
      [4, 2],
      Int32Array.of(0, 0, top, bottom, left, right, 0, 0),
    );
    return this.#operate('PAD', [x, amounts], output, { type: 'PadOptions', value: {} });
  }
}

/** Whether a convolution sees the whole image at once: a dense layer after Flatten. */
const isWhole = (layer: Int8Layer, sides: Int8Network['sides']): boolean =>
  layer.kind === 'convolution' &&
  !layer.depthwise &&
  layer.pads.every((amount) => amount === 0) &&
  String(layer.kernel.dims.slice(2)) === String(sides.get(layer.inputs[0])?.slice(2));

/** Layers that rows of numbers have. */
const OF_ROWS: readonly Int8Layer['kind'][] = [
  'ADD',
  'MUL',
  'CONCATENATION',
  'LOGISTIC',
  'TANH',
  'SOFTMAX',
  'RELU',
  'RELU6',
  'LEAKY_RELU',
];

/** Activations that are rows [1, C]: from the pooling of the whole image on, or from a dense layer on it, if no image follows. */
function rowsOf({ layers, sides }: Int8Network): ReadonlySet<string> {
  const rows = new Set(
    layers
      .map(({ output }) => output)
      .filter((name) =>
        sides
          .get(name)
          ?.slice(2)
          .every((side) => side === 1),
      ),
  );
  const isRow = (layer: Int8Layer) => {
    if (layers.some(({ inputs, output }) => inputs.includes(layer.output) && !rows.has(output))) return false;
    if (layer.kind === 'MEAN' || isWhole(layer, sides)) return true;
    return OF_ROWS.includes(layer.kind) && layer.inputs.every((name) => rows.has(name));
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const layer of layers) {
      if (!rows.has(layer.output) || isRow(layer)) continue;
      rows.delete(layer.output);
      changed = true;
    }
  }
  return rows;
}
