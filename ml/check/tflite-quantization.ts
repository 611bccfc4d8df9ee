import type { TfliteOperator, TfliteTensor } from '../tflite/model.ts';
import { error, type Problem, warning } from './mapping.ts';
import { dataOf, isConstant } from './tflite-context.ts';

/*
 * The rules of TensorFlow Lite's 8-bit quantization specification
 * (ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec).
 */

const CONVERT_AGAIN = 'Quantize the model again with a tool that keeps to the 8-bit specification';

/** Lowest and highest number of each quantized type. */
const RANGE: Partial<Record<TfliteTensor['type'], readonly [number, number]>> = {
  INT8: [-128, 127],
  UINT8: [0, 255],
  INT16: [-32_768, 32_767],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
};

/** Axis of the weights' output channels, which may have a scale each. */
const WEIGHT_AXIS: Readonly<Record<string, number>> = {
  CONV_2D: 0,
  DEPTHWISE_CONV_2D: 3,
  FULLY_CONNECTED: 0,
  TRANSPOSE_CONV: 0,
};
/** Scale and zero point of what lies in a known range. */
const KNOWN_RANGE: Readonly<Record<string, readonly [scale: number, zero: number, shown: string]>> = {
  SOFTMAX: [1 / 256, -128, '1/256 and -128'],
  LOGISTIC: [1 / 256, -128, '1/256 and -128'],
  TANH: [1 / 128, 0, '1/128 and 0'],
};
/** These move numbers and do not rescale them. */
const UNSCALED: readonly string[] = [
  'AVERAGE_POOL_2D',
  'CONCATENATION',
  'MAX_POOL_2D',
  'PAD',
  'RESHAPE',
  'RESIZE_BILINEAR',
  'RESIZE_NEAREST_NEIGHBOR',
  'SLICE',
  'SQUEEZE',
  'STRIDED_SLICE',
  'TRANSPOSE',
];
/** These answer in another number format. */
const CONVERSIONS: readonly string[] = ['ARG_MAX', 'ARG_MIN', 'DEQUANTIZE', 'QUANTIZE'];
/** Bias scales are a product that was rounded. */
const TOLERANCE = 1e-5;
const LOWEST_WEIGHT = -127;

/** Version of an operator that takes int8, by tensorflow/compiler/mlir/lite/tools/versioning/op_version.cc. */
const INT8_VERSION: Readonly<Record<string, number>> = {
  ADD: 2,
  AVERAGE_POOL_2D: 2,
  CONCATENATION: 2,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  DEQUANTIZE: 2,
  FULLY_CONNECTED: 4,
  LOGISTIC: 2,
  MAX_POOL_2D: 2,
  MEAN: 2,
  MUL: 2,
  PAD: 2,
  RELU: 2,
  RELU6: 2,
  SOFTMAX: 2,
};

/** What is wrong with the scales of a tensor by itself. */
export function scaleProblems({ type, shape, data, scale, zeroPoint, quantizedDimension }: TfliteTensor): Problem[] {
  const range = RANGE[type];
  const small = type === 'INT8' || type === 'UINT8';
  if (scale.length === 0) {
    return small ? [error(`it is of type ${type.toLowerCase()} and has no scale`, CONVERT_AGAIN)] : [];
  }
  if (!range) return [];
  const problems: Problem[] = [];
  const wrongScale = scale.find((value) => !(Number.isFinite(value) && value > 0));
  if (wrongScale !== undefined) problems.push(error(`its scale is ${wrongScale}, no positive number`, CONVERT_AGAIN));
  const wrongZero = zeroPoint.find((value) => value < range[0] || value > range[1]);
  if (wrongZero !== undefined) {
    problems.push(error(`its zero point ${wrongZero} is no ${type.toLowerCase()}`, CONVERT_AGAIN));
  }
  if (zeroPoint.length !== scale.length || (scale.length > 1 && scale.length !== shape[quantizedDimension])) {
    const found = `it has ${scale.length} scales and ${zeroPoint.length} zero points for the shape [${shape}]`;
    problems.push(error(`${found} along axis ${quantizedDimension}`, CONVERT_AGAIN));
  } else if (scale.length > 1 && data.length === 0) {
    problems.push(error(`it is computed and has ${scale.length} scales`, CONVERT_AGAIN));
  }
  return problems;
}

