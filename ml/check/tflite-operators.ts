import type { TfliteTensor } from '../tflite/model.ts';
import { error, type Problem, warning } from './finding.ts';
import { type Mapping, PARAMETER } from './snapml.ts';
import { dataOf, plain, type TfliteContext, type TfliteRule } from './tflite-context.ts';
import {
  concat,
  convolution,
  dense,
  depthwise,
  eltwise,
  embedding,
  mean,
  padding,
  pool,
  power,
  reduceMax,
  resize,
  slice,
  softmax,
  transposedConvolution,
  winner,
} from './tflite-rules.ts';

const unsupported =
  (fix: string): TfliteRule =>
  ({ operator: { name } }) => ({
    layer: null,
    problems: [error(`SnapML has no layer for ${name}`, fix)],
  });

/** Where custom operators come from, by their names, and how to do without them. */
const CUSTOM_ORIGINS: readonly (readonly [RegExp, string])[] = [
  [/^Flex/, 'Convert with only TFLITE_BUILTINS, without SELECT_TF_OPS'],
  [/edgetpu/, 'Use the file from before the Edge TPU compiler'],
  [/^TFLite_Detection_PostProcess$/, 'Convert without it, and decode the boxes by script'],
];
const NO_CUSTOM =
  'Convert with only builtin operators; if it is one of MediaPipe, which only runs in its own runtime, take another model';

const custom: TfliteRule = ({ operator: { custom: name = '' } }) => {
  const fix = CUSTOM_ORIGINS.find(([origin]) => origin.test(name))?.[1] ?? NO_CUSTOM;
  const found = name === '' ? 'a custom operator without a name' : `the custom operator ${name}`;
  return { layer: null, problems: [error(`SnapML has no layer for ${found}`, fix)] };
};

/** Types of quantized activations. */
const QUANTIZED: readonly TfliteTensor['type'][] = ['INT8', 'UINT8', 'INT16'];

/** For weights in a format that is converted to floats before use. */
const WEIGHTS: Partial<Record<TfliteTensor['type'], Problem>> = {
  FLOAT16: warning(
    'float16 weights (half precision); Snap only documents float32 and 8 bits, so Lens Studio may refuse them',
    'Convert in float32, without target_spec.supported_types = [tf.float16], or in int8 with a representative_dataset',
  ),
};
const SMALL_WEIGHTS = warning(
  'weights of few bits that are converted to floats before use, which Snap does not document',
  'Quantize the whole network with a representative_dataset, or keep it in float32',
);

/**
 * A change of number format is not a layer: it belongs to the weights, to what feeds the network, or to what reads its
 * output. Snap does not mention any that rescales in between.
 */
const conversion: TfliteRule = ({ operator, model, constants }) => {
  const input = dataOf(operator);
  const output = operator.outputs[0] ?? undefined;
  if (input && constants.has(input)) return { layer: PARAMETER, problems: [WEIGHTS[input.type] ?? SMALL_WEIGHTS] };
  const atInput = operator.inputs.some((tensor) => tensor && model.inputs.includes(tensor));
  const atOutput = operator.outputs.some((tensor) => tensor && model.outputs.includes(tensor));
  if (atInput || atOutput) return { layer: 'Linear' };
  if (input && output && QUANTIZED.includes(input.type) && QUANTIZED.includes(output.type)) {
    const scaleOf = ({ type, scale }: TfliteTensor) => `${type.toLowerCase()} of scale ${scale[0]}`;
    const found = `rescaling from ${scaleOf(input)} to ${scaleOf(output)}, which Snap's table does not mention`;
    return {
      layer: 'Linear',
      problems: [warning(found, 'Try it in Lens Studio; if it is refused, give both sides one scale, or use float32')],
    };
  }
  const found = `SnapML has no layer for ${operator.name} inside the network`;
  return { layer: null, problems: [error(found, 'Convert the whole network in one number format, int8 or float32')] };
};

const PARTS = unsupported('Use SLICE for each part');
const FLOW = unsupported('Convert a model without control flow');
const BLOCKS = unsupported('Use CONV_2D with a stride, or TRANSPOSE_CONV');
const DILATED = unsupported('Convert again with a newer TensorFlow, which makes one dilated convolution instead');

