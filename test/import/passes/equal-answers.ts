import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { Random } from '../../../ml/core/random.ts';
import { fedInputs } from '../../../ml/import/passes/edit.ts';
import { sizeOf } from '../../../ml/nn/graph.ts';
import { encodeModel, type OnnxModel } from '../../../ml/onnx/model.ts';

export interface Answer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** Runs a model on numbers that depend on the seed; the channels of an image of the same numbers may be first or last. */
export async function answersOf(model: OnnxModel, like: OnnxModel = model, seed = 1): Promise<Answer[]> {
  const session = await ort.InferenceSession.create(encodeModel(model), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  const inputs = fedInputs(model);
  const feeds = fedInputs(like).map(({ shape }, at) => {
    const sides = (shape ?? []).map((side) => (typeof side === 'number' ? side : 1));
    const random = new Random(seed, at);
    const values = Float32Array.from({ length: sizeOf(sides) }, () => random.uniform(-2, 2));
    const own = (inputs[at].shape ?? []).map((side) => (typeof side === 'number' ? side : 1));
    const moved = String(own) === String(sides) ? values : channelsFirstOf(values, sides);
    return [inputs[at].name, new ort.Tensor('float32', moved, own)] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return model.graph.outputs.map(({ name }) => ({
    name,
    dims: results[name].dims,
    values: results[name].data as Float32Array,
  }));
}

/** [1, H, W, C] → [1, C, H, W]. */
export function channelsFirstOf(values: Float32Array, [, height, width, channels]: readonly number[]): Float32Array {
  const area = height * width;
  return values.map((_, i) => values[(i % area) * channels + Math.floor(i / area)]);
}

/**
 * Expects the same answers of two models, but for rounding; an output with the channels last may have become one with the
 * channels first.
 */
export async function expectSameAnswers(after: OnnxModel, before: OnnxModel, tolerance = 1e-4): Promise<void> {
  for (const seed of [1, 2]) {
    const [changed, original] = [await answersOf(after, before, seed), await answersOf(before, before, seed)];
    expect(changed.map(({ name }) => name)).toEqual(original.map(({ name }) => name));
    for (const [at, { dims, values }] of original.entries()) {
      const is = changed[at];
      expect(is.values).toHaveLength(values.length);
      const isMoved = dims.length === 4 && String(dims) !== String(is.dims);
      const expected = isMoved ? channelsFirstOf(values, dims) : values;
      const largest = Math.max(1, ...expected.map(Math.abs));
      for (const [i, value] of expected.entries())
        expect(Math.abs(is.values[i] - value)).toBeLessThan(tolerance * largest);
    }
  }
}
