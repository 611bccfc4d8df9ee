import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { FlatVector } from '../../ml/nn/parameters.ts';
import { averageDecay, moveAverage, OPTIMIZERS, type OptimizerName } from '../../ml/train/optimizer.ts';
import { buildUpdateGraph, NEXT, updateNumbers } from '../../ml/train/webgpu/update-graph.ts';
import { runGraph } from '../nn/run-graph.ts';

const SIZE = 1500;
const STATISTICS = 3;

describe('the update of a step as a graph', () => {
  it.each<[OptimizerName, number, number]>([
    ['adamw', 1, 0],
    ['adamw', 7, 2],
    ['sgd', 1, 2],
    ['sgd', 7, 1e6],
  ])('does what %s does at step %i, clipped to %f', async (name, step, clipNorm) => {
    const random = new Random(step);
    const draw = (length: number, low = -1) => Float32Array.from({ length }, () => random.uniform(low, 1));
    const vector = new FlatVector([
      { name: 'kernel', shape: [SIZE - 10], decays: true },
      { name: 'bias', shape: [10], decays: false },
    ]);
    const state = {
      parameters: draw(SIZE),
      gradient: draw(SIZE),
      moment1: draw(SIZE),
      moment2: draw(SIZE, 0),
      averagedParameters: draw(SIZE),
      averagedStatistics: draw(STATISTICS),
      statistics: draw(STATISTICS),
    };
    const order = { step, learningRate: 0.01, weightDecay: 0.1, clipNorm, emaDecay: 0.5 };
    const { bytes, vectors } = buildUpdateGraph(vector, STATISTICS, name);
    const { moment2, ...others } = state;
    const feeds = { ...others, ...(name === 'adamw' && { moment2 }), numbers: updateNumbers(name, order) };
    const found = await runGraph(
      bytes,
      Object.fromEntries(Object.entries(feeds).map(([key, values]) => [key, { shape: [values.length], values }])),
    );

    const norm = Math.hypot(...state.gradient);
    const gradientScale = clipNorm > 0 ? Math.min(1, clipNorm / norm) : 1;
    const decays = new Uint8Array(SIZE).fill(1, 0, SIZE - 10);
    OPTIMIZERS[name]({ ...state, decays }, 0, SIZE, { ...order, gradientScale });
    moveAverage(state.averagedParameters, state.parameters, averageDecay(0.5, step), 0, SIZE);
    moveAverage(state.averagedStatistics, state.statistics, averageDecay(0.9, step), 0, STATISTICS);
    expect(found['norm'][0]).toBeCloseTo(norm, 4);
    expect(Object.keys(vectors)).toHaveLength(name === 'adamw' ? 5 : 4);
    for (const key of Object.keys(vectors))
      found[NEXT + key].forEach((value, i) => {
        expect(value).toBeCloseTo(state[key as keyof typeof state][i], 5);
      });
  });
});
