import { table } from './flatbuffer.ts';

/*
 * The parts of TensorFlow Lite's FlatBuffers schema, version 3, that a convolutional network needs
 * (tensorflow/lite/schema/schema.fbs in github.com/tensorflow/tensorflow).
 */

/** Bytes 4 to 7 of every file. */
export const FILE_IDENTIFIER = 'TFL3';

export const SCHEMA_VERSION = 3;

export const TENSOR_TYPE = {
  FLOAT32: 0,
  FLOAT16: 1,
  INT32: 2,
  UINT8: 3,
  INT64: 4,
  STRING: 5,
  BOOL: 6,
  INT16: 7,
  COMPLEX64: 8,
  INT8: 9,
  FLOAT64: 10,
  COMPLEX128: 11,
  UINT64: 12,
  RESOURCE: 13,
  VARIANT: 14,
  UINT32: 15,
  UINT16: 16,
  INT4: 17,
  BFLOAT16: 18,
} as const;

/** Operators of image classifiers; there are many more. */
export const BUILTIN_OPERATOR = {
  ADD: 0,
  AVERAGE_POOL_2D: 1,
  CONCATENATION: 2,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 4,
  DEQUANTIZE: 6,
  FULLY_CONNECTED: 9,
  LOGISTIC: 14,
  MAX_POOL_2D: 17,
  MUL: 18,
  RELU: 19,
  RELU6: 21,
  RESHAPE: 22,
  SOFTMAX: 25,
  CUSTOM: 32,
  PAD: 34,
  MEAN: 40,
  SQUEEZE: 43,
  QUANTIZE: 114,
  HARD_SWISH: 117,
} as const;

const PADDING = { SAME: 0, VALID: 1 } as const;
const ACTIVATION = { NONE: 0, RELU: 1, RELU_N1_TO_1: 2, RELU6: 3, TANH: 4, SIGN_BIT: 5 } as const;

export const Conv2DOptions = table({
  padding: [0, 'enum', PADDING],
  strideWidth: [1, 'int'],
  strideHeight: [2, 'int'],
  activation: [3, 'enum', ACTIVATION],
  dilationWidth: [4, 'int', 1],
  dilationHeight: [5, 'int', 1],
});

export const DepthwiseConv2DOptions = table({
  padding: [0, 'enum', PADDING],
  strideWidth: [1, 'int'],
  strideHeight: [2, 'int'],
  depthMultiplier: [3, 'int'],
  activation: [4, 'enum', ACTIVATION],
  dilationWidth: [5, 'int', 1],
  dilationHeight: [6, 'int', 1],
});

const Operator = table({
  opcodeIndex: [0, 'uint'],
  inputs: [1, 'vector', 'int'],
  outputs: [2, 'vector', 'int'],
  options: [4, 'union', { Conv2DOptions: [1, Conv2DOptions], DepthwiseConv2DOptions: [2, DepthwiseConv2DOptions] }],
});

const QuantizationParameters = table({
  scale: [2, 'vector', 'float'],
  zeroPoint: [3, 'vector', 'long'],
  quantizedDimension: [6, 'int'],
});

const Tensor = table({
  shape: [0, 'vector', 'int'],
  type: [1, 'enum', TENSOR_TYPE],
  buffer: [2, 'uint'],
  name: [3, 'string'],
  quantization: [4, 'table', QuantizationParameters],
});

const SubGraph = table({
  tensors: [0, 'tables', Tensor],
  inputs: [1, 'vector', 'int'],
  outputs: [2, 'vector', 'int'],
  operators: [3, 'tables', Operator],
  name: [4, 'string'],
});

/** Codes up to 127 are in the deprecated byte, in new files in both fields: the larger of the two counts. */
const OperatorCode = table({
  deprecatedBuiltinCode: [0, 'byte'],
  version: [2, 'int', 1],
  builtinCode: [3, 'int'],
});

export const Model = table({
  version: [0, 'uint'],
  operatorCodes: [1, 'tables', OperatorCode],
  subgraphs: [2, 'tables', SubGraph],
  description: [3, 'string'],
  buffers: [4, 'tables', table({ data: [0, 'bytes'] })],
});