/** What is wrong with an operator's numbers: how its tensors' scales go together, and its version. */
export function quantizationProblems(operator: TfliteOperator): Problem[] {
  const { name, version, inputs, outputs } = operator;
  const [input, output] = [dataOf(operator), outputs[0]];
  if (!input || !output) return [];
  const problems = name in WEIGHT_AXIS ? weightProblems(operator, input) : [];
  if (input.type !== output.type && !CONVERSIONS.includes(name)) {
    const found = `it makes ${output.type.toLowerCase()} of ${input.type.toLowerCase()}`;
    problems.push(error(found, 'Convert the whole network in one number format, int8 or float32'));
  }
  const range = KNOWN_RANGE[name];
  if (range && output.type === 'INT8' && !isScaled(output, range[0], range[1])) {
    const found = `its output has the scale ${output.scale} and the zero point ${output.zeroPoint}`;
    problems.push(error(`${found}; ${range[2]} are expected`, CONVERT_AGAIN));
  }
  if (UNSCALED.includes(name) && output.scale.length > 0) {
    const operands = name === 'CONCATENATION' ? inputs : [input];
    if (operands.some((tensor) => tensor && !isScaled(tensor, output.scale[0], output.zeroPoint[0]))) {
      problems.push(error('its input and output have other scales or zero points', CONVERT_AGAIN));
    }
  }
  const needed = INT8_VERSION[name] ?? 1;
  if (input.type === 'INT8' && version < needed) {
    const found = `it is of version ${version}, and the one that takes int8 is ${needed}`;
    problems.push(warning(found, `Convert the model again with ${name} of version ${needed}`));
  }
  return problems;
}

const isClose = (a: number, b: number) => Math.abs(a - b) <= TOLERANCE * Math.abs(b);

const isScaled = ({ scale, zeroPoint }: TfliteTensor, expectedScale: number, expectedZero: number) =>
  scale.length === 1 && isClose(scale[0], expectedScale) && zeroPoint[0] === expectedZero;

/** The rules of kernels and biases. */
function weightProblems({ name, inputs }: TfliteOperator, input: TfliteTensor): Problem[] {
  const weights = inputs[1];
  const bias = inputs[name === 'TRANSPOSE_CONV' ? 3 : 2];
  if (!weights || !isConstant(weights) || !RANGE[weights.type]) return [];
  if (input.type === 'FLOAT32') {
    const found = `it computes in float32 with ${weights.type.toLowerCase()} weights, which Snap documents nowhere`;
    return [warning(found, 'Quantize the whole network with sample images, or keep it in float32')];
  }
  if (weights.type !== input.type) {
    const found = `its input is ${input.type.toLowerCase()} and its weights are ${weights.type.toLowerCase()}`;
    return [error(found, CONVERT_AGAIN)];
  }
  const problems: Problem[] = [];
  if (weights.type === 'UINT8') {
    const wayOut = 'Quantize the model again to int8, which is what the specification knows';
    problems.push(warning('its weights are uint8, as old tools made them', wayOut));
  } else {
    if (weights.zeroPoint.some((zero) => zero !== 0)) {
      problems.push(error('its weights have zero points other than 0', CONVERT_AGAIN));
    }
    if (weights.type === 'INT8' && new Int8Array(weights.data).some((weight) => weight < LOWEST_WEIGHT)) {
      problems.push(warning('a weight is -128; -127 … 127 are expected', CONVERT_AGAIN));
    }
  }
  const axis = WEIGHT_AXIS[name];
  if (weights.scale.length > 1 && weights.quantizedDimension !== axis) {
    const found = `its weights have scales along axis ${weights.quantizedDimension}`;
    problems.push(error(`${found}; its output channels are axis ${axis}`, CONVERT_AGAIN));
  }
  if (bias) problems.push(...biasProblems(bias, input, weights));
  return problems;
}

function biasProblems(bias: TfliteTensor, input: TfliteTensor, weights: TfliteTensor): Problem[] {
  if (bias.type !== 'INT32') {
    return [error(`its bias is of type ${bias.type.toLowerCase()}; int32 is expected`, CONVERT_AGAIN)];
  }
  const problems: Problem[] = [];
  if (bias.zeroPoint.some((zero) => zero !== 0))
    problems.push(error('its bias has a zero point other than 0', CONVERT_AGAIN));
  const expected = weights.scale.map((scale) => scale * input.scale[0]);
  const wrong = expected.findIndex((scale, channel) => !isClose(bias.scale[channel], scale));
  if (bias.scale.length !== expected.length || wrong >= 0) {
    const found =
      bias.scale.length === expected.length
        ? `its bias has the scale ${bias.scale[wrong]} in channel ${wrong}; ${expected[wrong]} is expected`
        : `its bias has ${bias.scale.length} scales, its weights ${expected.length}`;
    problems.push(error(`${found}, the input's times the weights'`, CONVERT_AGAIN));
  }
  return problems;
}