/** What each TensorFlow Lite operator becomes in SnapML. */
const RULES: Readonly<Record<string, TfliteRule>> = {
  ABS: plain('Abs'),
  ADD: eltwise('Eltwise Add'),
  ADD_N: eltwise('Eltwise Add'),
  ARG_MAX: winner('ArgMax'),
  ARG_MIN: winner('ArgMin'),
  AVERAGE_POOL_2D: pool('AvgPool'),
  BATCH_MATMUL: plain('Batch MatMul'),
  CONCATENATION: concat,
  CONV_2D: convolution,
  COS: plain('Cos'),
  DEPTHWISE_CONV_2D: depthwise,
  DEQUANTIZE: conversion,
  DIV: eltwise('Eltwise Div'),
  ELU: plain('ELU'),
  EMBEDDING_LOOKUP: embedding(1),
  EXP: plain('Exp'),
  EXPAND_DIMS: plain('Reshape'),
  FULLY_CONNECTED: dense,
  GATHER: embedding(0),
  LEAKY_RELU: plain('LeakyReLU'),
  LOG: plain('Log'),
  LOGISTIC: plain('Sigmoid'),
  LSTM: plain('LSTM'),
  MAXIMUM: eltwise('Eltwise Max', { equalShapes: true }),
  MAX_POOL_2D: pool('MaxPool'),
  MEAN: mean,
  MINIMUM: eltwise('Eltwise Min', { equalShapes: true }),
  MIRROR_PAD: padding,
  MUL: eltwise('Eltwise Mul'),
  PAD: padding,
  PADV2: padding,
  POW: power,
  PRELU: plain('PReLU'),
  QUANTIZE: conversion,
  REDUCE_MAX: reduceMax,
  RELU: plain('ReLU'),
  RELU6: plain('ReLU6'),
  RESHAPE: plain('Reshape'),
  RESIZE_BILINEAR: resize,
  RESIZE_NEAREST_NEIGHBOR: resize,
  RNN: plain('RNN'),
  SIN: plain('Sin'),
  SLICE: slice,
  SOFTMAX: softmax,
  SQRT: plain('Sqrt'),
  SQUEEZE: plain('Reshape'),
  STRIDED_SLICE: slice,
  SUB: eltwise('Eltwise Sub', { largestFirst: true }),
  TANH: plain('Tanh'),
  TRANSPOSE: plain('Permute'),
  TRANSPOSE_CONV: transposedConvolution,
  UNIDIRECTIONAL_SEQUENCE_LSTM: plain('LSTM'),
  UNIDIRECTIONAL_SEQUENCE_RNN: plain('RNN'),
  BATCH_TO_SPACE_ND: DILATED,
  CUSTOM: custom,
  CAST: unsupported('Convert a model that computes in a single number format'),
  DEPTH_TO_SPACE: BLOCKS,
  GELU: unsupported('Train with ReLU instead'),
  HARD_SWISH: unsupported('Write it as x * ReLU6(x + 3) / 6, or train with ReLU as in the minimalistic MobileNetV3'),
  IF: FLOW,
  LOG_SOFTMAX: unsupported('Use SOFTMAX, and take the logarithm by script'),
  NEG: unsupported('Use MUL by -1'),
  RELU_0_TO_1: unsupported('Use ReLU or ReLU6'),
  RELU_N1_TO_1: unsupported('Use ReLU or ReLU6'),
  RSQRT: unsupported('Use SQRT, then DIV'),
  SPACE_TO_BATCH_ND: DILATED,
  SPACE_TO_DEPTH: BLOCKS,
  SPLIT: PARTS,
  SPLIT_V: PARTS,
  SQUARE: unsupported('Use MUL of the tensor by itself'),
  SUM: unsupported('Use MEAN, then MUL by the number of places'),
  UNPACK: PARTS,
  WHILE: FLOW,
};

/** The SnapML layer of an operator, the platforms on which it does not run, and what is wrong with it. */
export function mapTfliteOperator(context: TfliteContext): Mapping {
  const { name, outputs } = context.operator;
  if (!dataOf(context.operator) || !outputs[0]) {
    return { layer: null, problems: [error('the input or output is missing', 'Convert the model again')] };
  }
  const rule =
    RULES[name] ?? unsupported("Replace it with layers of Snap's compatibility table, or export the model as ONNX");
  return rule(context);
}
