import { UserError } from '../../core/errors.ts';
import { dequantize, wholeNumbers } from '../../tflite/dequantize.ts';
import type { TfliteOperator, TfliteTensor } from '../../tflite/model.ts';
import { activate } from './activations.ts';
import { moved, type Numbers, type OnnxBuilder, type WindowOptions } from './builder.ts';

/** One operator, and how its tensors are found in the network that is written. */
export interface OperatorContext {
  readonly builder: OnnxBuilder;
  readonly operator: TfliteOperator;
  readonly file: string;
  /** An input's tensor: of a constant behind DEQUANTIZE, the constant. */
  readonly tensor: (place: number) => TfliteTensor | null | undefined;
  /** Name of an input in the network, a constant or computed. */
  readonly input: (place: number) => string;
}

/** Returns the names of the results. */
type Rule = (context: OperatorContext) => string | readonly string[];

const refuse = ({ operator, file }: OperatorContext, found: string, fix: string) =>
  new UserError(`${file}: the operator ${operator.custom ?? operator.name} ${found}; ${fix}`);

/** The options of one kind; absent ones have the defaults of TensorFlow Lite's schema. */
function option<T>(
  { operator }: OperatorContext,
  read: (value: Readonly<Record<string, unknown>>) => T | undefined,
  otherwise: T,
): T {
  return (operator.options && read(operator.options.value as Readonly<Record<string, unknown>>)) ?? otherwise;
}

function tensorAt(context: OperatorContext, place: number): TfliteTensor {
  const tensor = context.tensor(place);
  if (!tensor) throw refuse(context, `lacks its input ${place}`, 'export the model again');
  return tensor;
}

/** The numbers of an input that must be constant. */
function numbers(context: OperatorContext, place: number): Numbers {
  const tensor = tensorAt(context, place);
  if (tensor.data.length === 0)
    throw refuse(context, `computes its input ${place}`, 'export a model with constant weights and shapes');
  return { dims: tensor.shape, values: dequantize(tensor, context.file) };
}

function integers(context: OperatorContext, place: number): readonly number[] {
  const found = wholeNumbers(tensorAt(context, place));
  if (found) return found;
  throw refuse(context, `computes its input ${place}`, 'export a model with constant weights and shapes');
}

/** What an operator does to its result at the end. */
function fused(context: OperatorContext, x: string): string {
  const name = option(context, ({ activation }) => activation as string, 'NONE');
  const result = activate(context.builder, x, name);
  if (result === undefined) throw refuse(context, `has the activation ${name}`, 'use RELU or RELU6');
  return result;
}

function window(context: OperatorContext): WindowOptions {
  const read = <T>(name: string, otherwise: T) => option(context, (value) => value[name] as T, otherwise);
  return {
    padding: read<'SAME' | 'VALID'>('padding', 'SAME'),
    strides: [read('strideHeight', 1), read('strideWidth', 1)],
    dilations: [read('dilationHeight', 1), read('dilationWidth', 1)],
  };
}

const bias = (context: OperatorContext) => (context.operator.inputs[2] ? numbers(context, 2).values : undefined);

const convolution: Rule = (context) => {
  const { dims, values } = numbers(context, 1);
  const [outputs, height, width, inputs] = dims;
  const kernel = { dims: [height, width, inputs, outputs], values: moved({ dims, values }, [1, 2, 3, 0]) };
  const group = (tensorAt(context, 0).shape.at(-1) ?? inputs) / inputs;
  return fused(context, context.builder.convolution(context.input(0), kernel, bias(context), window(context), group));
};

const depthwise: Rule = (context) => {
  const { dims, values } = numbers(context, 1);
  const channels = tensorAt(context, 0).shape.at(-1) ?? 1;
  const kernel = { dims: [dims[1], dims[2], channels, dims[3] / channels], values };
  return fused(context, context.builder.depthwise(context.input(0), kernel, bias(context), window(context)));
};

const fullyConnected: Rule = (context) => {
  const weights = numbers(context, 1);
  const [columns, rows] = weights.dims;
  const matrix = { dims: [rows, columns], values: moved(weights, [1, 0]) };
  const row = context.builder.reshape(context.input(0), [-1, rows]);
  const result = fused(context, context.builder.dense(row, matrix, bias(context)));
  return context.builder.reshape(result, shapeOf(context));
};

