import { DATA_TYPE } from '../model.ts';
import { FEW, float, floats, int, ints } from '../values.ts';
import { broadcast, countOf, fixedValues, type Known, knownOf, type ShapeRule, type Sides, UNKNOWN } from './known.ts';
import {
  concat,
  expand,
  flatten,
  gather,
  pad,
  recurrent,
  reduction,
  reshape,
  slice,
  split,
  squeeze,
  tile,
  topK,
  transpose,
  unsqueeze,
  winner,
} from './layout-rules.ts';
import { blocks, convolution, globalPool, pool, resize, transposedConvolution } from './window-rules.ts';

/** What is done to each number leaves the shape as it is. */
const same: ShapeRule = ({ input }) => ({ shape: input(0).shape, type: input(0).type });

/** @param type of the result; by default that of the first operand. */
const operands =
  (compute?: (a: number, b: number) => number, type?: number): ShapeRule =>
  ({ node, input }) => {
    const all = node.inputs.map((_, at) => input(at));
    const result = { shape: broadcast(all.map(({ shape }) => shape)), type: type ?? all[0].type };
    const values = compute && folded(all, result, compute);
    return { ...result, ...(values && { values }) };
  };

/** Sums and products of the few numbers that make up a shape. */
function folded(operands: readonly Known[], { shape, type }: Known, compute: (a: number, b: number) => number) {
  const count = shape && countOf(shape);
  const [a, b] = operands.map(({ values }) => values);
  if (operands.length !== 2 || !a || !b || count === null || (shape?.length ?? 2) > 1) return undefined;
  const whole = type === DATA_TYPE.int64 || type === DATA_TYPE.int32;
  return Array.from({ length: count }, (_, at) => {
    const [x, y] = [a.length === 1 ? a[0] : a[at], b.length === 1 ? b[0] : b[at]];
    const result = x === null || y === null ? null : compute(x, y);
    return result !== null && whole ? Math.trunc(result) : result;
  });
}

const cast: ShapeRule = (facts) => {
  const { shape, values } = facts.input(0);
  const type = int(facts, 'to', DATA_TYPE.undefined);
  const whole = type === DATA_TYPE.int64 || type === DATA_TYPE.int32;
  const numbers = values?.map((value) => (value !== null && whole ? Math.trunc(value) : value));
  return { shape, type, ...(numbers && { values: numbers }) };
};

const constant: ShapeRule = (facts) => {
  const { value } = facts.node.attributes;
  if (value && 'tensor' in value) return knownOf(value.tensor);
  const whole = ints(facts, 'value_ints');
  const list = whole ?? floats(facts, 'value_floats');
  if (list) {
    const type = whole ? DATA_TYPE.int64 : DATA_TYPE.float;
    return { shape: [list.length], type, ...(list.length <= FEW && { values: list }) };
  }
  const fraction = float(facts, 'value_float');
  if (fraction !== undefined) return { shape: [], type: DATA_TYPE.float, values: [fraction] };
  if ('value_int' in facts.node.attributes)
    return { shape: [], type: DATA_TYPE.int64, values: [int(facts, 'value_int', 0)] };
  return UNKNOWN;
};

const filled: ShapeRule = (facts) => {
  const asked = facts.input(0).values ?? null;
  const { value } = facts.node.attributes;
  const number = value && 'tensor' in value ? knownOf(value.tensor) : undefined;
  const count = asked && asked.length <= 1 ? countOf(asked) : null;
  const fill = number ? number.values?.[0] : 0;
  const values =
    fill !== undefined && count !== null && count <= FEW ? new Array<number | null>(count).fill(fill) : undefined;
  return { shape: asked, type: number?.type ?? DATA_TYPE.float, ...(values && { values }) };
};

const shapeOfInput: ShapeRule = (facts) => {
  const { shape } = facts.input(0);
  if (!shape) return { shape: [null], type: DATA_TYPE.int64 };
  const end = 'end' in facts.node.attributes ? int(facts, 'end', 0) : undefined;
  const values = shape.slice(int(facts, 'start', 0), end);
  return { shape: [values.length], type: DATA_TYPE.int64, values };
};

const range: ShapeRule = ({ input }) => {
  const [start, limit, step] = [0, 1, 2].map((place) => fixedValues(input(place))?.[0]);
  const { type } = input(0);
  if (start === undefined || limit === undefined || !step) return { shape: [null], type };
  const length = Math.max(0, Math.ceil((limit - start) / step));
  const values = length <= FEW ? Array.from({ length }, (_, at) => start + at * step) : undefined;
  return { shape: [length], type, ...(values && { values }) };
};

/** Multiplies matrices like NumPy; a vector's missing axis is dropped from the result. */
const matrixProduct =
  (second: number): ShapeRule =>
  ({ input }) => {
    const [a, b] = [input(0).shape, input(second).shape];
    const { type } = input(0);
    if (!a || !b || a.length === 0 || b.length === 0) return { shape: null, type };
    const stack = broadcast([a.slice(0, -2), b.slice(0, -2)]);
    const row: Sides = a.length > 1 ? [a[a.length - 2]] : [];
    const column: Sides = b.length > 1 ? [b[b.length - 1]] : [];
    return { shape: stack && [...stack, ...row, ...column], type };
  };

