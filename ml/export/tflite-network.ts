import { PROBABILITIES, tensorShape } from '../model/inputs.ts';
import { type Activation, type Architecture, type ConvLayer, inputsOf, samePadding } from '../nn/architecture.ts';
import { convolutionsOf, type FoldedConvolution, type FoldedNetwork } from '../nn/folded-network.ts';
import { denseLayersOf, type Layer, LOGITS, layersOf, POOL } from '../nn/layers.ts';
import type { QuantizedConvolution, QuantizedNetwork } from '../quantize/quantized-network.ts';
import { constantParameters, INT8_MAX, type QuantizationParameters, UINT8_OFFSET } from '../quantize/scheme.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from '../tflite/model.ts';

/** Type of an int8 file's image and output: floats, with QUANTIZE and DEQUANTIZE inside, or uint8. */
export type IoType = 'float32' | 'uint8';

const SIGNATURE = 'serving_default';
const COLOURS = 3;

/** How the layers of a network are written. */
interface Numbers {
  readonly type: 'FLOAT32' | 'INT8';
  activation(name: string): Pick<TfliteTensor, 'scale' | 'zeroPoint' | 'quantizedDimension'>;
  /** A number as the operand of an operator. */
  constant(value: number): Pick<TfliteTensor, 'data' | 'scale' | 'zeroPoint' | 'quantizedDimension'>;
  /** Kernel and bias of a convolution or dense layer, the kernel in TensorFlow Lite's order, see {@link channelsLast}. */
  weights(
    name: string,
    shape: readonly number[],
    depthwise: boolean,
  ): readonly [kernel: TfliteTensor, bias: TfliteTensor];
  /** Version of an operator for these numbers, by TensorFlow Lite's list of versions. */
  readonly versions: Readonly<Record<string, number>>;
}

/** What a convolution does to its result itself; other activations are layers of their own. */
const FUSED: Partial<Record<Activation, 'RELU' | 'RELU6'>> = { relu: 'RELU', relu6: 'RELU6' };

const NOT_QUANTIZED = { scale: [], zeroPoint: [], quantizedDimension: 0 };

/**
 * A network with one head as a TensorFlow Lite model of floats: CONV_2D, DEPTHWISE_CONV_2D, ADD, MUL, MEAN,
 * FULLY_CONNECTED, CONCATENATION and SOFTMAX only.
 *
 * It ends as Keras' classifiers do and as Snap's quantization notebook shows: MEAN over height and width drops both axes,
 * and what follows are FULLY_CONNECTED layers on rows.
 *
 * Inputs are those of the network, channels last: `image` [1, S, S, 3] with values in [−1, 1], and rows of numbers
 * [1, 1, 1, C], which Lens Studio shows as (1, 1, C); output `prob` [1, K], there (1, 1, K).
 */
export function floatTflite(network: FoldedNetwork, head: string): TfliteModel {
  const convolutions = convolutionsOf(network, head);
  const tensor = (name: string, shape: readonly number[], values: Float32Array): TfliteTensor => ({
    name,
    type: 'FLOAT32',
    shape,
    data: bytesOf(values),
    ...NOT_QUANTIZED,
  });
  return assemble(network.architecture, network.classes, 'float32', {
    type: 'FLOAT32',
    activation: () => NOT_QUANTIZED,
    constant: (value) => ({ data: bytesOf(Float32Array.of(value)), ...NOT_QUANTIZED }),
    weights: (name, shape, depthwise) => {
      const { kernel, bias } = convolutions.get(name) as FoldedConvolution;
      const ordered = Float32Array.from(channelsLast(shape, depthwise), (at) => kernel[at]);
      return [tensor(`${name}/kernel`, shape, ordered), tensor(`${name}/bias`, [bias.length], bias)];
    },
    versions: {},
  });
}

/**
 * A quantized network as a TensorFlow Lite model of int8 after the 8-bit quantization specification; its inputs and output
 * are those of {@link floatTflite}, or image and output the same numbers as uint8. Other inputs are always floats: scripts
 * write them.
 */
