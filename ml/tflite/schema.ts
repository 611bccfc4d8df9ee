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
  StridedSliceOptions: [
    32,
    table({
      beginMask: [0, 'int'],
      endMask: [1, 'int'],
      ellipsisMask: [2, 'int'],
      newAxisMask: [3, 'int'],
      shrinkAxisMask: [4, 'int'],
    }),
  ],
  SqueezeOptions: [30, table({ squeezeDims: [0, 'vector', 'int'] })],
  DequantizeOptions: [38, table({})],
  TransposeConvOptions: [49, TransposeConvOptions],
  ResizeNearestNeighborOptions: [74, table({ alignCorners: [0, 'bool'], halfPixelCenters: [1, 'bool'] })],
  LeakyReluOptions: [75, table({ alpha: [0, 'float'] })],
  MirrorPadOptions: [77, table({ mode: [0, 'enum', { REFLECT: 0, SYMMETRIC: 1 }] })],
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

/** Operators of TensorFlow Lite's schema in the order of their codes, from 0 on (BuiltinOperator in schema.fbs). */
const NAMES =
  'ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR ' +
  'FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM ' +
  'MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS ' +
  'SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND ' +
  'TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT ' +
  'LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL ' +
  'LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ' +
  'ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV ' +
  'REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS ' +
  'SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ' +
  'ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM ' +
  'BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE ' +
  'HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE ' +
  'BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 ' +
  'UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR ' +
  'RIGHT_SHIFT STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM STABLEHLO_RESHAPE ' +
  'STABLEHLO_CLAMP STABLEHLO_CONCATENATE STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE ' +
  'STABLEHLO_CUSTOM_CALL STABLEHLO_REDUCE STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR ' +
  'STABLEHLO_LOG STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER STABLEHLO_RSQRT ' +
  'STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH STABLEHLO_SCATTER STABLEHLO_COMPARE STABLEHLO_CONVERT ' +
  'STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA STABLEHLO_DOT_GENERAL ' +
  'STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE DILATE ' +
  'STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT STABLEHLO_CBRT STABLEHLO_CASE';

/** Name of each operator by its code. */
export const OPERATOR_NAMES: readonly string[] = NAMES.split(' ');

/** Code of each operator by its name. */
export const OPERATOR_CODES: ReadonlyMap<string, number> = new Map(OPERATOR_NAMES.map((name, code) => [name, code]));

/** What an operator of somebody's own is called in a file, where it says no name. */
export const CUSTOM = 'CUSTOM';
