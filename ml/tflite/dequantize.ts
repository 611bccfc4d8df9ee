import { UserError } from '../core/errors.ts';
import { fromHalf } from '../core/float16.ts';
import type { TfliteTensor } from './model.ts';

interface Element {
  readonly size: number;
  readonly read: (view: DataView, at: number) => number;
}

const ELEMENTS: Partial<Record<TfliteTensor['type'], Element>> = {
  FLOAT32: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  FLOAT16: { size: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  INT32: { size: 4, read: (view, at) => view.getInt32(at, true) },
  UINT8: { size: 1, read: (view, at) => view.getUint8(at) },
  INT8: { size: 1, read: (view, at) => view.getInt8(at) },
};

/** Shapes and axes have fewer. */
const MAX_WHOLE = 64;

const product = (sides: readonly number[]) => sides.reduce((count, side) => count * side, 1);

/** The numbers of a constant of shapes, axes or places, where there are few; undefined if it is none. */
export function wholeNumbers({ type, shape, data }: TfliteTensor): readonly number[] | undefined {
  const size = type === 'INT32' ? 4 : type === 'INT64' ? 8 : 0;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = product(shape);
  if (size === 0 || data.length !== count * size || count > MAX_WHOLE) return undefined;
  return Array.from({ length: count }, (_, at) =>
    size === 4 ? view.getInt32(4 * at, true) : Number(view.getBigInt64(8 * at, true)),
  );
}

/**
 * The real numbers of a constant tensor, in its own order: scale · (q − zeroPoint), per tensor or per channel
 * (Jacob et al. 2018, arXiv:1712.05877, equation 1); floats as they are.
 * @param file where the tensor is from, for messages.
 * @throws UserError if the tensor has no data, another type, not as many scales as channels, or infinite numbers.
 */
export function dequantize(tensor: TfliteTensor, file: string): Float32Array {
  const { name, type, shape, data, scale, zeroPoint, quantizedDimension } = tensor;
  const refuse = (found: string, expected: string) =>
    new UserError(`${file}: the tensor ${JSON.stringify(name)} ${found}, expected ${expected}; use an undamaged file`);
  const element = ELEMENTS[type];
  if (!element) throw refuse(`is of type ${type}`, Object.keys(ELEMENTS).join(', '));
  const { size, read } = element;
  const count = product(shape);
  if (data.length !== count * size) {
    throw refuse(`of shape [${shape}] has ${data.length} bytes of data`, `${count * size}`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = new Float32Array(count);
  if (type === 'FLOAT32' || type === 'FLOAT16') {
    for (let i = 0; i < count; i++) values[i] = read(view, i * size);
  } else {
    const channels = scale.length === 1 ? 1 : shape[quantizedDimension];
    if (scale.length !== channels || zeroPoint.length !== channels) {
      throw refuse(`has ${scale.length} scales and ${zeroPoint.length} zero points`, 'one of each, or one per channel');
    }
    const run = channels === 1 ? count : product(shape.slice(quantizedDimension + 1));
    for (let i = 0; i < count; i++) {
      const channel = Math.floor(i / run) % channels;
      values[i] = scale[channel] * (read(view, i * size) - zeroPoint[channel]);
    }
  }
  if (!values.every(Number.isFinite)) throw refuse('has numbers that are infinite or NaN', 'finite ones');
  return values;
}
