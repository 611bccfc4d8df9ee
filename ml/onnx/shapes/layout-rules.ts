import { DATA_TYPE } from '../model.ts';
import { FEW, int, ints, text } from '../values.ts';
import {
  axesOf,
  axisOf,
  broadcast,
  countOf,
  type Facts,
  fixedValues,
  isFixed,
  type Known,
  type ShapeRule,
  type Sides,
  UNKNOWN,
} from './known.ts';

/** Numbers of an attribute or, since a later operator set, of an input; undefined if they are unknown or left out. */
function parameter(facts: Facts, name: string, place: number): readonly number[] | undefined {
  return ints(facts, name) ?? fixedValues(facts.input(place));
}

/** The same numbers in another shape. */
const reshaped = ({ type, values }: Known, shape: Sides): Known => ({ shape, type, ...(values && { values }) });

export const reshape: ShapeRule = (facts) => {
  const data = facts.input(0);
  const target = facts.input(1);
  const asked: Sides | undefined = ints(facts, 'shape') ?? target.values;
  if (!asked) {
    // The number of sides is known from the length of the shape.
    const rank = target.shape?.length === 1 ? target.shape[0] : null;
    return { shape: rank === null || rank > FEW ? null : new Array<null>(rank).fill(null), type: data.type };
  }
  const zeros = int(facts, 'allowzero', 0) === 1;
  const copied = asked.map((side, at) => side === 0 && !zeros && data.shape !== null && at < data.shape.length);
  const sides = asked.map((side, at) => (copied[at] ? (data.shape?.[at] ?? null) : side));
  const free = sides.indexOf(-1);
  if (free < 0) return reshaped(data, sides);
  // What is copied cancels out, so that a batch may stay unknown.
  const all = data.shape && countOf(data.shape.map((side, at) => (copied[at] ? 1 : side)));
  const others = countOf(sides.map((side, at) => (copied[at] || at === free ? 1 : side)));
  const rest = all !== null && others ? all / others : null;
  return reshaped(
    data,
    sides.map((side, at) => (at === free ? rest : side)),
  );
};

export const flatten: ShapeRule = (facts) => {
  const data = facts.input(0);
  const axis = int(facts, 'axis', 1);
  if (!data.shape) return { shape: [null, null], type: data.type };
  const split = axis < 0 ? axis + data.shape.length : axis;
  return reshaped(data, [countOf(data.shape.slice(0, split)), countOf(data.shape.slice(split))]);
};

export const squeeze: ShapeRule = (facts) => {
  const data = facts.input(0);
  if (!data.shape) return UNKNOWN;
  const given = parameter(facts, 'axes', 1);
  if (!given && (facts.has(1) || !isFixed(data.shape))) return UNKNOWN;
  const axes = given ? axesOf(given, data.shape.length) : data.shape.flatMap((side, at) => (side === 1 ? [at] : []));
  return axes
    ? reshaped(
        data,
        data.shape.filter((_, at) => !axes.includes(at)),
      )
    : UNKNOWN;
};

export const unsqueeze: ShapeRule = (facts) => {
  const data = facts.input(0);
  const given = parameter(facts, 'axes', 1);
  if (!data.shape || !given || given.length > FEW) return UNKNOWN;
  const rank = data.shape.length + given.length;
  const axes = axesOf(given, rank);
  if (!axes || new Set(axes).size !== axes.length) return UNKNOWN;
  const rest = data.shape.values();
  return reshaped(
    data,
    Array.from({ length: rank }, (_, at) => (axes.includes(at) ? 1 : (rest.next().value ?? null))),
  );
};

export const transpose: ShapeRule = (facts) => {
  const { shape, type } = facts.input(0);
  if (!shape) return UNKNOWN;
  const order = ints(facts, 'perm') ?? shape.map((_, at) => shape.length - 1 - at);
  if (order.length !== shape.length || order.some((axis) => !(axis in shape))) return UNKNOWN;
  return { shape: order.map((axis) => shape[axis]), type };
};

