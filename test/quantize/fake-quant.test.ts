import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { Graph, type Tensor } from '../../ml/nn/graph.ts';
import { BLOCKED_DOMAIN, Layout } from '../../ml/nn/layout.ts';
import { Tape } from '../../ml/nn/tape.ts';
import {
  depthwiseSums,
  pointwiseSums,
  quantizeWeights,
  requantize,
  requantizeExcited,
  requantizeProduct,
  requantizeSum,
} from '../../ml/quantize/fake-quant.ts';
import { biasScales, quantizeBias, quantizeKernel, roundHalfEven, weightScales } from '../../ml/quantize/scheme.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import * as reference from '../nn/reference.ts';
import { randomValues, relativeError, runGraph } from '../nn/run-graph.ts';

const IMAGES = 16;
const SIDE = 4;
const PIXELS = IMAGES * SIDE * SIDE;
const X_SCALE = Math.fround(0.05);
const Y_SCALE = Math.fround(0.04);

/** The runtime's sums are 32-bit floats. */
const TOLERANCE = 1e-4;

const block = blockSize();
const layouts = [
  { name: 'portable', layout: new Layout(IMAGES, 1) },
  ...(block > 1 ? [{ name: 'blocked', layout: new Layout(IMAGES, block) }] : []),
];

const cases = {
  pointwise: { channels: 3, outputs: 5, taps: 3 },
  depthwise: { channels: 2, outputs: 2, taps: 9 },
};
const grids = { relu: { low: 0, high: 255 }, linear: { low: -60, high: 195 } };

describe.each(layouts)('fake quantization, $name', ({ layout }) => {
  describe.each(Object.entries(cases))('%s', (kind, { channels, outputs, taps }) => {
    it.each(
      Object.entries(grids),
    )('%s grid: computes on integers, and its gradient is that of the sum with every rounding a constant', async (_, bounds) => {
      const random = new Random(5);
      const x = Float64Array.from({ length: channels * PIXELS }, () => random.integer(256));
      const kernel = randomValues([outputs, taps], random, -0.4, 0.4);
      const bias = randomValues([outputs], random, -0.5, 0.5);
      const upstream = randomValues([outputs, PIXELS], random);

      const graph = new Graph();
      const tape = new Tape();
      const inputs = {
        x: graph.input('x', [channels, PIXELS]),
        kernel: graph.input('kernel', [outputs, taps]),
        bias: graph.input('bias', [outputs, 1]),
      };
      for (const tensor of Object.values(inputs)) tape.source(tensor);
      const xScale = graph.constant(X_SCALE);
      const weights = quantizeWeights(inputs.kernel, inputs.bias, xScale, true);
      const sums =
        kind === 'pointwise'
          ? pointwiseSums(tape, inputs.x, weights)
          : depthwiseSums(layout, inputs.x, weights, { side: SIDE, kernelSide: 3, stride: 1 });
      const scale = graph.constant(Y_SCALE);
      const parameters = bounds.low === 0 ? { scale } : { scale, zeroPointOffset: graph.constant(-bounds.low) };
      const source = { kernel: inputs.kernel, bias: inputs.bias };
      const activation = { steps: inputs.x, scale: xScale };
      const { steps } = requantize(tape, layout, activation, source, weights, sums, SIDE, parameters);
      const gradientOf = tape.backward([[steps, graph.input('upstream', [outputs, PIXELS])]]);
      graph.output('steps', steps);
      for (const [name, tensor] of Object.entries(inputs)) graph.output(`d/${name}`, gradientOf(tensor));

      const at = positions(layout, outputs);
      const atInput = positions(layout, channels);
      const results = await runGraph(graph.encode(17, ['com.microsoft', BLOCKED_DOMAIN]), {
        x: { shape: [channels, PIXELS], values: scatter(x, atInput) },
        kernel: { shape: [outputs, taps], values: kernel },
        bias: { shape: [outputs, 1], values: bias },
        upstream: { shape: [outputs, PIXELS], values: scatter(upstream, at) },
      });

      const scales = weightScales(Float32Array.from(kernel), Float32Array.from(bias), X_SCALE, true);
      const ofBias = biasScales(X_SCALE, scales);
      const integers = Float64Array.from(quantizeKernel(Float32Array.from(kernel), scales));
      const integerBias = quantizeBias(Float32Array.from(bias), ofBias);
      const multiply = (w: Float64Array, values: Float64Array) =>
        kind === 'pointwise'
          ? reference.matmul(w, values, outputs, taps, PIXELS)
          : reference.depthwise(values, w, channels, IMAGES, SIDE, 3, 1);
      /** Before rounding, with weights and inputs moved by these real amounts from where they were rounded. */
      const continuous = ([xMoved, kernelMoved, biasMoved]: Float64Array[]) => {
        const w = integers.map((q, i) => q + (kernelMoved[i] - kernel[i]) / scales[Math.floor(i / taps)]);
        return multiply(w, xMoved).map((sum, i) => {
          const c = Math.floor(i / PIXELS);
          return (ofBias[c] / Y_SCALE) * (sum + integerBias[c] + (biasMoved[c] - bias[c]) / ofBias[c]);
        });
      };
      const before = continuous([x, kernel, bias]);
      const expected = before.map((v) => Math.min(bounds.high, Math.max(bounds.low, roundHalfEven(v))));
      const found = at.map((position) => results['steps'][position]);
      expect(found).toEqual([...expected]);
      expect(new Set(found).size).toBeGreaterThan(20);

      const inside = before.map((v) => Number(v > bounds.low && v < bounds.high));
      const loss = (moved: Float64Array[]) =>
        continuous(moved).reduce((sum, v, i) => sum + inside[i] * upstream[i] * v, 0);
      const [dx, dKernel, dBias] = reference.finiteDifferences(loss, [x, kernel, bias]);
      const dxFound = atInput.map((position) => results['d/x'][position]);
      expect(relativeError(dxFound, dx)).toBeLessThan(TOLERANCE);
      expect(relativeError(results['d/kernel'], dKernel)).toBeLessThan(TOLERANCE);
      expect(relativeError(results['d/bias'], dBias)).toBeLessThan(TOLERANCE);
    });
  });
});

