/**
 * The ONNX operators that the graphs are made of, with their shape rules (operator set 17, the training graph's).
 * Two-dimensional tensors are [rows, columns].
 */
import type { AttributeValue } from '../onnx/model.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import { type ElementType, type Shape, sizeOf, type Tensor } from './graph.ts';

/** A number stands for a scalar constant. */
export type Operand = Tensor | number;

function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const p = a[a.length - rank + i] ?? 1;
    const q = b[b.length - rank + i] ?? 1;
    if (p !== q && p !== 1 && q !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return Math.max(p, q);
  });
}

function elementwise(operator: string, a: Operand, b: Operand, type: ElementType = 'float'): Tensor {
  const graph = typeof a === 'number' ? (b as Tensor).graph : a.graph;
  const p = typeof a === 'number' ? graph.constant(a) : a;
  const q = typeof b === 'number' ? graph.constant(b) : b;
  return graph.node(operator, [p, q], broadcast(p.shape, q.shape), { type });
}

export const add = (a: Operand, b: Operand) => elementwise('Add', a, b);
export const sub = (a: Operand, b: Operand) => elementwise('Sub', a, b);
export const mul = (a: Operand, b: Operand) => elementwise('Mul', a, b);
export const div = (a: Operand, b: Operand) => elementwise('Div', a, b);
export const maximum = (a: Operand, b: Operand) => elementwise('Max', a, b);

export const sqrt = (x: Tensor) => x.graph.node('Sqrt', [x], x.shape);
export const log = (x: Tensor) => x.graph.node('Log', [x], x.shape);
export const softmax = (x: Tensor, axis: number) =>
  x.graph.node('Softmax', [x], x.shape, { attributes: { axis: { int: axis } } });
/** ReLU6(x + 3) / 6. */
export const hardSigmoid = (x: Tensor) =>
  x.graph.node('HardSigmoid', [x], x.shape, { attributes: { alpha: { float: 1 / 6 }, beta: { float: 0.5 } } });
export const relu = (x: Tensor) => x.graph.node('Relu', [x], x.shape);
export const abs = (x: Tensor) => x.graph.node('Abs', [x], x.shape);
/** −1, 0 or 1. */
export const sign = (x: Tensor) => x.graph.node('Sign', [x], x.shape);
/** To the nearest whole number, of two the even one. */
export const round = (x: Tensor) => x.graph.node('Round', [x], x.shape);

const cast = (x: Tensor, type: 'float' | 'uint8') =>
  x.graph.node('Cast', [x], x.shape, { type, attributes: { to: { int: DATA_TYPE[type] } } });

/**
 * To the nearest whole number, of two the even one, clipped to 0..255 after adding `zeroPoint`, which is then taken away
 * again. Through 8 bits and back this is faster than Round and Clip.
 * @param zeroPoint a scalar, a whole number 0..255; none is 0.
 */
export function roundToBytes(x: Tensor, zeroPoint?: Tensor): Tensor {
  const { graph } = x;
  const zero = zeroPoint ? cast(zeroPoint, 'uint8') : graph.quantized(Uint8Array.of(0), []);
  const bytes = graph.node('QuantizeLinear', [x, graph.constant(1), zero], x.shape, { type: 'uint8' });
  const whole = cast(bytes, 'float');
  return zeroPoint ? sub(whole, zeroPoint) : whole;
}

/** @param low scalar, as `high`. */
export function clip(x: Tensor, low: Operand, high: Operand): Tensor {
  const scalar = (bound: Operand) => (typeof bound === 'number' ? x.graph.constant(bound) : bound);
  return x.graph.node('Clip', [x, scalar(low), scalar(high)], x.shape);
}

/** 1 where x > 0, else 0. */
export const positive = (x: Tensor) => cast(elementwise('Greater', x, 0, 'bool'), 'float');

/** 1 where low < x < high, else 0. */
export function strictlyBetween(x: Tensor, low: Operand, high: Operand): Tensor {
  const inside = elementwise(
    'And',
    elementwise('Greater', x, low, 'bool'),
    elementwise('Less', x, high, 'bool'),
    'bool',
  );
  return cast(inside, 'float');
}

/** x where `gate` > 0, else 0. */
export function positivePart(x: Tensor, gate: Tensor): Tensor {
  const positive = elementwise('Greater', gate, 0, 'bool');
  return x.graph.node('Where', [positive, x, x.graph.constant(0)], x.shape);
}

/** The same numbers in another shape. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sizeOf(shape) !== sizeOf(x.shape)) throw new Error(`[${x.shape}] cannot be reshaped to [${shape}]`);
  return x.graph.node('Reshape', [x, x.graph.integers(shape)], shape);
}

export const expand = (x: Tensor, shape: Shape) => x.graph.node('Expand', [x, x.graph.integers(shape)], shape);

/** Transpose of a matrix. */
export const transpose = (x: Tensor) =>
  x.graph.node('Transpose', [x], [x.shape[1], x.shape[0]], { attributes: { perm: { ints: [1, 0] } } });

