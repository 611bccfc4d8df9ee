import type { TfliteOperator, TfliteTensor } from '../tflite/model.ts';
import { error, type Problem, warning } from './finding.ts';
import { dataOf, isConstant } from './tflite-context.ts';

/*
 * The rules of TensorFlow Lite's 8-bit quantization specification
 * (ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec).
 */

const CONVERT_AGAIN = 'Quantize the model again with a tool that follows the 8-bit specification';

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
/** The range of weights is symmetric: −127 to 127. */
const UNUSED_WEIGHT = -128;

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
    return small ? [error(`the type is ${type.toLowerCase()}, but there is no scale`, CONVERT_AGAIN)] : [];
  }
  if (!range) return [];
  const problems: Problem[] = [];
  const wrongScale = scale.find((value) => !(Number.isFinite(value) && value > 0));
  if (wrongScale !== undefined)
    problems.push(error(`the scale is ${wrongScale}, not a positive number`, CONVERT_AGAIN));
  const wrongZero = zeroPoint.find((value) => value < range[0] || value > range[1]);
  if (wrongZero !== undefined) {
    problems.push(error(`the zero point ${wrongZero} is not in the range of ${type.toLowerCase()}`, CONVERT_AGAIN));
  }
  if (zeroPoint.length !== scale.length || (scale.length > 1 && scale.length !== shape[quantizedDimension])) {
    const found = `${scale.length} scales and ${zeroPoint.length} zero points for the shape [${shape}]`;
    problems.push(error(`${found} along axis ${quantizedDimension}`, CONVERT_AGAIN));
  } else if (scale.length > 1 && data.length === 0) {
    problems.push(error(`computed values with ${scale.length} scales`, CONVERT_AGAIN));
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
    const found = `the input is ${input.type.toLowerCase()} and the output ${output.type.toLowerCase()}`;
    problems.push(error(found, 'Convert the whole network to one number format, int8 or float32'));
  }
  const range = KNOWN_RANGE[name];
  if (range && output.type === 'INT8' && !isScaled(output, range[0], range[1])) {
    const found = `the output has the scale ${output.scale} and the zero point ${output.zeroPoint}`;
    problems.push(error(`${found}; expected ${range[2]}`, CONVERT_AGAIN));
  }
  if (UNSCALED.includes(name) && output.scale.length > 0) {
    const operands = name === 'CONCATENATION' ? inputs : [input];
    if (operands.some((tensor) => tensor && !isScaled(tensor, output.scale[0], output.zeroPoint[0]))) {
      problems.push(error('the scales or zero points of input and output differ', CONVERT_AGAIN));
    }
  }
  const needed = INT8_VERSION[name] ?? 1;
  if (input.type === 'INT8' && version < needed) {
    const found = `the version is ${version}, but int8 needs ${needed}`;
    problems.push(warning(found, `Convert the model again with version ${needed} of ${name}`));
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
    const found = `float32 arithmetic with ${weights.type.toLowerCase()} weights, which Snap does not document`;
    return [warning(found, 'Quantize the whole network with sample images, or keep it in float32')];
  }
  if (weights.type !== input.type) {
    const found = `the input is ${input.type.toLowerCase()} and the weights are ${weights.type.toLowerCase()}`;
    return [error(found, CONVERT_AGAIN)];
  }
  const problems: Problem[] = [];
  if (weights.type === 'UINT8') {
    const fix = 'Quantize the model again to int8, as the specification requires';
    problems.push(warning('the weights are uint8, as older tools made them', fix));
  } else {
    if (weights.zeroPoint.some((zero) => zero !== 0)) {
      problems.push(error('the weights have zero points other than 0', CONVERT_AGAIN));
    }
    if (weights.type === 'INT8' && new Int8Array(weights.data).includes(UNUSED_WEIGHT)) {
      problems.push(warning('a weight is -128; expected -127 … 127', CONVERT_AGAIN));
    }
  }
  const axis = WEIGHT_AXIS[name];
  if (weights.scale.length > 1 && weights.quantizedDimension !== axis) {
    const found = `the weights have scales along axis ${weights.quantizedDimension}`;
    problems.push(error(`${found}; the output channels are axis ${axis}`, CONVERT_AGAIN));
  }
  if (bias) problems.push(...biasProblems(bias, input, weights));
  return problems;
}

function biasProblems(bias: TfliteTensor, input: TfliteTensor, weights: TfliteTensor): Problem[] {
  if (bias.type !== 'INT32') {
    return [error(`the bias is ${bias.type.toLowerCase()}; expected int32`, CONVERT_AGAIN)];
  }
  const problems: Problem[] = [];
  if (bias.zeroPoint.some((zero) => zero !== 0))
    problems.push(error('the bias has a zero point other than 0', CONVERT_AGAIN));
  const expected = weights.scale.map((scale) => scale * input.scale[0]);
  const wrong = expected.findIndex((scale, channel) => !isClose(bias.scale[channel], scale));
  if (bias.scale.length !== expected.length || wrong >= 0) {
    const found =
      bias.scale.length === expected.length
        ? `the bias has the scale ${bias.scale[wrong]} in channel ${wrong}; expected ${expected[wrong]}`
        : `the bias has ${bias.scale.length} scales, the weights ${expected.length}`;
    problems.push(error(`${found}, the input's times the weights'`, CONVERT_AGAIN));
  }
  return problems;
}