describe('a residual sum', () => {
  it('is rounded to its own grid, and its gradient passes where it was not clipped', async () => {
    const graph = new Graph();
    const tape = new Tape();
    const input = (name: string): Tensor => graph.input(name, [1, 4]);
    const [a, b] = [input('a'), input('b')];
    tape.source(a);
    tape.source(b);
    const [aScale, bScale, scale] = [0.5, 0.25, 1].map((value) => graph.constant(value));
    const activations = [
      { steps: a, scale: aScale },
      { steps: b, scale: bScale },
    ];
    const parameters = { scale, zeroPointOffset: graph.constant(10) };
    const { steps } = requantizeSum(tape, activations, parameters);
    const gradientOf = tape.backward([[steps, graph.constant([1, 1, 1, 1], [1, 4])]]);
    graph.output('steps', steps);
    graph.output('da', gradientOf(a));
    graph.output('db', gradientOf(b));
    const results = await runGraph(graph.encode(17), {
      a: { shape: [1, 4], values: [3, -40, 600, -3] },
      b: { shape: [1, 4], values: [1, 0, 0, -1] },
    });
    expect([...results['steps']]).toEqual([2, -10, 245, -2]);
    expect([...results['da']]).toEqual([0.5, 0, 0, 0.5]);
    expect([...results['db']]).toEqual([0.25, 0, 0, 0.25]);
  });
});