export const concat: ShapeRule = (facts) => {
  const parts = facts.node.inputs.map((_, at) => facts.input(at));
  const [{ shape: first, type }] = parts;
  const shapes = parts.flatMap(({ shape }) => (shape && shape.length === first?.length ? [shape] : []));
  const axis = first && axisOf(int(facts, 'axis', facts.opset < 4 ? 1 : 0), first.length);
  if (!first || axis === null || shapes.length !== parts.length) return UNKNOWN;
  const sides = first.map((side, at) => {
    if (at !== axis) return shapes.find((shape) => shape[at] !== null)?.[at] ?? side;
    const along = shapes.map((shape) => shape[at]);
    return along.reduce<number | null>((sum, length) => (sum === null || length === null ? null : sum + length), 0);
  });
  const values = first.length === 1 && (sides[0] ?? Infinity) <= FEW ? parts.map((part) => part.values) : [];
  const joined = values.length > 0 && values.every((part) => part !== undefined) ? values.flat() : undefined;
  return { shape: sides, type, ...(joined && { values: joined }) };
};

export const split: ShapeRule = (facts) => {
  const { shape, type } = facts.input(0);
  const count = facts.node.outputs.length;
  const axis = shape && axisOf(int(facts, 'axis', 0), shape.length);
  if (!shape || axis === null) return UNKNOWN;
  const side = shape[axis];
  const given = parameter(facts, 'split', 1);
  const each = side === null ? null : Math.ceil(side / count);
  const partOf = (at: number): number | null => {
    if (given) return given[at] ?? null;
    return facts.has(1) || side === null || each === null ? null : Math.min(each, side - at * each);
  };
  return facts.node.outputs.map((_, at) => ({ shape: shape.with(axis, partOf(at)), type }));
};

export const slice: ShapeRule = (facts) => {
  const data = facts.input(0);
  const { shape, type } = data;
  if (!shape) return UNKNOWN;
  const asked = (name: string, place: number): Sides | undefined => ints(facts, name) ?? facts.input(place).values;
  const [starts, ends] = [asked('starts', 1), asked('ends', 2)];
  const given = facts.has(3) || ints(facts, 'axes') ? asked('axes', 3) : starts?.map((_, at) => at);
  const steps = facts.has(4) ? facts.input(4).values : undefined;
  const axes = given && isFixed(given) ? axesOf(given, shape.length) : null;
  if (!axes || !starts || !ends) return { shape: shape.map(() => null), type };
  const sides = [...shape];
  let values: Sides | undefined = shape.length === 1 ? data.values : undefined;
  for (const [place, axis] of axes.entries()) {
    const step = steps ? (steps[place] ?? null) : facts.has(4) ? null : 1;
    const places = placesOf(sides[axis], starts[place] ?? null, ends[place] ?? null, step);
    sides[axis] = places?.length ?? null;
    const numbers = values;
    values =
      numbers && places
        ? Array.from({ length: places.length }, (_, i) => numbers[places.first + i * places.step])
        : undefined;
  }
  return { shape: sides, type, ...(values && { values }) };
};

/** Which places of an axis a slice takes; null if a number is unknown. */
function placesOf(side: number | null, start: number | null, end: number | null, step: number | null) {
  if (side === null || start === null || end === null || !step) return null;
  const from = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + side : at, low), high);
  const first = step > 0 ? from(start, 0, side) : from(start, 0, side - 1);
  const last = step > 0 ? from(end, 0, side) : from(end, -1, side - 1);
  return { first, step, length: Math.max(0, Math.ceil((last - first) / step)) };
}

export const gather: ShapeRule = (facts) => {
  const data = facts.input(0);
  const indices = facts.input(1);
  const axis = data.shape && axisOf(int(facts, 'axis', 0), data.shape.length);
  if (!data.shape || !indices.shape || axis === null) return { shape: null, type: data.type };
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  if (data.shape.length !== 1 || !data.values || !indices.values) return { shape, type: data.type };
  const numbers = data.values;
  const values = indices.values.map((at) => (at === null ? null : (numbers.at(at) ?? null)));
  return { shape, type: data.type, values };
};

