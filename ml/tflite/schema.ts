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

const PADDING = { SAME: 0, VALID: 1 } as const;
const ACTIVATION = { NONE: 0, RELU: 1, RELU_N1_TO_1: 2, RELU6: 3, TANH: 4, SIGN_BIT: 5 } as const;

const Conv2DOptions = table({
  padding: [0, 'enum', PADDING],
  strideWidth: [1, 'int'],
  strideHeight: [2, 'int'],
  activation: [3, 'enum', ACTIVATION],
  dilationWidth: [4, 'int', 1],
  dilationHeight: [5, 'int', 1],
});

const DepthwiseConv2DOptions = table({
  padding: [0, 'enum', PADDING],
  strideWidth: [1, 'int'],
  strideHeight: [2, 'int'],
  depthMultiplier: [3, 'int'],
  activation: [4, 'enum', ACTIVATION],
  dilationWidth: [5, 'int', 1],
  dilationHeight: [6, 'int', 1],
});

const Pool2DOptions = table({
  padding: [0, 'enum', PADDING],
  strideWidth: [1, 'int'],
  strideHeight: [2, 'int'],
  filterWidth: [3, 'int'],
  filterHeight: [4, 'int'],
  activation: [5, 'enum', ACTIVATION],
});

const FullyConnectedOptions = table({
  activation: [0, 'enum', ACTIVATION],
  weightsFormat: [1, 'enum', { DEFAULT: 0, SHUFFLED4x16INT8: 1 }],
  keepNumDims: [2, 'bool'],
  asymmetricQuantizeInputs: [3, 'bool'],
});

const TransposeConvOptions = table({
  padding: [0, 'enum', PADDING],
  strideWidth: [1, 'int'],
  strideHeight: [2, 'int'],
  activation: [3, 'enum', ACTIVATION],
});

/** The tables that options of the operators above lie in, with their codes; others are passed over. */
export const OperatorOptions = {
  Conv2DOptions: [1, Conv2DOptions],
  DepthwiseConv2DOptions: [2, DepthwiseConv2DOptions],
  Pool2DOptions: [5, Pool2DOptions],
  FullyConnectedOptions: [8, FullyConnectedOptions],
  SoftmaxOptions: [9, table({ beta: [0, 'float'] })],
  ConcatenationOptions: [10, table({ axis: [0, 'int'], activation: [1, 'enum', ACTIVATION] })],
  AddOptions: [11, table({ activation: [0, 'enum', ACTIVATION], potScaleInt16: [1, 'bool', true] })],
  ResizeBilinearOptions: [15, table({ alignCorners: [2, 'bool'], halfPixelCenters: [3, 'bool'] })],
  ReshapeOptions: [17, table({ newShape: [0, 'vector', 'int'] })],
  MulOptions: [21, table({ activation: [0, 'enum', ACTIVATION] })],
  PadOptions: [22, table({})],
  ReducerOptions: [27, table({ keepDims: [0, 'bool'] })],
  SubOptions: [28, table({ activation: [0, 'enum', ACTIVATION], potScaleInt16: [1, 'bool', true] })],
  DivOptions: [29, table({ activation: [0, 'enum', ACTIVATION] })],
  SqueezeOptions: [30, table({ squeezeDims: [0, 'vector', 'int'] })],
  DequantizeOptions: [38, table({})],
  TransposeConvOptions: [49, TransposeConvOptions],
  ResizeNearestNeighborOptions: [74, table({ alignCorners: [0, 'bool'], halfPixelCenters: [1, 'bool'] })],
  QuantizeOptions: [89, table({})],
  HardSwishOptions: [91, table({})],
} as const;

const Operator = table({
  opcodeIndex: [0, 'uint'],
  inputs: [1, 'vector', 'int'],
  outputs: [2, 'vector', 'int'],
  options: [4, 'union', OperatorOptions],
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
  shapeSignature: [7, 'vector', 'int'],
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
  customCode: [1, 'string'],
  version: [2, 'int', 1],
  builtinCode: [3, 'int'],
});

const TensorMap = table({ name: [0, 'string'], tensor: [1, 'uint'] });

const SignatureDef = table({
  inputs: [0, 'tables', TensorMap],
  outputs: [1, 'tables', TensorMap],
  key: [2, 'string'],
});

export const Model = table({
  version: [0, 'uint'],
  operatorCodes: [1, 'tables', OperatorCode],
  subgraphs: [2, 'tables', SubGraph],
  description: [3, 'string'],
  buffers: [4, 'tables', table({ data: [0, 'bytes'] })],
  metadata: [6, 'tables', table({ name: [0, 'string'], buffer: [1, 'uint'] })],
  signatures: [7, 'tables', SignatureDef],
});