describe.each(layouts)('a product of maps, $name', ({ layout }) => {
  const CHANNELS = 3;
  it.each([
    'of one shape',
    'with a factor for each channel',
  ])('%s is rounded on its own grid, and its gradient is that of the product', async (which) => {
    const random = new Random(6);
    const perChannel = which !== 'of one shape';
    const integers = (count: number) => Float64Array.from({ length: count }, () => random.integer(256));
    const a = integers(CHANNELS * PIXELS).map((u) => u - 100);
    const b = integers(perChannel ? CHANNELS * IMAGES : CHANNELS * PIXELS);
    const upstream = randomValues([CHANNELS, PIXELS], random);
    const [aScale, bScale, scale] = [0.03, 1 / 255, 0.021].map(Math.fround);
    const bounds = { low: -70, high: 185 };

    const graph = new Graph();
    const tape = new Tape();
    const inputs = {
      a: graph.input('a', [CHANNELS, PIXELS]),
      b: graph.input('b', [CHANNELS, perChannel ? IMAGES : PIXELS]),
    };
    for (const tensor of Object.values(inputs)) tape.source(tensor);
    const activations = [
      { steps: inputs.a, scale: graph.constant(aScale) },
      { steps: inputs.b, scale: graph.constant(bScale) },
    ] as const;
    const parameters = { scale: graph.constant(scale), zeroPointOffset: graph.constant(-bounds.low) };
    const { steps } = perChannel
      ? requantizeExcited(tape, layout, activations[0], SIDE, activations[1], parameters)
      : requantizeProduct(tape, activations[0], activations[1], parameters);
    const gradientOf = tape.backward([[steps, graph.input('upstream', [CHANNELS, PIXELS])]]);
    graph.output('steps', steps);
    for (const [name, tensor] of Object.entries(inputs)) graph.output(`d/${name}`, gradientOf(tensor));
    const at = positions(layout, CHANNELS);
    const results = await runGraph(graph.encode(17, ['com.microsoft', BLOCKED_DOMAIN]), {
      a: { shape: inputs.a.shape, values: scatter(a, at) },
      b: { shape: inputs.b.shape, values: perChannel ? b : scatter(b, at) },
      upstream: { shape: [CHANNELS, PIXELS], values: scatter(upstream, at) },
    });

    const factor = (values: Float64Array, i: number) => values[perChannel ? Math.floor(i / SIDE ** 2) : i];
    const continuous = ([aMoved, bMoved]: Float64Array[]) =>
      aMoved.map((u, i) => (aScale * bScale * u * factor(bMoved, i)) / scale);
    const before = continuous([a, b]);
    const found = at.map((position) => results['steps'][position]);
    // Of two whole numbers as near, float32 may choose the other.
    for (const [i, v] of before.entries()) {
      expect(Math.abs(found[i] - Math.min(bounds.high, Math.max(bounds.low, v)))).toBeLessThan(0.5001);
      expect(Number.isInteger(found[i])).toBe(true);
    }
    const inside = before.map((v) => Number(v > bounds.low && v < bounds.high));
    expect(inside.filter((x) => x === 0).length).toBeGreaterThan(20);
    const loss = (moved: Float64Array[]) =>
      continuous(moved).reduce((sum, v, i) => sum + inside[i] * upstream[i] * v, 0);
    const [da, db] = reference.finiteDifferences(loss, [a, b]);
    expect(
      relativeError(
        at.map((position) => results['d/a'][position]),
        da,
      ),
    ).toBeLessThan(TOLERANCE);
    const dbFound = perChannel ? results['d/b'] : at.map((position) => results['d/b'][position]);
    expect(relativeError(dbFound, db)).toBeLessThan(TOLERANCE);
  });
});

/** Where the numbers of a map in the order [C][N][H][W] lie. */
function positions(layout: Layout, channels: number): number[] {
  const area = SIDE * SIDE;
  return Array.from({ length: channels * PIXELS }, (_, i) => {
    const image = Math.floor(i / area) % IMAGES;
    return Math.floor(i / PIXELS) * PIXELS + layout.offset(image, i % area, SIDE);
  });
}

function scatter(values: Float64Array, at: readonly number[]): Float64Array {
  const moved = new Float64Array(values.length);
  for (const [i, position] of at.entries()) moved[position] = values[i];
  return moved;
}
