import { fromHalf } from '../core/float16.ts';
import { DATA_TYPE, type OnnxNode, type OnnxTensor } from './model.ts';

/** Anything that holds a node, so that a rule can hand on what it was given. */
interface HasNode {
  readonly node: OnnxNode;
}

/** Whole numbers of an attribute. */
export function ints({ node }: HasNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return value && 'ints' in value ? value.ints : undefined;
}

/** A whole number of an attribute, or `otherwise` where it is left out. */
export function int({ node }: HasNode, name: string, otherwise: number): number {
  const value = node.attributes[name];
  return value && 'int' in value ? value.int : otherwise;
}

/** A number of an attribute. */
export function float({ node }: HasNode, name: string): number | undefined {
  const value = node.attributes[name];
  return value && 'float' in value ? value.float : undefined;
}

/** Numbers of an attribute. */
export function floats({ node }: HasNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return value && 'floats' in value ? value.floats : undefined;
}

/** A text of an attribute, or `otherwise` where it is left out. */
export function text({ node }: HasNode, name: string, otherwise: string): string {
  const value = node.attributes[name];
  return value && 'string' in value ? value.string : otherwise;
}

/** Axes, pads, scales and shapes have fewer numbers; what has more is data, and never read here. */
export const FEW = 64;

const READERS: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  [DATA_TYPE.float]: (view, at) => view.getFloat32(4 * at, true),
  [DATA_TYPE.double]: (view, at) => view.getFloat64(8 * at, true),
  [DATA_TYPE.float16]: (view, at) => fromHalf(view.getUint16(2 * at, true)),
  [DATA_TYPE.int64]: (view, at) => Number(view.getBigInt64(8 * at, true)),
  [DATA_TYPE.int32]: (view, at) => view.getInt32(4 * at, true),
  [DATA_TYPE.uint8]: (view, at) => view.getUint8(at),
  [DATA_TYPE.int8]: (view, at) => view.getInt8(at),
  [DATA_TYPE.bool]: (view, at) => view.getUint8(at),
};

/** The numbers of a small constant; undefined where it has more than {@link FEW}, another type, or lies elsewhere. */
export function numbersOf({ dims, dataType, raw, external }: OnnxTensor): readonly number[] | undefined {
  const read = READERS[dataType];
  const count = dims.reduce((product, side) => product * side, 1);
  if (!read || external !== undefined || !(count <= FEW)) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: count }, (_, at) => read(view, at));
}