export function int8Tflite(network: QuantizedNetwork, ioType: IoType): TfliteModel {
  const perTensor = ({ scale, zeroPoint }: QuantizationParameters) => ({
    scale: [scale],
    zeroPoint: [zeroPoint],
    quantizedDimension: 0,
  });
  const perChannel = (scales: Float32Array, quantizedDimension: number) => ({
    scale: [...scales],
    zeroPoint: [...scales].map(() => 0),
    quantizedDimension,
  });
  return assemble(network.architecture, network.classes, ioType, {
    type: 'INT8',
    constant: (value) => ({ data: bytesOf(Int8Array.of(INT8_MAX)), ...perTensor(constantParameters(value)) }),
    activation: (name) => perTensor(network.activations.get(name) as QuantizationParameters),
    weights: (name, shape, depthwise) => {
      const { kernel, scales, bias, biasScales } = network.convolutions.get(name) as QuantizedConvolution;
      const ordered = Int8Array.from(channelsLast(shape, depthwise), (at) => kernel[at]);
      const dense = shape.length === 2;
      const scaled = (all: Float32Array, axis: number) => perChannel(dense ? all.subarray(0, 1) : all, axis);
      return [
        {
          name: `${name}/kernel`,
          type: 'INT8',
          shape,
          data: bytesOf(ordered),
          ...scaled(scales, depthwise ? 3 : 0),
        },
        { name: `${name}/bias`, type: 'INT32', shape: [bias.length], data: bytesOf(bias), ...scaled(biasScales, 0) },
      ];
    },
    versions: {
      CONV_2D: 3,
      DEPTHWISE_CONV_2D: 3,
      ADD: 2,
      MUL: 2,
      MEAN: 2,
      FULLY_CONNECTED: 4,
      CONCATENATION: 2,
      SOFTMAX: 2,
      DEQUANTIZE: 2,
    },
  });
}

function assemble(architecture: Architecture, classes: number, ioType: IoType, numbers: Numbers): TfliteModel {
  const shapes = activationShapes(architecture, classes);
  const dense = denseLayersOf(architecture);
  const tensors: TfliteTensor[] = [];
  const operators: TfliteOperator[] = [];
  const add = (tensor: TfliteTensor) => {
    tensors.push(tensor);
    return tensor;
  };
  const quantized = numbers.type === 'INT8';
  const inputSpecs = inputsOf(architecture);
  const isInput = (name: string) => inputSpecs.some((input) => input.name === name);
  const activation = (name: string): TfliteTensor =>
    add({
      name: quantized && (isInput(name) || name === PROBABILITIES) ? `${name}/int8` : name,
      type: numbers.type,
      shape: shapes.get(name) as readonly number[],
      data: new Uint8Array(),
      ...numbers.activation(name),
    });
  const operate = (
    name: string,
    inputs: readonly TfliteTensor[],
    output: TfliteTensor,
    options: TfliteOperator['options'] = undefined,
  ) => {
    operators.push({ name, version: numbers.versions[name] ?? 1, inputs, outputs: [output], options });
    return output;
  };
  /** The same values outside the int8 network. */
  const outside = (name: string, inner: TfliteTensor, type = ioType): TfliteTensor => {
    if (type === 'float32') return add({ ...inner, name, type: 'FLOAT32', ...NOT_QUANTIZED });
    return add({
      ...inner,
      name,
      type: 'UINT8',
      zeroPoint: inner.zeroPoint.map((zeroPoint) => zeroPoint + UINT8_OFFSET),
    });
  };
  const convolve = (input: TfliteTensor, conv: ConvLayer): TfliteTensor => {
    const depthwise = conv.kind === 'depthwise';
    const side = conv.kernelSide;
    const inChannels = conv.kind === 'stem' ? COLOURS : conv.inChannels;
    const shape = depthwise ? [1, side, side, conv.outChannels] : [conv.outChannels, side, side, inChannels];
    const weights = numbers.weights(conv.name, shape, depthwise).map(add);
    const window = {
      padding: 'SAME',
      strideWidth: conv.stride,
      strideHeight: conv.stride,
      activation: FUSED[conv.activation] ?? 'NONE',
      dilationWidth: 1,
      dilationHeight: 1,
    } as const;
    const output = activation(conv.name);
    return depthwise
      ? operate('DEPTHWISE_CONV_2D', [input, ...weights], output, {
          type: 'DepthwiseConv2DOptions',
          value: { ...window, depthMultiplier: 1 },
        })
      : operate('CONV_2D', [input, ...weights], output, { type: 'Conv2DOptions', value: window });
  };

  const multiplyRow = (
    input: TfliteTensor,
    conv: Pick<ConvLayer, 'name' | 'inChannels' | 'outChannels' | 'activation'>,
  ) => {
    const weights = numbers.weights(conv.name, [conv.outChannels, conv.inChannels], false).map(add);
    return operate('FULLY_CONNECTED', [input, ...weights], activation(conv.name), {
      type: 'FullyConnectedOptions',
      value: {
        activation: FUSED[conv.activation] ?? 'NONE',
        weightsFormat: 'DEFAULT',
        keepNumDims: false,
        asymmetricQuantizeInputs: false,
      },
    });
  };

  const multiply = (name: string, operands: readonly TfliteTensor[]): TfliteTensor =>
    operate('MUL', operands, activation(name), { type: 'MulOptions', value: { activation: 'NONE' } });
  const constant = ({ name }: Layer, value: number): TfliteTensor => {
    const shape = (shapes.get(name) as readonly number[]).map(() => 1);
    return add({ name: `${name}/constant`, type: numbers.type, shape, ...numbers.constant(value) });
  };

  const inputs: { name: string; tensor: TfliteTensor }[] = [];
  const computed = new Map<string, TfliteTensor>();
  for (const { name, kind } of inputSpecs) {
    const inner = activation(name);
    const tensor = quantized ? outside(name, inner, kind === 'image' ? ioType : 'float32') : inner;
    if (quantized) operate('QUANTIZE', [tensor], inner);
    inputs.push({ name, tensor });
    computed.set(name, inner);
  }
  const at = (name: string) => computed.get(name) as TfliteTensor;
  const compute = (layer: Layer): TfliteTensor => {
    switch (layer.kind) {
      case 'convolution':
        return (dense.has(layer.name) ? multiplyRow : convolve)(at(layer.input), layer.conv);
      case 'add': {
        const value = { activation: 'NONE', potScaleInt16: true } as const;
        return operate('ADD', layer.inputs.map(at), activation(layer.name), { type: 'AddOptions', value });
      }
      case 'concat': {
        const value = { axis: 1, activation: 'NONE' } as const;
        return operate('CONCATENATION', layer.inputs.map(at), activation(layer.name), {
          type: 'ConcatenationOptions',
          value,
        });
      }
      case 'shift': {
        const value = { activation: 'RELU6', potScaleInt16: true } as const;
        const operands = [at(layer.input), constant(layer, 3)];
        return operate('ADD', operands, activation(layer.name), { type: 'AddOptions', value });
      }
      case 'sixth':
        return multiply(layer.name, [at(layer.input), constant(layer, 1 / 6)]);
      case 'multiply':
        return multiply(layer.name, layer.inputs.map(at));
      case 'pool': {
        const data = bytesOf(Int32Array.of(1, 2));
        const axes = add({ name: `${layer.name}/axes`, type: 'INT32', shape: [2], data, ...NOT_QUANTIZED });
        return operate('MEAN', [at(layer.input), axes], activation(layer.name), {
          type: 'ReducerOptions',
          value: { keepDims: layer.name !== POOL },
        });
      }
      case 'classifier': {
        const sizes = { inChannels: architecture.features, outChannels: classes };
        return multiplyRow(at(layer.input), { name: LOGITS, ...sizes, activation: 'linear' });
      }
      case 'softmax':
        return operate('SOFTMAX', [at(layer.input)], activation(layer.name), {
          type: 'SoftmaxOptions',
          value: { beta: 1 },
        });
    }
  };
  for (const layer of layersOf(architecture)) computed.set(layer.name, compute(layer));
  const last = at(PROBABILITIES);
  const output = quantized
    ? operate(ioType === 'float32' ? 'DEQUANTIZE' : 'QUANTIZE', [last], outside(PROBABILITIES, last))
    : last;
  return {
    version: 3,
    description: 'Emotion Lens: seven facial expressions',
    tensors,
    inputs: inputs.map(({ tensor }) => tensor),
    outputs: [output],
    operators,
    metadata: [],
    signatures: [{ key: SIGNATURE, inputs, outputs: [{ name: PROBABILITIES, tensor: output }] }],
  };
}

