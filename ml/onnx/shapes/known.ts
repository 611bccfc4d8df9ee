import { DATA_TYPE, type OnnxNode, type OnnxTensor } from '../model.ts';
import { FEW, numbersOf } from '../values.ts';

/** Sides of a tensor; null for one that the file does not fix. */
export type Sides = readonly (number | null)[];

/** What is known of a tensor without running the file. */
export interface Known {
  /** Null where not even the number of sides is known. */
  readonly shape: Sides | null;
  /** ONNX's code of the element type; `DATA_TYPE.undefined` where it is unknown. */
  readonly type: number;
  /** The numbers in row-major order, where there are few and they are the same in each run; null for an unknown one. */
  readonly values?: Sides;
}

export const UNKNOWN: Known = { shape: null, type: DATA_TYPE.undefined };

/** What a rule sees of an operator. */
export interface Facts {
  readonly node: OnnxNode;
  readonly opset: number;
  /** Of an input; {@link UNKNOWN} for one that is left out. */
  readonly input: (place: number) => Known;
  readonly has: (place: number) => boolean;
}

/** What an operator gives: of its first output, or of each. */
export type ShapeRule = (facts: Facts) => Known | readonly Known[];

/** What is known of a constant: all of it, but for the numbers of a large one. */
export function knownOf(tensor: OnnxTensor): Known {
  const values = numbersOf(tensor);
  const isShape = tensor.dims.length <= FEW && tensor.dims.every((side) => side >= 0);
  return { shape: isShape ? tensor.dims : null, type: tensor.dataType, ...(isShape && values && { values }) };
}

/** Whether each side, or each number, is known. */
export const isFixed = (sides: Sides | null): sides is readonly number[] =>
  sides?.every((side) => side !== null) ?? false;

/** The numbers of an input, if each is known. */
export function fixedValues({ values }: Known): readonly number[] | undefined {
  return values && isFixed(values) ? values : undefined;
}

/** The product of sides; null if one is unknown. */
export function countOf(sides: Sides): number | null {
  return isFixed(sides) ? sides.reduce((product, side) => product * side, 1) : null;
}

/** Counts an axis from the front; null if there is no such axis. */
export function axisOf(axis: number, rank: number): number | null {
  const front = axis < 0 ? axis + rank : axis;
  return front >= 0 && front < rank ? front : null;
}

/** Counts axes from the front; null if one of them is none. */
export function axesOf(axes: readonly number[], rank: number): readonly number[] | null {
  const front = axes.map((axis) => axisOf(axis, rank));
  return isFixed(front) ? front : null;
}

/** The shape of operands that are repeated to fit each other, as NumPy does it; null if they do not, or are unknown. */
export function broadcast(shapes: readonly (Sides | null)[]): Sides | null {
  let result: Sides = [];
  for (const shape of shapes) {
    if (!shape) return null;
    const rank = Math.max(result.length, shape.length);
    const fill = (sides: Sides) => [...new Array<number>(rank - sides.length).fill(1), ...sides];
    const [a, b] = [fill(result), fill(shape)];
    const sides: (number | null)[] = [];
    for (let i = 0; i < rank; i++) {
      if (a[i] !== b[i] && a[i] !== 1 && b[i] !== 1 && a[i] !== null && b[i] !== null) return null;
      // An unknown side next to a larger one must be 1 or the same.
      sides.push(a[i] === 1 || (a[i] === null && b[i] !== 1) ? b[i] : a[i]);
    }
    result = sides;
  }
  return result;
}
