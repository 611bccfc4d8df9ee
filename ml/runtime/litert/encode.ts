import { quantize, UINT8_OFFSET } from '../../quantize/scheme.ts';
import type { TfliteTensor } from '../../tflite/model.ts';

/** What a quantized number is above the int8 that stands for the same. */
const ABOVE_INT8: Partial<Record<TfliteTensor['type'], number>> = { INT8: 0, UINT8: UINT8_OFFSET };

/**
 * The bytes of a tensor that is to hold these real numbers: floats as they are, quantized ones as the nearest that it
 * can hold.
 * @param tensor float32, or uint8 or int8 with one scale and zero point.
 */
export function encode(values: Float32Array, { type, scale, zeroPoint }: TfliteTensor): Uint8Array {
  const above = ABOVE_INT8[type];
  if (above === undefined) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const integers = quantize(values, { scale: scale[0], zeroPoint: zeroPoint[0] - above });
  // Storing −1 gives 255, which is the same byte.
  return Uint8Array.from(integers, (q) => q + above);
}
