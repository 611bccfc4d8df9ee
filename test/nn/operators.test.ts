import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import type { Activation } from '../../ml/nn/architecture.ts';
import { Graph, type Shape, type Tensor } from '../../ml/nn/graph.ts';
import { BLOCKED_DOMAIN, Layout } from '../../ml/nn/layout.ts';
import { activate, CLIPPINGS } from '../../ml/nn/operators/activation.ts';
import { batchNorm } from '../../ml/nn/operators/batch-norm.ts';
import { depthwise } from '../../ml/nn/operators/depthwise.ts';
import { softmaxCrossEntropy } from '../../ml/nn/operators/losses.ts';
import { dense, expandBatchNorm, pointwise } from '../../ml/nn/operators/pointwise.ts';
import { dropout, excite, globalAveragePool, residualAdd } from '../../ml/nn/operators/simple.ts';
import { Tape } from '../../ml/nn/tape.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import * as reference from './reference.ts';
import { randomValues, relativeError, runGraph } from './run-graph.ts';

const IMAGES = 16;
/** Float32 sums against float64 ones. */
const TOLERANCE = 2e-4;
const block = blockSize();
const layouts = [{ name: 'portable', layout: new Layout(IMAGES, 1) }];
if (block > 1) layouts.push({ name: `blocks of ${block}`, layout: new Layout(IMAGES, block) });

/** Where number i of [C][N][H][W] lies in this layout. */
function positions(layout: Layout, channels: number, side: number): number[] {
  const area = side * side;
  return Array.from({ length: channels * IMAGES * area }, (_, i) => {
    const channel = Math.floor(i / (IMAGES * area));
    return channel * IMAGES * area + layout.offset(Math.floor(i / area) % IMAGES, i % area, side);
  });
}

interface Operand {
  readonly shape: Shape;
  /** Side of a feature map, which the layout reorders; absent for parameters. */
  readonly side?: number;
  readonly low?: number;
  readonly high?: number;
}

interface Case {
  readonly operands: readonly Operand[];
  readonly outSide?: number;
  build(tape: Tape, layout: Layout, tensors: readonly Tensor[]): Tensor;
  /** The same in float64; maps in [C][N][H][W]. */
  compute(inputs: readonly Float64Array[]): Float64Array;
}

const SIDE = 6;
const map = (channels: number, side: number): Operand => ({ shape: [channels, IMAGES * side * side], side });
const norm = (channels: number): Operand[] => [
  { shape: [channels, 1], low: 0.5, high: 3 },
  { shape: [channels, 1], low: -1, high: 4 },
];

const cases: Record<string, Case> = {
  pointwise: {
    operands: [map(4, SIDE), { shape: [5, 4] }],
    outSide: SIDE,
    build: (tape, _, [x, w]) => pointwise(tape, x, w),
    compute: ([x, w]) => reference.matmul(w, x, 5, 4, x.length / 4),
  },
  dense: {
    operands: [{ shape: [6, IMAGES] }, { shape: [7, 6] }, { shape: [7, 1] }],
    build: (tape, _, [x, w, b]) => dense(tape, x, w, b),
    compute: ([x, w, b]) => reference.matmul(w, x, 7, 6, IMAGES).map((y, i) => y + b[Math.floor(i / IMAGES)]),
  },
  'residual add': {
    operands: [map(2, SIDE), map(2, SIDE)],
    outSide: SIDE,
    build: (tape, _, [a, b]) => residualAdd(tape, a, b),
    compute: ([a, b]) => a.map((value, i) => value + b[i]),
  },
  excite: {
    operands: [map(3, SIDE), { shape: [3, IMAGES] }],
    outSide: SIDE,
    build: (tape, layout, [x, gate]) => excite(tape, layout, x, SIDE, gate),
    compute: ([x, gate]) => x.map((value, i) => value * gate[Math.floor(i / SIDE ** 2)]),
  },
  'global average pool': {
    operands: [map(3, 3)],
    build: (tape, layout, [x]) => globalAveragePool(tape, layout, x, 3),
    compute: ([x]) => reference.averagePool(x, 3 * IMAGES),
  },
  dropout: {
    operands: [{ shape: [5, IMAGES] }, { shape: [5, IMAGES] }],
    build: (tape, _, [x, mask]) => dropout(tape, x, mask),
    compute: ([x, mask]) => x.map((value, i) => value * mask[i]),
  },
};
for (const activation of ['linear', 'relu6', 'relu'] as const satisfies Activation[]) {
  cases[`batch norm, ${activation}`] = {
    operands: [map(3, SIDE), ...norm(3)],
    outSide: SIDE,
    build: (tape, layout, [y, gamma, beta]) =>
      batchNorm(tape, layout, y, SIDE, gamma, beta, CLIPPINGS[activation]).output,
    compute: ([y, gamma, beta]) => reference.batchNorm(y, gamma, beta).map(reference.ACTIVATIONS[activation]),
  };
  cases[`expand, batch norm, ${activation}`] = {
    operands: [map(3, 4), { shape: [12, 3] }, ...norm(12)],
    outSide: 4,
    build: (tape, layout, [x, w, gamma, beta]) =>
      expandBatchNorm(tape, layout, x, w, gamma, beta, CLIPPINGS[activation]).output,
    compute: ([x, w, gamma, beta]) =>
      reference
        .batchNorm(reference.matmul(w, x, 12, 3, x.length / 3), gamma, beta)
        .map(reference.ACTIVATIONS[activation]),
  };
}
for (const activation of ['relu6', 'relu', 'hard-swish', 'hard-sigmoid'] as const satisfies Activation[]) {
  cases[activation] = {
    operands: [{ shape: [4, IMAGES], low: -8, high: 8 }],
    build: (tape, _, [x]) => activate(tape, x, activation),
    compute: ([x]) => x.map(reference.ACTIVATIONS[activation]),
  };
}
for (const kernelSide of [3, 5]) {
  for (const [side, stride] of [
    [6, 1],
    [5, 1],
    [2, 1],
    [6, 2],
    [5, 2],
    [3, 2],
    [12, 2],
  ]) {
    const outSide = Math.ceil(side / stride);
    cases[`depthwise ${kernelSide}×${kernelSide}, side ${side}, stride ${stride}`] = {
      operands: [map(2, side), { shape: [2, kernelSide ** 2] }],
      outSide,
      build: (tape, layout, [x, w]) => depthwise(tape, layout, x, w, { side, kernelSide, stride }),
      compute: ([x, w]) => reference.depthwise(x, w, 2, IMAGES, side, kernelSide, stride),
    };
  }
}

