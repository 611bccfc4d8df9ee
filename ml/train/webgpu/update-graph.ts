import { Graph, type Shape, type Tensor } from '../../nn/graph.ts';
import { add, div, maximum, mul, pad, reduceSum, reshape, split, sqrt, sub } from '../../nn/ops.ts';
import type { FlatVector } from '../../nn/parameters.ts';
import { averageDecay, BETA1, BETA2, EPSILON, MOMENTUM, type OptimizerName, statisticsDecay } from '../optimizer.ts';
import type { StepRequest } from '../replica-protocol.ts';

/** Length of the input `numbers`. */
export const NUMBERS = 6;
/** Before the names of the new vectors. */
export const NEXT = 'next/';
/** A norm that no gradient reaches. */
const UNCLIPPED = 1e30;

/** The large sums are taken in so many parts, which a device computes side by side. */
const PARTS = 1024;

export interface UpdateGraph {
  readonly bytes: Uint8Array;
  /** Length of each vector that it changes. */
  readonly vectors: Readonly<Record<string, number>>;
}

/**
 * What follows the training graph at a step, so that all of it can happen on a device: clipping by the norm, the optimizer and
 * the moving averages, with the formulas of `optimizer.ts`.
 *
 * Inputs: the vectors of a training state, `gradient`, {@link updateNumbers} as `numbers` [6], and, if there are any, the
 * `statistics` of the batch. Outputs: `norm` of the gradient [1], and the new vectors as `next/NAME`. Those that do not change
 * have neither.
 *
 * @param statistics how many numbers a batch measures.
 */
export function buildUpdateGraph(parameters: FlatVector, statistics: number, optimizer: OptimizerName): UpdateGraph {
  const graph = new Graph();
  const shape: Shape = [parameters.size];
  const vector = (name: string) => graph.input(name, shape);
  const [rate, decay, correction, clipNorm, keptParameters, keptStatistics] = split(
    graph.input('numbers', [NUMBERS]),
    new Array(NUMBERS).fill(1),
  );
  const vectors: Record<string, number> = {};
  const next = (name: string, value: Tensor) => {
    vectors[name] = value.shape[0];
    graph.output(NEXT + name, value);
  };

  const raw = vector('gradient');
  const norm = sqrt(sumOfSquares(raw));
  graph.output('norm', norm);
  const gradient = mul(raw, div(clipNorm, maximum(norm, clipNorm)));
  const decays = new Float32Array(parameters.size);
  for (const { offset, size, decays: applies } of parameters.pieces) if (applies) decays.fill(1, offset, offset + size);
  const w = vector('parameters');
  const kept = mul(w, sub(1, mul(graph.constant(decays), decay)));
  const m = vector('moment1');
  let moved: Tensor;
  if (optimizer === 'adamw') {
    const moment1 = add(mul(m, BETA1), mul(gradient, 1 - BETA1));
    const moment2 = add(mul(vector('moment2'), BETA2), mul(mul(gradient, gradient), 1 - BETA2));
    moved = sub(kept, div(mul(moment1, rate), add(mul(sqrt(moment2), correction), EPSILON)));
    next('moment1', moment1);
    next('moment2', moment2);
  } else {
    const moment1 = add(mul(m, MOMENTUM), gradient);
    moved = sub(kept, mul(add(gradient, mul(moment1, MOMENTUM)), rate));
    next('moment1', moment1);
  }
  next('parameters', moved);
  const average = (former: Tensor, now: Tensor, share: Tensor) => add(mul(former, share), mul(now, sub(1, share)));
  next('averagedParameters', average(vector('averagedParameters'), moved, keptParameters));
  if (statistics > 0) {
    const [former, now] = ['averagedStatistics', 'statistics'].map((name) => graph.input(name, [statistics]));
    next('averagedStatistics', average(former, now, keptStatistics));
  }
  return { bytes: graph.encode(17), vectors };
}

/** Σ x² of a vector, [1]. */
function sumOfSquares(x: Tensor): Tensor {
  const [size] = x.shape;
  const columns = Math.ceil(size / PARTS);
  const rows = reshape(pad(x, [0], [PARTS * columns - size]), [PARTS, columns]);
  return reshape(reduceSum(reduceSum(mul(rows, rows), [1]), [0]), [1]);
}

/** What the input `numbers` of an update is at a step, in its order. */
export function updateNumbers(optimizer: OptimizerName, order: Omit<StepRequest, 'slot'>): Float32Array {
  const { step, learningRate, weightDecay, clipNorm, emaDecay } = order;
  return Float32Array.of(
    optimizer === 'adamw' ? learningRate / (1 - BETA1 ** step) : learningRate,
    learningRate * weightDecay,
    1 / Math.sqrt(1 - BETA2 ** step),
    clipNorm > 0 ? clipNorm : UNCLIPPED,
    averageDecay(emaDecay, step),
    statisticsDecay(emaDecay, step),
  );
}
