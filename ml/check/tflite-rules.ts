import { error, type Mapping } from './mapping.ts';
import { plain } from './tflite-activation.ts';
import { dataOf, type TfliteContext, type TfliteRule } from './tflite-context.ts';
import { conversion } from './tflite-formats.ts';
import {
  concat,
  eltwise,
  embedding,
  mean,
  padding,
  power,
  reduceMax,
  resize,
  slice,
  softmax,
  winner,
} from './tflite-tensor-rules.ts';
import { convolution, dense, depthwise, pool, transposedConvolution } from './tflite-window-rules.ts';

const unsupported =
  (wayOut: string): TfliteRule =>
  ({ operator: { name } }) => ({
    layer: null,
    problems: [error(`no layer of SnapML is known for ${name}`, wayOut)],
  });

/** Where custom operators come from, by their names, and how to do without them. */
const CUSTOM_ORIGINS: readonly (readonly [RegExp, string])[] = [
  [/^Flex/, 'Convert with TFLITE_BUILTINS alone, without SELECT_TF_OPS'],
  [/edgetpu/, 'Use the file from before the Edge TPU compiler'],
  [/^TFLite_Detection_PostProcess$/, 'Convert without it, and decode the boxes by script'],
];
const NO_CUSTOM =
  'Convert with builtin operators alone; if it is one of MediaPipe, whose runtime alone has it, take another model';

const custom: TfliteRule = ({ operator: { custom: name = '' } }) => {
  const wayOut = CUSTOM_ORIGINS.find(([origin]) => origin.test(name))?.[1] ?? NO_CUSTOM;
  const found = name === '' ? 'a custom operator without a name' : `the custom operator ${name}`;
  return { layer: null, problems: [error(`no layer of SnapML is known for ${found}`, wayOut)] };
};

const PARTS = unsupported('Use SLICE for each part');
const FLOW = unsupported('Convert a model without control flow');
const BLOCKS = unsupported('Use CONV_2D with a stride, or TRANSPOSE_CONV');
const DILATED = unsupported('Convert again with a newer TensorFlow, which makes one dilated convolution of it');

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
  CAST: unsupported('Convert a model that computes in one number format throughout'),
  DEPTH_TO_SPACE: BLOCKS,
  GELU: unsupported('Train with ReLU instead of it'),
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

/** The SnapML layer of an operator, where it does not run, and what is wrong with it. */
export function mapTfliteOperator(context: TfliteContext): Mapping {
  const { name, outputs } = context.operator;
  if (!dataOf(context.operator) || !outputs[0]) {
    return { layer: null, problems: [error('it has no input or no output', 'Convert the model again')] };
  }
  const rule =
    RULES[name] ?? unsupported("Replace it by layers of Snap's compatibility table, or export the model as ONNX");
  return rule(context);
}