const shapeOf = ({ operator }: OperatorContext) => operator.outputs[0]?.shape ?? [];

const pool =
  (opType: 'MaxPool' | 'AveragePool'): Rule =>
  (context) => {
    const size = ['filterHeight', 'filterWidth'].map((name) => option(context, (value) => value[name] as number, 1));
    return fused(context, context.builder.pool(opType, context.input(0), size, window(context)));
  };

const pairs =
  (opType: string): Rule =>
  (context) =>
    fused(context, context.builder.op(opType, [context.input(0), context.input(1)]));

const each =
  (name: string): Rule =>
  (context) =>
    activate(context.builder, context.input(0), name) as string;

const one =
  (opType: string): Rule =>
  (context) =>
    context.builder.op(opType, [context.input(0)]);

const reshape: Rule = (context) => context.builder.reshape(context.input(0), shapeOf(context));
const same: Rule = ({ input }) => input(0);

const reduction =
  (opType: 'ReduceMean' | 'ReduceMax' | 'ReduceSum'): Rule =>
  (context) => {
    const axes = integers(context, 1);
    const keep = option(context, ({ keepDims }) => keepDims as boolean, false);
    const { builder } = context;
    if (opType === 'ReduceMax') return builder.maximum(context.input(0), axes, keep);
    const mean = builder.mean(context.input(0), axes, keep);
    const { shape } = tensorAt(context, 0);
    const count = axes.reduce((product, axis) => product * (shape.at(axis) ?? 1), 1);
    return opType === 'ReduceMean' ? mean : builder.mul(mean, count);
  };

const softmax: Rule = (context) => {
  const beta = option(context, (value) => value['beta'] as number, 1);
  const x = beta === 1 ? context.input(0) : context.builder.mul(context.input(0), beta);
  return activate(context.builder, x, 'softmax') as string;
};

const pad: Rule = (context) => {
  const amounts = integers(context, 1);
  const all = Array.from(
    { length: amounts.length / 2 },
    (_, axis) => [amounts[2 * axis], amounts[2 * axis + 1]] as const,
  );
  const mode =
    context.operator.name === 'MIRROR_PAD'
      ? option(context, (value) => value['mode'] as string, 'REFLECT')
      : 'constant';
  if (mode === 'SYMMETRIC') throw refuse(context, 'pads symmetrically', 'pad with zeros, or by reflection');
  const value = context.operator.name === 'PADV2' ? numbers(context, 2).values[0] : 0;
  return context.builder.pad(context.input(0), all, mode.toLowerCase(), value);
};

const concatenation: Rule = (context) => {
  const axis = option(context, (value) => value['axis'] as number, 0);
  const inputs = context.operator.inputs.map((_, place) => context.input(place));
  return fused(context, context.builder.op('Concat', inputs, { axis: { int: axis } }));
};

const resize =
  (mode: 'linear' | 'nearest'): Rule =>
  (context) => {
    const corners = option(context, (value) => value['alignCorners'] as boolean, false);
    const half = option(context, (value) => value['halfPixelCenters'] as boolean, false);
    const { shape } = tensorAt(context, 0);
    const factors = [1, 2].map((axis) => shapeOf(context)[axis] / shape[axis]);
    return context.builder.resize(context.input(0), factors, {
      mode: { string: mode },
      coordinate_transformation_mode: { string: corners ? 'align_corners' : half ? 'half_pixel' : 'asymmetric' },
      ...(mode === 'nearest' && { nearest_mode: { string: half || corners ? 'round_prefer_ceil' : 'floor' } }),
    });
  };

const slice: Rule = (context) => {
  const [starts, sizes] = [integers(context, 1), integers(context, 2)];
  const { shape } = tensorAt(context, 0);
  const ends = sizes.map((size, axis) => (size < 0 ? shape[axis] : starts[axis] + size));
  return context.builder.op('Slice', [
    context.input(0),
    context.builder.integers(starts),
    context.builder.integers(ends),
  ]);
};