export const expand: ShapeRule = ({ input }) => {
  const { shape, type } = input(0);
  return { shape: broadcast([shape, input(1).values ?? null]), type };
};

export const tile: ShapeRule = ({ input }) => {
  const { shape, type } = input(0);
  const repeats = input(1).values;
  if (!shape || repeats?.length !== shape.length) return { shape: shape?.map(() => null) ?? null, type };
  return { shape: shape.map((side, at) => countOf([side, repeats[at]])), type };
};

export const pad: ShapeRule = (facts) => {
  const { shape, type } = facts.input(0);
  if (!shape) return UNKNOWN;
  const amounts = ints(facts, 'pads') ?? ints(facts, 'paddings') ?? fixedValues(facts.input(1));
  const axes = facts.has(3) ? fixedValues(facts.input(3)) : shape.map((_, at) => at);
  const padded = axes && axesOf(axes, shape.length);
  if (!amounts || !padded || amounts.length !== 2 * padded.length) return { shape: shape.map(() => null), type };
  const grown = (side: number | null, place: number) =>
    side === null || place < 0 ? side : side + amounts[place] + amounts[place + padded.length];
  return { shape: shape.map((side, at) => grown(side, padded.indexOf(at))), type };
};

/** @param since operator set from which on the axes are an input. */
export const reduction =
  (since: number): ShapeRule =>
  (facts) => {
    const { shape, type } = facts.input(0);
    if (!shape) return UNKNOWN;
    const keeps = int(facts, 'keepdims', 1) === 1;
    const asInput = facts.opset >= since && facts.has(1);
    const given = asInput ? fixedValues(facts.input(1)) : ints(facts, 'axes');
    if (asInput && !given) return keeps ? { shape: shape.map(() => null), type } : UNKNOWN;
    if (!given?.length && int(facts, 'noop_with_empty_axes', 0) === 1) return { shape, type };
    const axes = axesOf(given?.length ? given : shape.map((_, at) => at), shape.length);
    if (!axes) return UNKNOWN;
    return {
      shape: keeps
        ? shape.map((side, at) => (axes.includes(at) ? 1 : side))
        : shape.filter((_, at) => !axes.includes(at)),
      type,
    };
  };

/** Places of the largest or smallest; int64, as ONNX has it. */
export const winner: ShapeRule = (facts) => {
  const { shape } = facts.input(0);
  const axis = shape && axisOf(int(facts, 'axis', 0), shape.length);
  if (!shape || axis === null) return { shape: null, type: DATA_TYPE.int64 };
  const keeps = int(facts, 'keepdims', 1) === 1;
  return { shape: keeps ? shape.with(axis, 1) : shape.toSpliced(axis, 1), type: DATA_TYPE.int64 };
};

export const topK: ShapeRule = (facts) => {
  const { shape, type } = facts.input(0);
  const axis = shape && axisOf(int(facts, 'axis', -1), shape.length);
  if (!shape || axis === null) return UNKNOWN;
  const found = shape.with(axis, int(facts, 'k', 0) || (facts.input(1).values?.[0] ?? null));
  return [
    { shape: found, type },
    { shape: found, type: DATA_TYPE.int64 },
  ];
};

/** Sequences [time, batch, size], or [batch, time, size] of layout 1; gates do not matter for the shapes. */
export const recurrent: ShapeRule = (facts) => {
  const { shape, type } = facts.input(0);
  const hidden = int(facts, 'hidden_size', 0) || null;
  const directions = text(facts, 'direction', 'forward') === 'bidirectional' ? 2 : 1;
  if (shape?.length !== 3) return UNKNOWN;
  const [first, second] = shape;
  if (int(facts, 'layout', 0) === 1) {
    const state = { shape: [first, directions, hidden], type };
    return [{ shape: [first, second, directions, hidden], type }, state, state];
  }
  const state = { shape: [directions, second, hidden], type };
  return [{ shape: [first, directions, second, hidden], type }, state, state];
};
