import type { TfliteTensor } from '../../tflite/model.ts';

/** The numbers that a quantized tensor can hold: [lowest, highest]. */
const RANGE: Partial<Record<TfliteTensor['type'], readonly [number, number]>> = { UINT8: [0, 255], INT8: [-128, 127] };

/**
 * The bytes of a tensor that is to hold these real numbers: floats as they are, quantized ones as the nearest that it
 * can hold, q = round(x / scale) + zeroPoint.
 * @param tensor float32, or uint8 or int8 with one scale and zero point.
 */
export function encode(values: Float32Array, { type, scale, zeroPoint }: TfliteTensor): Uint8Array {
  const range = RANGE[type];
  if (!range) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const [lowest, highest] = range;
  const quantize = (x: number) => Math.max(lowest, Math.min(highest, Math.round(x / scale[0]) + zeroPoint[0]));
  // Storing −1 gives 255, which is the same byte.
  return new Uint8Array(values.map(quantize));
}