const stridedSlice: Rule = (context) => {
  const mask = (name: string) => option(context, (value) => value[name] as number, 0);
  if (mask('ellipsisMask') || mask('newAxisMask'))
    throw refuse(context, 'adds axes', 'export the model without such indexing');
  const { shape } = tensorAt(context, 0);
  const [starts, ends, steps] = [1, 2, 3].map((place) => integers(context, place));
  if (steps.some((step) => step !== 1)) throw refuse(context, `takes steps of ${steps}`, 'use steps of 1');
  const has = (name: string, axis: number) => ((mask(name) >> axis) & 1) === 1;
  const from = starts.map((start, axis) => (has('beginMask', axis) ? 0 : start));
  const to = ends.map((end, axis) => {
    if (has('shrinkAxisMask', axis)) return from[axis] === -1 ? shape[axis] : from[axis] + 1;
    return has('endMask', axis) ? shape[axis] : end;
  });
  const cut = context.builder.op('Slice', [
    context.input(0),
    context.builder.integers(from),
    context.builder.integers(to),
  ]);
  return context.builder.reshape(cut, shapeOf(context));
};

const split: Rule = (context) => {
  // The axis is the first input.
  const [axis] = integers(context, 0);
  const { outputs } = context.operator;
  let start = 0;
  return outputs.map((output) => {
    const end = start + (output?.shape.at(axis) ?? 0);
    const place = [start, end, axis].map((value) => context.builder.integers([value]));
    start = end;
    return context.builder.op('Slice', [context.input(1), ...place]);
  });
};

const RULES: Readonly<Record<string, Rule>> = {
  CONV_2D: convolution,
  DEPTHWISE_CONV_2D: depthwise,
  FULLY_CONNECTED: fullyConnected,
  AVERAGE_POOL_2D: pool('AveragePool'),
  MAX_POOL_2D: pool('MaxPool'),
  ADD: pairs('Add'),
  SUB: pairs('Sub'),
  MUL: pairs('Mul'),
  DIV: pairs('Div'),
  MAXIMUM: pairs('Max'),
  MINIMUM: pairs('Min'),
  POW: pairs('Pow'),
  RELU: each('relu'),
  RELU6: each('relu6'),
  RELU_N1_TO_1: each('relu_n1_to_1'),
  RELU_0_TO_1: each('relu_0_to_1'),
  LOGISTIC: each('sigmoid'),
  TANH: each('tanh'),
  ELU: each('elu'),
  EXP: each('exp'),
  HARD_SWISH: each('hard_swish'),
  GELU: each('gelu'),
  LEAKY_RELU: (context) =>
    context.builder.op('LeakyRelu', [context.input(0)], {
      alpha: { float: option(context, ({ alpha }) => alpha as number, 0) },
    }),
  PRELU: (context) => context.builder.op('PRelu', [context.input(0), context.input(1)]),
  ABS: one('Abs'),
  LOG: one('Log'),
  NEG: one('Neg'),
  SQRT: one('Sqrt'),
  SIN: one('Sin'),
  COS: one('Cos'),
  RSQRT: ({ builder, input }) => builder.op('Reciprocal', [builder.op('Sqrt', [input(0)])]),
  SQUARE: ({ builder, input }) => builder.op('Mul', [input(0), input(0)]),
  SOFTMAX: softmax,
  CONCATENATION: concatenation,
  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  TRANSPOSE: (context) => context.builder.op('Transpose', [context.input(0)], { perm: { ints: integers(context, 1) } }),
  PAD: pad,
  PADV2: pad,
  MIRROR_PAD: pad,
  MEAN: reduction('ReduceMean'),
  SUM: reduction('ReduceSum'),
  REDUCE_MAX: reduction('ReduceMax'),
  QUANTIZE: same,
  DEQUANTIZE: same,
  CAST: same,
  RESIZE_BILINEAR: resize('linear'),
  RESIZE_NEAREST_NEIGHBOR: resize('nearest'),
  SLICE: slice,
  STRIDED_SLICE: stridedSlice,
  SPLIT: split,
};

/**
 * Writes an operator of TensorFlow Lite, of floats.
 * @returns the names of its results.
 * @throws UserError if it is one that cannot be written, naming it.
 */
export function writeOperator(context: OperatorContext): readonly string[] {
  const { name } = context.operator;
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (!rule) {
    throw refuse(
      context,
      'cannot be brought into a lens',
      'use only convolutions, pools, dense layers and common activations',
    );
  }
  const results = rule(context);
  return typeof results === 'string' ? [results] : results;
}
