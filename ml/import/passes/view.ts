import { sizeOf } from '../../nn/graph.ts';

/** [batch, channels, height, width], the batch 1. */
export type Sides = readonly [batch: number, channels: number, height: number, width: number];
/** An order of the four axes. */
export type Order = readonly [number, number, number, number];

export const CHANNELS_FIRST: Order = [0, 1, 2, 3];
export const CHANNELS_LAST: Order = [0, 2, 3, 1];
const ORDERS: readonly Order[] = [CHANNELS_FIRST, CHANNELS_LAST];

/**
 * How a tensor of the source can be had from one that is computed: `base` is an image with the channels first, and its
 * axes in the order `order`, then seen in the shape `shape`, are the numbers of the source's tensor. An image of Keras
 * [1, H, W, C] has the order 0, 2, 3, 1; a row [1, C] is an image of one pixel seen as two axes.
 */
export interface View {
  readonly base: string;
  readonly sides: Sides;
  readonly order: Order;
  readonly shape: readonly number[];
}

/** An image that is what it is. */
export const imageView = (base: string, sides: Sides): View => ({ base, sides, order: CHANNELS_FIRST, shape: sides });

export const isSides = (shape: readonly number[]): shape is Sides => shape.length === 4 && shape[0] === 1;

/** Whether all numbers lie along one axis of the base, so that its order does not matter. */
const isLine = ({ sides }: View) => sides.filter((side) => side > 1).length <= 1;

/** Whether an order of axes leaves the numbers of an image of these sides in their sequence. */
const keepsSequence = (sides: readonly number[], order: readonly number[]) => {
  const moved = order.filter((axis) => sides[axis] > 1);
  return moved.every((axis, at) => at === 0 || axis > moved[at - 1]);
};

const permuted = (sides: readonly number[], order: readonly number[]) => order.map((axis) => sides[axis]);
const same = (a: readonly number[], b: readonly number[]) => String(a) === String(b);

/** Orders in which the view is its base with permuted axes, and nothing else. */
export function ordersOf(view: View): Order[] {
  return ORDERS.concat([view.order]).filter(
    (order) =>
      same(view.shape, permuted(view.sides, order)) &&
      (same(order, view.order) ||
        isLine(view) ||
        (keepsSequence(view.sides, order) && keepsSequence(view.sides, view.order))),
  );
}

/** Whether the view is its base. */
export const isImage = (view: View): boolean => ordersOf(view).some((order) => same(order, CHANNELS_FIRST));

/** The axis of the base along which all numbers of a row lie: the channels of a single pixel; undefined for others. */
export const isRow = ({ sides: [, , height, width] }: View): boolean => height === 1 && width === 1;

/** An order that several views have in common, with which axes of the source are axes of the bases. */
export function commonOrder(views: readonly View[]): Order | undefined {
  const [first, ...others] = views.map(ordersOf);
  return first?.find((order) => others.every((orders) => orders.some((other) => same(other, order))));
}

/** A view with its axes permuted; undefined if that cannot be seen without moving numbers. */
export function transposed(view: View, perm: readonly number[]): View | undefined {
  const shape = perm.map((axis) => view.shape[axis]);
  if (keepsSequence(view.shape, perm)) return { ...view, shape };
  const [order] = ordersOf(view);
  return order && { ...view, shape, order: perm.map((axis) => order[axis]) as unknown as Order };
}

/** The same numbers in another shape. */
export const reshaped = (view: View, shape: readonly number[]): View => ({ ...view, shape });

/**
 * A constant operand of a view's shape, or that repeats to it, as an operand of its base.
 * @returns its numbers, with the sides along which they differ; the others are 1.
 */
export function operandOf(
  view: View,
  { dims, values }: { readonly dims: readonly number[]; readonly values: Float32Array },
): { dims: Sides; values: Float32Array } | undefined {
  const rank = view.shape.length;
  if (dims.length > rank) {
    // More axes than the view has are allowed where they are 1.
    if (dims.slice(0, dims.length - rank).some((side) => side !== 1)) return undefined;
    return operandOf(view, { dims: dims.slice(dims.length - rank), values });
  }
  const aligned = [...new Array<number>(rank - dims.length).fill(1), ...dims];
  if (aligned.some((side, axis) => side !== 1 && side !== view.shape[axis])) return undefined;
  if (values.length === 1) return { dims: [1, 1, 1, 1], values };
  const full = new Float32Array(sizeOf(view.shape));
  const places = strides(view.shape);
  const own = strides(aligned);
  for (let i = 0; i < full.length; i++) {
    let at = 0;
    for (let axis = 0; axis < rank; axis++)
      if (aligned[axis] > 1) at += (Math.floor(i / places[axis]) % view.shape[axis]) * own[axis];
    full[i] = values[at];
  }
  return compressed(toBase(view, full), view.sides);
}

/** Numbers in the sequence of a view, in the sequence of its base. */
export function toBase({ sides, order }: View, values: Float32Array): Float32Array {
  const result = new Float32Array(values.length);
  for (const [at, place] of placesOf(sides, order).entries()) result[place] = values[at];
  return result;
}

/** Of each number of a view, in its sequence, the place in the base. */
export function placesOf(sides: readonly number[], order: readonly number[]): Uint32Array {
  const moved = permuted(sides, order);
  const from = strides(moved);
  const to = permuted(strides(sides), order);
  return Uint32Array.from({ length: sizeOf(sides) }, (_, i) =>
    moved.reduce((place, side, axis) => place + (Math.floor(i / from[axis]) % side) * to[axis], 0),
  );
}

function strides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Leaves out repetitions along each axis. */
function compressed(values: Float32Array, sides: Sides): { dims: Sides; values: Float32Array } {
  const dims = [...sides];
  let kept = values;
  for (let axis = 1; axis < sides.length; axis++) {
    const inner = sizeOf(dims.slice(axis + 1));
    const run = inner * dims[axis];
    const repeats = kept.every((value, i) => value === kept[Math.floor(i / run) * run + (i % inner)]);
    if (!repeats) continue;
    kept = kept.filter((_, i) => i % run < inner);
    dims[axis] = 1;
  }
  return { dims: dims as unknown as Sides, values: kept };
}