const gemm: ShapeRule = (facts) => {
  const [a, b] = [facts.input(0).shape, facts.input(1).shape];
  const rows = a?.length === 2 ? a[int(facts, 'transA', 0) === 1 ? 1 : 0] : null;
  const columns = b?.length === 2 ? b[int(facts, 'transB', 0) === 1 ? 0 : 1] : null;
  return { shape: [rows, columns], type: facts.input(0).type };
};

const where: ShapeRule = ({ input }) => ({
  shape: broadcast([0, 1, 2].map((place) => input(place).shape)),
  type: input(1).type,
});

const quantize: ShapeRule = ({ input, has }) => ({
  shape: input(0).shape,
  type: has(2) ? input(2).type : DATA_TYPE.uint8,
});

/** The same numbers under another name. */
const identity: ShapeRule = ({ input }) => input(0);

const gridSample: ShapeRule = ({ input }) => {
  const [image, grid] = [input(0).shape, input(1).shape];
  if (image?.length !== 4 || grid?.length !== 4) return UNKNOWN;
  return { shape: [image[0], image[1], grid[1], grid[2]], type: input(0).type };
};

const SAME =
  'Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization Bernoulli BitwiseNot Ceil Celu Clip Cos Cosh CumSum Elu Erf ' +
  'Exp Floor Gelu GroupNormalization HardSigmoid HardSwish Hardmax InstanceNormalization LRN LayerNormalization LeakyRelu ' +
  'Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not PRelu Reciprocal Relu ReverseSequence Round ' +
  'ScatterElements ScatterND Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ' +
  'ThresholdedRelu Trilu';
const COMPARISONS = 'And Equal Greater GreaterOrEqual Less LessOrEqual Or Xor';
const REDUCTIONS = 'L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare';

const each = (names: string, rule: ShapeRule, prefix = '') =>
  Object.fromEntries(names.split(' ').map((name) => [prefix + name, rule]));

/** The shape rule of each ONNX operator; results of other operators are unknown. */
export const SHAPE_RULES: ReadonlyMap<string, ShapeRule> = new Map(
  Object.entries({
    ...each(SAME, same),
    ...each(COMPARISONS, operands(undefined, DATA_TYPE.bool)),
    ...each(REDUCTIONS, reduction(18), 'Reduce'),
    ReduceSum: reduction(13),
    Add: operands((a, b) => a + b),
    Sub: operands((a, b) => a - b),
    Mul: operands((a, b) => a * b),
    Div: operands((a, b) => a / b),
    Max: operands(Math.max),
    Min: operands(Math.min),
    Mean: operands(),
    Mod: operands(),
    Pow: operands(),
    Sum: operands((a, b) => a + b),
    Where: where,
    Conv: convolution(1),
    ConvInteger: convolution(1),
    QLinearConv: convolution(3),
    ConvTranspose: transposedConvolution,
    AveragePool: pool,
    LpPool: pool,
    MaxPool: pool,
    GlobalAveragePool: globalPool,
    GlobalLpPool: globalPool,
    GlobalMaxPool: globalPool,
    Resize: resize,
    Upsample: resize,
    DepthToSpace: blocks('places'),
    SpaceToDepth: blocks('channels'),
    GridSample: gridSample,
    MatMul: matrixProduct(1),
    MatMulInteger: matrixProduct(1),
    QLinearMatMul: matrixProduct(3),
    Gemm: gemm,
    ArgMax: winner,
    ArgMin: winner,
    TopK: topK,
    LSTM: recurrent,
    GRU: recurrent,
    RNN: recurrent,
    Reshape: reshape,
    Flatten: flatten,
    Squeeze: squeeze,
    Unsqueeze: unsqueeze,
    Transpose: transpose,
    Concat: concat,
    Split: split,
    Slice: slice,
    Gather: gather,
    GatherElements: ({ input }) => ({ shape: input(1).shape, type: input(0).type }),
    Expand: expand,
    Tile: tile,
    Pad: pad,
    Shape: shapeOfInput,
    Size: ({ input }) => {
      const { shape } = input(0);
      return { shape: [], type: DATA_TYPE.int64, ...(shape && { values: [countOf(shape)] }) };
    },
    Constant: constant,
    ConstantOfShape: filled,
    Range: range,
    Cast: cast,
    Identity: identity,
    Dropout: identity,
    QuantizeLinear: quantize,
    DequantizeLinear: ({ input }) => ({ shape: input(0).shape, type: DATA_TYPE.float }),
    DynamicQuantizeLinear: ({ input }) => [
      { shape: input(0).shape, type: DATA_TYPE.uint8 },
      { shape: [], type: DATA_TYPE.float },
      { shape: [], type: DATA_TYPE.uint8 },
    ],
  } satisfies Record<string, ShapeRule>),
);