describe.each(layouts)('gradient rules, $name', ({ layout }) => {
  it.each(
    Object.entries(cases),
  )('%s: result and gradients equal float64 and its finite differences', async (name, testCase) => {
    const random = new Random(7);
    const inputs = testCase.operands.map(({ shape, low, high }) => randomValues(shape, random, low, high));
    const graph = new Graph();
    const tape = new Tape();
    const tensors = testCase.operands.map(({ shape }, i) => graph.input(`input${i}`, shape));
    for (const tensor of tensors) tape.source(tensor);
    const output = testCase.build(tape, layout, tensors);
    const weights = graph.input('weights', output.shape);
    const gradientOf = tape.backward([[output, weights]]);
    graph.output('output', output);
    // A dropout mask has no gradient of its own.
    const differentiable = name === 'dropout' ? tensors.slice(0, 1) : tensors;
    // An Identity keeps two outputs apart where one tensor is the gradient of both.
    for (const [i, tensor] of differentiable.entries()) {
      graph.output(`gradient${i}`, graph.node('Identity', [gradientOf(tensor)], tensor.shape));
    }

    const weighting = randomValues(output.shape, random);
    const order = testCase.operands.map(({ shape, side }) => (side ? positions(layout, shape[0], side) : null));
    const outOrder = testCase.outSide ? positions(layout, output.shape[0], testCase.outSide) : null;
    const scatter = (values: Float64Array, at: number[] | null) => {
      if (!at) return values;
      const moved = new Float64Array(values.length);
      for (const [i, position] of at.entries()) moved[position] = values[i];
      return moved;
    };
    const gather = (values: Float32Array, at: number[] | null) =>
      at ? at.map((position) => values[position]) : values;

    const feeds = Object.fromEntries(
      inputs.map((values, i) => [
        `input${i}`,
        { shape: testCase.operands[i].shape, values: scatter(values, order[i]) },
      ]),
    );
    const results = await runGraph(graph.encode(17, ['com.microsoft', BLOCKED_DOMAIN]), {
      ...feeds,
      weights: { shape: output.shape, values: scatter(weighting, outOrder) },
    });
    const expected = testCase.compute(inputs);
    expect(relativeError(gather(results['output'], outOrder), expected)).toBeLessThan(TOLERANCE);
    const loss = (moved: Float64Array[]) => testCase.compute(moved).reduce((sum, y, i) => sum + y * weighting[i], 0);
    const differences = reference.finiteDifferences(loss, inputs);
    for (const i of differentiable.keys()) {
      expect(relativeError(gather(results[`gradient${i}`], order[i]), differences[i])).toBeLessThan(TOLERANCE);
    }
  });
});

describe('softmax cross-entropy', () => {
  it('has the loss and gradient of its definition, and leaves out images without targets', async () => {
    const random = new Random(3);
    const shape = [7, IMAGES];
    const logits = randomValues(shape, random, -3, 3);
    const targets = randomValues(shape, random, 0, 1);
    for (let n = 0; n < IMAGES; n++) {
      const column = Array.from({ length: 7 }, (_, k) => k * IMAGES + n);
      const sum = column.reduce((total, i) => total + targets[i], 0);
      for (const i of column) targets[i] = n === 2 ? 0 : Math.fround(targets[i] / sum);
    }
    const graph = new Graph();
    const { loss, gradient } = softmaxCrossEntropy(graph.input('logits', shape), graph.input('targets', shape));
    graph.output('loss', loss);
    graph.output('gradient', gradient);
    const results = await runGraph(graph.encode(17), {
      logits: { shape, values: logits },
      targets: { shape, values: targets },
    });
    const definition = ([moved]: Float64Array[]) => reference.crossEntropy(moved, targets, 7);
    expect(results['loss'][0]).toBeCloseTo(definition([logits]), 5);
    expect(relativeError(results['gradient'], reference.finiteDifferences(definition, [logits])[0])).toBeLessThan(
      TOLERANCE,
    );
    for (let k = 0; k < 7; k++) expect(results['gradient'][k * IMAGES + 2]).toBe(0);
  });
});
