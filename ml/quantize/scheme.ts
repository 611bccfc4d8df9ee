import { UserError } from '../core/errors.ts';
import type { InputSpec } from '../model/inputs.ts';

/*
 * The arithmetic of full-integer 8-bit networks, as TensorFlow Lite's 8-bit quantization specification defines it
 * (ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec) after Jacob et al. 2018,
 * arXiv:1712.05877: real = scale · (q − zeroPoint).
 */

/** How one activation's numbers become int8. */
export interface QuantizationParameters {
  /** Real numbers from one step to the next; positive. */
  readonly scale: number;
  /** The int8 that stands for 0. */
  readonly zeroPoint: number;
}

/** The real numbers that an activation must represent. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export const INT8_MIN = -128;
export const INT8_MAX = 127;
/** A uint8 is the int8 that stands for the same, moved by this much. */
export const UINT8_OFFSET = 128;
/** Steps from the least int8 to the greatest. */
export const INT8_STEPS = 255;
const INT32_MAX = 2 ** 31 - 1;
/** Narrower ranges are widened, so that no scale vanishes. */
export const MIN_WIDTH = 1e-6;
/** The greatest bias in its own steps: half of what 32 bits hold, the rest is for the products. */
export const MAX_BIAS_STEPS = 2 ** 30;

/** Probabilities: fixed by the specification of SOFTMAX. */
export const PROBABILITY_PARAMETERS: QuantizationParameters = { scale: 1 / 256, zeroPoint: -128 };

/**
 * Pixels in [−1, 1]. With 2/255 for a step, every grey level of a picture would lie half-way between two integers and
 * neighbours would fall together; 1/127 keeps them apart and makes 0 the zero point.
 */
const IMAGE_PARAMETERS: QuantizationParameters = { scale: Math.fround(1 / 127), zeroPoint: 0 };

/** The parameters of an input that do not depend on what is observed: those of an image. */
export const fixedParameters = ({ kind }: InputSpec): QuantizationParameters | undefined =>
  kind === 'image' ? IMAGE_PARAMETERS : undefined;

/** A positive number in the network, which becomes the greatest int8. */
export function constantParameters(value: number): QuantizationParameters {
  return { scale: Math.fround(value / INT8_MAX), zeroPoint: 0 };
}

/** To the nearest whole number, of two the even one, as IEEE 754 and the runtimes' kernels round. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/**
 * Asymmetric int8 for an activation whose numbers lie in this range. The range is widened to hold 0, which must be a step of its
 * own, since padding is 0.
 * @throws UserError if the range is not finite.
 */
export function activationParameters({ min, max }: Range, name: string): QuantizationParameters {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) {
    throw new UserError(
      `the range of ${name} is ${min} to ${max}; expected finite numbers, the lower one first. ` +
        'The network or the calibration faces are damaged: train again, or calibrate on other faces',
    );
  }
  const low = Math.min(0, min);
  const width = Math.max(Math.max(0, max) - low, MIN_WIDTH);
  // Files keep scales as 32-bit floats, and every form of the network must use the very same.
  const scale = Math.fround(width / INT8_STEPS);
  return { scale, zeroPoint: clamp(roundHalfEven(INT8_MIN - low / scale), INT8_MIN, INT8_MAX) };
}

/** The int8 of each number. */
export function quantize(values: ArrayLike<number>, { scale, zeroPoint }: QuantizationParameters): Int8Array {
  return Int8Array.from(values, (x) => clamp(roundHalfEven(x / scale) + zeroPoint, INT8_MIN, INT8_MAX));
}

/**
 * Scales of a kernel's int8 numbers, symmetric with the greatest at ±127. A channel whose weights are tiny compared with
 * its bias gets a coarser scale, so that the bias fits into its integer.
 * @param kernel [O, …].
 * @param bias [O].
 * @param inputScale scale of the activation that the kernel is applied to.
 * @param perChannel one scale for each output channel, or the same for all.
 * @returns [O].
 */
export function weightScales(
  kernel: Float32Array,
  bias: Float32Array,
  inputScale: number,
  perChannel: boolean,
): Float32Array {
  const taps = kernel.length / bias.length;
  const least = bias.map((value, c) => {
    const largest = kernel.subarray(c * taps, (c + 1) * taps).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    const ofBias = Math.abs(value) / (inputScale * MAX_BIAS_STEPS);
    return Math.max(Math.max(largest, MIN_WIDTH) / INT8_MAX, ofBias);
  });
  return perChannel ? least : least.fill(Math.max(...least));
}

// Quotients are 32-bit floats, as the training graph divides: in 64 bits, a few weights would round to the other side.

/**
 * @param kernel [O, …].
 * @param scales [O].
 */
export function quantizeKernel(kernel: Float32Array, scales: Float32Array): Int8Array {
  const taps = kernel.length / scales.length;
  return Int8Array.from(kernel, (weight, i) =>
    clamp(roundHalfEven(Math.fround(weight / scales[Math.floor(i / taps)])), -INT8_MAX, INT8_MAX),
  );
}

/** A bias counts in steps of input scale × weight scale, as the products that it is added to. */
export function biasScales(inputScale: number, scales: Float32Array): Float32Array {
  return scales.map((scale) => inputScale * scale);
}

/**
 * @param bias [O].
 * @param scales of the bias, [O].
 */
export function quantizeBias(bias: Float32Array, scales: Float32Array): Int32Array {
  return Int32Array.from(bias, (value, c) =>
    clamp(roundHalfEven(Math.fround(value / scales[c])), -INT32_MAX, INT32_MAX),
  );
}

/**
 * The real numbers of integers, scale · q.
 * @param values [O, …], with zero point 0.
 * @param scales [O].
 */
export function dequantize(values: Int8Array | Int32Array, scales: Float32Array): Float32Array {
  const each = values.length / scales.length;
  return Float32Array.from(values, (q, i) => q * scales[Math.floor(i / each)]);
}