/** Axis i of the result is axis `axes[i]` of x. */
export const permute = (x: Tensor, axes: readonly number[]) =>
  x.graph.node(
    'Transpose',
    [x],
    axes.map((axis) => x.shape[axis]),
    { attributes: { perm: { ints: [...axes] } } },
  );

/** Matrix product A·B. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape[1] !== b.shape[0]) throw new Error(`[${a.shape}] · [${b.shape}] does not multiply`);
  return a.graph.node('MatMul', [a, b], [a.shape[0], b.shape[1]]);
}

/** A·B + C in one pass, C broadcast to the product. */
export const matmulAdd = (a: Tensor, b: Tensor, c: Tensor) => a.graph.node('Gemm', [a, b, c], [a.shape[0], b.shape[1]]);

/** A·Bᵀ. */
export function matmulTransposed(a: Tensor, b: Tensor): Tensor {
  if (a.shape[1] !== b.shape[1]) throw new Error(`[${a.shape}] · [${b.shape}]ᵀ does not multiply`);
  return a.graph.node('Gemm', [a, b], [a.shape[0], b.shape[0]], { attributes: { transB: { int: 1 } } });
}

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return shape.flatMap((side, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [side]));
}

export const reduceSum = (x: Tensor, axes: readonly number[], keep = true) =>
  x.graph.node('ReduceSum', [x, x.graph.integers(axes)], reducedShape(x.shape, axes, keep), {
    attributes: { keepdims: { int: keep ? 1 : 0 } },
  });

export const reduceMean = (x: Tensor, axes: readonly number[], keep = true) =>
  x.graph.node('ReduceMean', [x], reducedShape(x.shape, axes, keep), {
    attributes: { axes: { ints: [...axes] }, keepdims: { int: keep ? 1 : 0 } },
  });

export const reduceMax = (x: Tensor, axes: readonly number[], keep = true) =>
  x.graph.node('ReduceMax', [x], reducedShape(x.shape, axes, keep), {
    attributes: { axes: { ints: [...axes] }, keepdims: { int: keep ? 1 : 0 } },
  });

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const shape = parts[0].shape.map((side, i) =>
    i === axis ? parts.reduce((sum, part) => sum + part.shape[axis], 0) : side,
  );
  return parts[0].graph.node('Concat', parts, shape, { attributes: { axis: { int: axis } } });
}

/** Outputs of one Split: WebGPU promises a shader 8 buffers, its input and its parameters included. */
const MAX_SPLIT = 6;

/** Cuts a vector into pieces of these lengths; many of them in rounds, by a tree. */
export function split(x: Tensor, lengths: readonly number[]): Tensor[] {
  const perGroup = Math.ceil(lengths.length / MAX_SPLIT);
  const groups = Array.from({ length: Math.ceil(lengths.length / perGroup) }, (_, i) =>
    lengths.slice(i * perGroup, (i + 1) * perGroup),
  );
  const sizes = groups.map((group) => group.reduce((sum, length) => sum + length, 0));
  const shapes = sizes.map((size) => [size]);
  const parts = x.graph.nodes('Split', [x, x.graph.integers(sizes)], shapes, { attributes: { axis: { int: 0 } } });
  return perGroup === 1 ? parts : parts.flatMap((part, i) => split(part, groups[i]));
}

/** Pads with zeros: `begin[i]` before and `end[i]` after axis i. */
export const pad = (x: Tensor, begin: readonly number[], end: readonly number[]) =>
  x.graph.node(
    'Pad',
    [x, x.graph.integers([...begin, ...end])],
    x.shape.map((side, i) => side + begin[i] + end[i]),
  );

/** Every `step`-th of `count` entries from `start` on, along each of the axes. */
export function slice(
  x: Tensor,
  axes: readonly number[],
  starts: readonly number[],
  counts: readonly number[],
  step: number,
): Tensor {
  const ends = starts.map((start, i) => start + (counts[i] - 1) * step + 1);
  const shape = x.shape.map((side, axis) => (axes.includes(axis) ? counts[axes.indexOf(axis)] : side));
  const list = [starts, ends, axes, axes.map(() => step)].map((values) => x.graph.integers(values));
  return x.graph.node('Slice', [x, ...list], shape);
}

/** Picks these columns of a matrix. */
export const columns = (x: Tensor, indices: readonly number[]) =>
  x.graph.node('Gather', [x, x.graph.integers(indices)], [x.shape[0], indices.length], {
    attributes: { axis: { int: 1 } },
  });

/** Attributes that fuse a clipping into ONNX Runtime's convolutions. */
export const fusedClip = (low: number, high: number): Readonly<Record<string, AttributeValue>> => ({
  activation: { string: 'Clip' },
  activation_params: { floats: [low, high] },
});
