import fc from 'fast-check';
import type { TfliteModel, TfliteOptions, TfliteTensor } from '../../ml/tflite/model.ts';
import { CUSTOM, OPERATOR_NAMES, TENSOR_TYPE } from '../../ml/tflite/schema.ts';

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
const tagged = <K extends string, V extends object>(type: K, value: { [P in keyof V]: fc.Arbitrary<V[P]> }) =>
  fc.record({ type: fc.constant(type), value: fc.record(value) });

export const options: fc.Arbitrary<NonNullable<TfliteOptions>> = fc.oneof(
  tagged('Conv2DOptions', window),
  tagged('DepthwiseConv2DOptions', { ...window, depthMultiplier: whole }),
  tagged('Pool2DOptions', { ...strides, filterWidth: whole, filterHeight: whole }),
  tagged('FullyConnectedOptions', dense),
  tagged('SoftmaxOptions', { beta: float }),
  tagged('ConcatenationOptions', { axis: whole, activation }),
  tagged('AddOptions', { activation, potScaleInt16: bool }),
  tagged('ReshapeOptions', { newShape: fc.array(whole, { maxLength: 5 }) }),
  tagged('MulOptions', { activation }),
  tagged('PadOptions', {}),
  tagged('ReducerOptions', { keepDims: bool }),
  tagged('SqueezeOptions', { squeezeDims: fc.array(whole, { maxLength: 5 }) }),
  tagged('DequantizeOptions', {}),
  tagged('QuantizeOptions', {}),
  tagged('HardSwishOptions', {}),
  tagged('ResizeBilinearOptions', { alignCorners: bool, halfPixelCenters: bool }),
  tagged('ResizeNearestNeighborOptions', { alignCorners: bool, halfPixelCenters: bool }),
  tagged('SubOptions', { activation, potScaleInt16: bool }),
  tagged('DivOptions', { activation }),
  tagged('TransposeConvOptions', strides),
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