/** Shape of every activation: [1, H, W, C], and after the pooling of the whole image [1, C]. */
function activationShapes(architecture: Architecture, classes: number): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>(
    inputsOf(architecture).map((input) => [input.name, tensorShape(input, 'NHWC')]),
  );
  const dense = denseLayersOf(architecture);
  const shapeOf = (layer: Layer): readonly number[] => {
    switch (layer.kind) {
      case 'convolution': {
        if (dense.has(layer.name)) return [1, layer.conv.outChannels];
        const { outSide } = samePadding(layer.conv.side, layer.conv.kernelSide, layer.conv.stride);
        return [1, outSide, outSide, layer.conv.outChannels];
      }
      case 'add':
      case 'multiply':
        return shapes.get(layer.inputs[0]) as readonly number[];
      case 'shift':
      case 'sixth':
        return shapes.get(layer.input) as readonly number[];
      case 'pool':
        return layer.name === POOL ? [1, layer.channels] : [1, 1, 1, layer.channels];
      case 'concat':
        return [1, layer.channels];
      default:
        return [1, classes];
    }
  };
  for (const layer of layersOf(architecture)) shapes.set(layer.name, shapeOf(layer));
  return shapes;
}

/**
 * For each weight in TensorFlow Lite's order its position in ours, which is [O, I, H, W] or, depthwise, [C, H, W].
 * @param shape [O, H, W, I], of a dense layer [O, I], or, depthwise, [1, H, W, C].
 */
function channelsLast(shape: readonly number[], depthwise: boolean): number[] {
  const [outputs, height, width, inputs] = shape.length === 2 ? [shape[0], 1, 1, shape[1]] : shape;
  const area = height * width;
  return Array.from({ length: outputs * area * inputs }, (_, at) => {
    const input = at % inputs;
    const tap = Math.floor(at / inputs) % area;
    const output = Math.floor(at / inputs / area);
    return depthwise ? input * area + tap : (output * inputs + input) * area + tap;
  });
}

function bytesOf(values: Float32Array | Int32Array | Int8Array): Uint8Array {
  return new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
}
