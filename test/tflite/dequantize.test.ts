import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { dequantize } from '../../ml/tflite/dequantize.ts';
import type { TfliteTensor } from '../../ml/tflite/model.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { buildTflite, ONE_CONVOLUTION } from './build.ts';

const plain: TfliteTensor = {
  name: 'weights',
  type: 'UINT8',
  shape: [2, 2],
  data: Uint8Array.from([0, 100, 128, 255]),
  scale: [0.5],
  zeroPoint: [100],
  quantizedDimension: 0,
};

describe('dequantize', () => {
  it('gives scale · (q − zero point) for one scale', () => {
    expect([...dequantize(plain, 'f')]).toEqual([-50, 0, 14, 77.5]);
    expect([...dequantize({ ...plain, type: 'INT8' }, 'f')]).toEqual([-50, 0, -114, -50.5]);
  });

  it('gives the scale of each output channel, and integers of 32 bits', () => {
    const [, kernel, bias] = readTflite(buildTflite(ONE_CONVOLUTION), 'f').tensors;
    expect([...dequantize(kernel, 'f')]).toEqual([0, 0.5, 31.5, -32.25, 0, 6]);
    expect([...dequantize(bias, 'f')]).toEqual([0.25, -0.25, 64]);
  });

  it('follows the quantized dimension wherever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        (shape, draw) => {
          const axis = draw % shape.length;
          const count = shape.reduce((a, b) => a * b);
          const scale = Array.from({ length: shape[axis] }, (_, c) => 2 ** c);
          const zeroPoint = scale.map((_, c) => c - 1);
          const data = Uint8Array.from({ length: count }, (_, i) => i);
          const real = dequantize({ ...plain, shape, data, scale, zeroPoint, quantizedDimension: axis }, 'f');
          for (let i = 0; i < count; i++) {
            let rest = i;
            const index = shape.map(() => 0);
            for (let d = shape.length - 1; d >= 0; d--) {
              index[d] = rest % shape[d];
              rest = (rest - index[d]) / shape[d];
            }
            expect(real[i]).toBe(2 ** index[axis] * (i - (index[axis] - 1)));
          }
        },
      ),
    );
  });

  it('copies floats, aligned or not, whatever quantization says', () => {
    const bytes = new Uint8Array(9);
    const data = bytes.subarray(1);
    new DataView(bytes.buffer).setFloat32(1, 1.5, true);
    new DataView(bytes.buffer).setFloat32(5, -0.1, true);
    const floats = dequantize({ ...plain, type: 'FLOAT32', shape: [2], data }, 'f');
    expect([...floats]).toEqual([1.5, Math.fround(-0.1)]);
  });

  it.each([
    ['no data', { data: new Uint8Array() }, 'of shape [2,2] has 0 bytes of data, expected 4;'],
    ['another type', { type: 'FLOAT64' }, 'is of type FLOAT64, expected FLOAT32, FLOAT16, INT32, UINT8, INT8;'],
    ['no scale', { scale: [], zeroPoint: [] }, 'has 0 scales and 0 zero points, expected one of each, or one per'],
    ['too many scales', { scale: [1, 1, 1], zeroPoint: [0, 0, 0] }, 'has 3 scales and 3 zero points'],
    ['too few zero points', { scale: [1, 1], zeroPoint: [0] }, 'has 2 scales and 1 zero points'],
    ['a dimension it lacks', { scale: [1, 1], zeroPoint: [0, 0], quantizedDimension: 2 }, 'has 2 scales'],
    ['an infinite scale', { scale: [Number.POSITIVE_INFINITY] }, 'has numbers that are infinite or NaN'],
  ] as [string, Partial<TfliteTensor>, string][])('refuses a tensor with %s', (_, changes, message) => {
    const attempt = () => dequantize({ ...plain, ...changes }, 'net.tflite');
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(`net.tflite: the tensor "weights" ${message}`);
  });
});
