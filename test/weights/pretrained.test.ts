import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { readMobileNet } from '../../ml/weights/from-tflite.ts';
import { needing, realData } from '../real-data.ts';

const folder = realData('pretrained');

/** A constant tensor as another reader, in Python, found it. */
interface Listed {
  readonly offset: number;
  readonly bytes: number;
  readonly shape: number[];
  readonly dtype: 'uint8' | 'int32';
  readonly scale: number;
  readonly zero_point: number;
}

interface ListedOperator {
  readonly op: string;
  readonly name: string;
  readonly inputs: string[];
  readonly stride?: number[];
  readonly kernel?: Listed;
  readonly bias?: Listed;
}

function load(name: string) {
  const bytes = new Uint8Array(readFileSync(join(folder, `${name}.tflite`)));
  const { ops } = JSON.parse(readFileSync(join(folder, `${name}.layers.json`), 'utf8')) as { ops: ListedOperator[] };
  return { bytes, ops, convolutions: ops.filter(({ kernel }) => kernel) };
}

function dequantized(
  bytes: Uint8Array,
  { offset, bytes: length, dtype, scale, zero_point: zero }: Listed,
): Float32Array {
  const part = bytes.slice(offset, offset + length);
  return Float32Array.from(dtype === 'uint8' ? part : new Int32Array(part.buffer), (q) => scale * (q - zero));
}

describe("Google's files", needing(folder), () => {
  it.each([
    'mobilenet_v2_1.0_96_quant',
    'mobilenet_v2_1.0_128_quant',
    'mobilenet_v2_1.0_224_quant',
    'v3-large-minimalistic_224_1.0_uint8',
  ])('%s is read as another reader reads it', (name) => {
    const { bytes, ops } = load(name);
    const { operators, tensors } = readTflite(bytes, name);
    const constants = new Set(tensors.filter(({ data }) => data.length > 0));
    expect(operators.map((operator) => operator.name)).toEqual(ops.map(({ op }) => op));
    for (const [i, { inputs, outputs, options }] of operators.entries()) {
      const listed = ops[i];
      expect(outputs.map((tensor) => tensor?.name)).toEqual([listed.name]);
      expect(inputs.filter((tensor) => tensor && !constants.has(tensor)).map((tensor) => tensor?.name)).toEqual(
        listed.inputs,
      );
      if (!listed.kernel) continue;
      const [strideHeight, strideWidth] = listed.stride ?? [];
      expect(options?.value).toMatchObject({ strideHeight, strideWidth, padding: 'SAME' });
      for (const [tensor, found] of [
        [inputs[1], listed.kernel],
        [inputs[2], listed.bias],
      ] as const) {
        expect({
          offset: tensor && tensor.data.byteOffset - bytes.byteOffset,
          bytes: tensor?.data.length,
          shape: tensor?.shape,
          dtype: tensor?.type.toLowerCase(),
          scale: tensor?.scale,
          zero_point: tensor?.zeroPoint,
        }).toMatchObject({
          offset: found?.offset,
          bytes: found?.bytes,
          shape: found?.shape,
          dtype: found?.dtype,
          scale: [found?.scale],
          zero_point: [found?.zero_point],
        });
      }
    }
  });

  it.each([96, 128, 224])('MobileNetV2 for %d pixels has the weights at the listed offsets', (size) => {
    const name = `mobilenet_v2_1.0_${size}_quant`;
    const { bytes, convolutions: listed } = load(name);
    const network = readMobileNet(bytes, name, 'mobilenet-v2');
    expect(network).toMatchObject({ size, width: 1, classes: 1001 });
    expect(network.convolutions).toHaveLength(listed.length);
    expect(network.convolutions.reduce((sum, { kernel }) => sum + kernel.length, 0)).toBe(3_471_040);
    for (const [
      i,
      { name: layer, kind, kernel, bias, outChannels, kernelSize, stride },
    ] of network.convolutions.entries()) {
      const { op, kernel: listedKernel, bias: listedBias, stride: listedStride } = listed[i];
      expect([op, listedStride], layer).toEqual([kind === 'conv' ? 'CONV_2D' : 'DEPTHWISE_CONV_2D', [stride, stride]]);
      const values = dequantized(bytes, listedKernel as Listed);
      if (kind === 'depthwise') {
        const taps = kernelSize ** 2;
        const transposed = new Float32Array(values.length);
        for (let tap = 0; tap < taps; tap++) {
          for (let c = 0; c < outChannels; c++) transposed[c * taps + tap] = values[tap * outChannels + c];
        }
        values.set(transposed);
      }
      expect(Buffer.compare(Buffer.from(kernel.buffer), Buffer.from(values.buffer)), layer).toBe(0);
      expect([...bias], layer).toEqual([...dequantized(bytes, listedBias as Listed)]);
    }
  });

  it('MobileNetV3 has as many weights as are listed, in the order of computation', () => {
    const name = 'v3-large-minimalistic_224_1.0_uint8';
    const { bytes, convolutions: listed } = load(name);
    const network = readMobileNet(bytes, name, 'mobilenet-v3-large-minimalistic');
    expect(network).toMatchObject({ size: 224, width: 1, classes: 1001 });
    expect(network.convolutions.reduce((sum, { kernel }) => sum + kernel.length, 0)).toBe(3_898_888);
    expect(network.convolutions).toHaveLength(listed.length);
    for (const [i, { name: layer, bias }] of network.convolutions.entries()) {
      expect([...bias], layer).toEqual([...dequantized(bytes, listed[i].bias as Listed)]);
    }
  });

  it('MobileNetV3 is refused by name where MobileNetV2 is wanted', () => {
    const name = 'v3-large-minimalistic_224_1.0_uint8';
    const attempt = () => readMobileNet(load(name).bytes, `${name}.tflite`, 'mobilenet-v2');
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(
      `${name}.tflite is not Google's MobileNetV2: as its stem, CONV_2D "MobilenetV2/Conv/…" with kernel [32,3,3,3], ` +
        'stride 2 is expected, but it has CONV_2D "MobilenetV3/Conv/Relu" with kernel [16,3,3,3], stride 2, padding SAME',
    );
  });

  it.each([4, 100, 10_000, 200_000, 1_000_000, 3_500_000])('one cut off after %d bytes is refused', (length) => {
    const { bytes } = load('mobilenet_v2_1.0_96_quant');
    expect(() => readTflite(bytes.slice(0, length), 'cut.tflite')).toThrow(
      /^cut\.tflite is not a (complete )?\.tflite file: /,
    );
  });
});
