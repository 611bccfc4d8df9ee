import fc from 'fast-check';
import type { TfliteModel, TfliteOptions, TfliteTensor } from '../../ml/tflite/model.ts';
import { CUSTOM, OPERATOR_NAMES, type OperatorOptions, TENSOR_TYPE } from '../../ml/tflite/schema.ts';

const name = fc.string({ unit: 'binary', maxLength: 8 });
const side = fc.nat(5);
// Adding 0 makes 0 of −0, which is the same number to the format.
const float = fc.float({ noNaN: true }).map((value) => value + 0);
const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const padding = fc.constantFrom('SAME' as const, 'VALID' as const);
const activation = fc.constantFrom('NONE' as const, 'RELU' as const, 'RELU6' as const, 'TANH' as const);
const bool = fc.boolean();

const scales = fc.array(fc.tuple(float, fc.maxSafeInteger()), { maxLength: 4 });
const tensor: fc.Arbitrary<TfliteTensor> = fc
  .record({
    name,
    type: fc.constantFrom(...(Object.keys(TENSOR_TYPE) as (keyof typeof TENSOR_TYPE)[])),
    shape: fc.array(side, { maxLength: 5 }),
    data: fc.uint8Array({ maxLength: 40 }),
    scales,
    axis: side,
    dynamic: bool,
  })
  .map(({ scales, axis, dynamic, ...rest }) => ({
    ...rest,
    scale: scales.map(([scale]) => scale),
    zeroPoint: scales.map(([, zeroPoint]) => zeroPoint),
    quantizedDimension: scales.length > 0 ? axis : 0,
    ...(dynamic && rest.shape.length > 0 ? { shapeSignature: [-1, ...rest.shape.slice(1)] } : {}),
  }));

const strides = { padding, strideWidth: whole, strideHeight: whole, activation };
const window = { ...strides, dilationWidth: whole, dilationHeight: whole };
const weightsFormat = fc.constantFrom('DEFAULT' as const, 'SHUFFLED4x16INT8' as const);
const dense = { activation, weightsFormat, keepNumDims: bool, asymmetricQuantizeInputs: bool };
/** Options of each kind. */
export const OPTIONS = {
  Conv2DOptions: fc.record(window),
  DepthwiseConv2DOptions: fc.record({ ...window, depthMultiplier: whole }),
  Pool2DOptions: fc.record({ ...strides, filterWidth: whole, filterHeight: whole }),
  FullyConnectedOptions: fc.record(dense),
  SoftmaxOptions: fc.record({ beta: float }),
  ConcatenationOptions: fc.record({ axis: whole, activation }),
  AddOptions: fc.record({ activation, potScaleInt16: bool }),
  ResizeBilinearOptions: fc.record({ alignCorners: bool, halfPixelCenters: bool }),
  ReshapeOptions: fc.record({ newShape: fc.array(whole, { maxLength: 5 }) }),
  MulOptions: fc.record({ activation }),
  PadOptions: fc.record({}),
  ReducerOptions: fc.record({ keepDims: bool }),
  SubOptions: fc.record({ activation, potScaleInt16: bool }),
  DivOptions: fc.record({ activation }),
  StridedSliceOptions: fc.record({
    beginMask: whole,
    endMask: whole,
    ellipsisMask: whole,
    newAxisMask: whole,
    shrinkAxisMask: whole,
  }),
  SqueezeOptions: fc.record({ squeezeDims: fc.array(whole, { maxLength: 5 }) }),
  DequantizeOptions: fc.record({}),
  TransposeConvOptions: fc.record(strides),
  ResizeNearestNeighborOptions: fc.record({ alignCorners: bool, halfPixelCenters: bool }),
  LeakyReluOptions: fc.record({ alpha: float }),
  MirrorPadOptions: fc.record({ mode: fc.constantFrom('REFLECT' as const, 'SYMMETRIC' as const) }),
  QuantizeOptions: fc.record({}),
  HardSwishOptions: fc.record({}),
} satisfies { [Type in keyof typeof OperatorOptions]: fc.Arbitrary<ValueOf<Type>> };

type ValueOf<Type> = Extract<NonNullable<TfliteOptions>, { type: Type }>['value'];

const options: fc.Arbitrary<NonNullable<TfliteOptions>> = fc.oneof(
  ...Object.entries(OPTIONS).map(([type, values]) =>
    (values as fc.Arbitrary<unknown>).map((value) => ({ type, value }) as NonNullable<TfliteOptions>),
  ),
);

const operatorName = fc.constantFrom(...OPERATOR_NAMES.filter((key) => key !== CUSTOM));

/** Any network that can be written, mostly a senseless one. */
export const model: fc.Arbitrary<TfliteModel> = fc.array(tensor, { minLength: 1, maxLength: 6 }).chain((tensors) => {
  const known = fc.constantFrom(...tensors);
  const list = fc.array(fc.option(known, { freq: 4 }), { maxLength: 4 });
  const named = fc.array(fc.record({ name, tensor: known }), { maxLength: 3 });
  const operator = fc
    .record({
      kind: fc.oneof(
        fc.record({ name: operatorName }),
        fc.record({ name: fc.constant(CUSTOM), custom: fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }) }),
      ),
      version: fc.integer({ min: 1, max: 20 }),
      inputs: list,
      outputs: list,
      options: fc.option(options, { nil: undefined }),
    })
    .map(({ kind, ...rest }) => ({ ...kind, ...rest }));
  return fc.record({
    version: fc.constant(3),
    description: name,
    tensors: fc.constant(tensors),
    inputs: list,
    outputs: list,
    operators: fc.array(operator, { maxLength: 6 }),
    metadata: fc.array(fc.record({ name, data: fc.uint8Array({ maxLength: 40 }) }), { maxLength: 3 }),
    signatures: fc.array(fc.record({ key: name, inputs: named, outputs: named }), { maxLength: 2 }),
  });
});
