import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { Graph, type Shape, type Tensor } from '../../ml/nn/graph.ts';
import { BLOCKED_DOMAIN } from '../../ml/nn/layout.ts';
import { convolution, DenseLayout, pixelShuffle } from '../../ml/nn/operators/convolution.ts';
import { l1Loss } from '../../ml/nn/operators/losses.ts';
import { Tape } from '../../ml/nn/tape.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import * as reference from './reference.ts';
import { randomValues, relativeError, runGraph } from './run-graph.ts';

const IMAGES = 16;
/** Float32 sums against float64 ones. */
const TOLERANCE = 2e-4;
const block = blockSize();
const layouts = [{ name: 'portable', layout: new DenseLayout(IMAGES, 1) }];
if (block > 1) layouts.push({ name: `blocks of ${block}`, layout: new DenseLayout(IMAGES, block) });

interface Case {
  /** Operands that are maps, [N, C, H, W]; they come before the others. */
  readonly activations: readonly Shape[];
  readonly parameters: readonly Shape[];
  build(tape: Tape, layout: DenseLayout, tensors: readonly Tensor[]): Tensor;
  compute(inputs: readonly Float64Array[]): Float64Array;
}

const [HEIGHT, WIDTH] = [4, 5];
const activation = (channels: number): Shape => [IMAGES, channels, HEIGHT, WIDTH];
const kernel = (outputs: number, inputs: number): Shape[] => [[outputs, inputs, 3, 3], [outputs]];

const cases: Record<string, Case> = {};
for (const [inputs, outputs] of [
  [1, 16],
  [16, 32],
  [32, 16],
  [16, 4],
  [16, 1],
]) {
  cases[`convolution of ${inputs} to ${outputs} channels`] = {
    activations: [activation(inputs)],
    parameters: kernel(outputs, inputs),
    build: (tape, layout, [x, w, b]) => convolution(tape, layout, x, w, b),
    compute: ([x, w, b]) => reference.convolution(x, w, b, activation(inputs)),
  };
}
cases['convolution and ReLU'] = {
  activations: [activation(16)],
  parameters: kernel(16, 16),
  build: (tape, layout, [x, w, b]) => convolution(tape, layout, x, w, b, { relu: true }),
  compute: ([x, w, b]) => reference.convolution(x, w, b, activation(16)).map((y) => Math.max(y, 0)),
};
cases['scaled convolution and sum'] = {
  activations: [activation(16), activation(16)],
  parameters: kernel(16, 16),
  build: (tape, layout, [x, addend, w, b]) => convolution(tape, layout, x, w, b, { addend, scale: 0.1 }),
  compute: ([x, addend, w, b]) => reference.convolution(x, w, b, activation(16)).map((y, i) => 0.1 * y + addend[i]),
};
for (const [deep, factor] of [
  [4, 2],
  [16, 4],
  [64, 2],
]) {
  cases[`pixel shuffle of ${deep} channels by ${factor}`] = {
    activations: [activation(deep)],
    parameters: [],
    build: (tape, layout, [x]) => pixelShuffle(tape, layout, x, factor),
    compute: ([x]) => reference.pixelShuffle(x, activation(deep), factor),
  };
}

describe.each(layouts)('gradient rules of dense maps, $name', ({ layout }) => {
  it.each(Object.entries(cases))('%s: result and gradients equal float64 and its differences', async (_, testCase) => {
    const random = new Random(5);
    const shapes = [...testCase.activations, ...testCase.parameters];
    const inputs = shapes.map((shape) => randomValues(shape, random));
    const graph = new Graph();
    const tape = new Tape();
    const operands = shapes.map((shape, i) => {
      const input = graph.input(`input${i}`, shape);
      const operand = i < testCase.activations.length ? layout.packed(input) : input;
      tape.source(operand);
      return operand;
    });
    const output = testCase.build(tape, layout, operands);
    const weights = graph.input('weights', output.shape);
    const gradientOf = tape.backward([[output, layout.packed(weights)]]);
    const give = (name: string, tensor: Tensor) => graph.output(name, graph.node('Identity', [tensor], tensor.shape));
    give('output', layout.plain(output));
    for (const [i, operand] of operands.entries()) {
      const gradient = gradientOf(operand);
      give(`gradient${i}`, i < testCase.activations.length ? layout.plain(gradient) : gradient);
    }
    const weighting = randomValues(output.shape, random);
    const feeds = Object.fromEntries(inputs.map((values, i) => [`input${i}`, { shape: shapes[i], values }]));
    const results = await runGraph(graph.encode(17, [BLOCKED_DOMAIN]), {
      ...feeds,
      weights: { shape: output.shape, values: weighting },
    });
    expect(relativeError(results['output'], testCase.compute(inputs))).toBeLessThan(TOLERANCE);
    const loss = (moved: Float64Array[]) => testCase.compute(moved).reduce((sum, y, i) => sum + y * weighting[i], 0);
    for (const [i, values] of inputs.entries()) {
      // A difference needs two whole convolutions, so a sample of the numbers has to do.
      const sample = Array.from({ length: 24 }, () => random.integer(values.length));
      const differences = sample.map((at) => {
        const step = (by: number) =>
          loss(inputs.map((other, j) => (j === i ? other.map((v, k) => (k === at ? v + by : v)) : other)));
        return (step(1e-6) - step(-1e-6)) / 2e-6;
      });
      expect(
        relativeError(
          sample.map((at) => results[`gradient${i}`][at]),
          differences,
        ),
      ).toBeLessThan(TOLERANCE);
    }
  });
});

describe('mean absolute error', () => {
  it('has the loss and gradient of its definition', async () => {
    const random = new Random(3);
    const shape = [3, 1, 4, 5];
    const [output, target] = [randomValues(shape, random), randomValues(shape, random)];
    const graph = new Graph();
    const { loss, gradient } = l1Loss(graph.input('output', shape), graph.input('target', shape));
    graph.output('loss', loss);
    graph.output('gradient', gradient);
    const results = await runGraph(graph.encode(17), {
      output: { shape, values: output },
      target: { shape, values: target },
    });
    const definition = ([moved]: Float64Array[]) =>
      moved.reduce((sum, y, i) => sum + Math.abs(y - target[i]), 0) / moved.length;
    expect(results['loss'][0]).toBeCloseTo(definition([output]), 6);
    const [differences] = reference.finiteDifferences(definition, [output]);
    expect(relativeError(results['gradient'], differences)).toBeLessThan(TOLERANCE);
  });
});
