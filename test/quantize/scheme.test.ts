import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activationParameters,
  biasScales,
  dequantize,
  INT8_MAX,
  INT8_MIN,
  quantize,
  quantizeBias,
  quantizeKernel,
  roundHalfEven,
  weightScales,
} from '../../ml/quantize/scheme.ts';

const range = fc
  .tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: -1e3, max: 1e3, noNaN: true }))
  .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
const weights = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 12, maxLength: 12 });

describe('roundHalfEven', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [2.4999, 2],
    [-7.6, -8],
  ])('%f becomes %i', (x, rounded) => {
    expect(roundHalfEven(x) + 0).toBe(rounded);
  });
});

describe('activations', () => {
  it('have 0 on a step, and every number of the range within half a step', () => {
    fc.assert(
      fc.property(range, fc.double({ min: 0, max: 1, noNaN: true }), (limits, share) => {
        const parameters = activationParameters(limits, 'map');
        const { scale, zeroPoint } = parameters;
        const real = (q: number) => scale * (q - zeroPoint);
        expect(Number.isInteger(zeroPoint)).toBe(true);
        expect(real(quantize([0], parameters)[0])).toBe(0);
        const x = limits.min + share * (limits.max - limits.min);
        // The zero point is rounded, which may cost half a step at either end.
        expect(Math.abs(real(quantize([x], parameters)[0]) - x)).toBeLessThanOrEqual(1.01 * scale);
        const inside = (INT8_MIN - zeroPoint) * scale <= x && x <= (INT8_MAX - zeroPoint) * scale;
        if (inside) expect(Math.abs(real(quantize([x], parameters)[0]) - x)).toBeLessThanOrEqual(0.5001 * scale);
      }),
    );
  });

  it('follow the published formula: 0..6 gives 6/255 and −128, −1..3 gives 4/255 and −64', () => {
    expect(activationParameters({ min: 0, max: 6 }, 'map')).toEqual({ scale: Math.fround(6 / 255), zeroPoint: -128 });
    expect(activationParameters({ min: -1, max: 3 }, 'map')).toEqual({ scale: Math.fround(4 / 255), zeroPoint: -64 });
  });

  it('saturate', () => {
    expect([...quantize([-100, 100], { scale: 0.1, zeroPoint: 3 })]).toEqual([-128, 127]);
  });

  it.each([
    { min: Number.NaN, max: 1 },
    { min: 0, max: Number.POSITIVE_INFINITY },
    { min: 2, max: 1 },
  ])('refuse the range %o by the name of its map', (limits) => {
    expect(() => activationParameters(limits, 'block3/add')).toThrow(/block3\/add/);
  });
});

describe('weights', () => {
  it('are within half a step of themselves, symmetric, the greatest of a channel at ±127', () => {
    fc.assert(
      fc.property(weights, (values) => {
        const kernel = Float32Array.from(values);
        const scales = weightScales(kernel, new Float32Array(3), 0.1, true);
        const integers = quantizeKernel(kernel, scales);
        const real = dequantize(integers, scales);
        kernel.forEach((weight, i) => {
          expect(Math.abs(real[i] - weight)).toBeLessThanOrEqual(0.5001 * scales[Math.floor(i / 4)]);
        });
        for (let c = 0; c < 3; c++) {
          const channel = [...integers.subarray(4 * c, 4 * c + 4)].map(Math.abs);
          const largest = Math.max(...kernel.subarray(4 * c, 4 * c + 4).map(Math.abs));
          if (largest > 1e-5) expect(Math.max(...channel)).toBe(127);
        }
        expect(integers.every((q) => q >= -127)).toBe(true);
      }),
    );
  });

  it('share the coarsest scale where one is wanted for the whole kernel', () => {
    const scales = weightScales(Float32Array.of(1, -0.5, 0.25, 0.1), new Float32Array(2), 0.1, false);
    expect([...scales]).toEqual([Math.fround(1 / 127), Math.fround(1 / 127)]);
  });
});

describe('biases', () => {
  it('are exact to half a step, also of a channel whose weights are all 0', () => {
    fc.assert(
      fc.property(weights, fc.float({ min: -20, max: 20, noNaN: true }), (values, value) => {
        const kernel = Float32Array.from(values).fill(0, 0, 4);
        const bias = Float32Array.of(value, -value, 1);
        const scales = biasScales(0.02, weightScales(kernel, bias, 0.02, true));
        const real = dequantize(quantizeBias(bias, scales), scales);
        bias.forEach((expected, c) => {
          expect(Math.abs(real[c] - expected)).toBeLessThanOrEqual(0.5 * scales[c] + 1e-6 * Math.abs(expected));
        });
      }),
    );
  });
});
