import { UserError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { sizeOf } from '../nn/graph.ts';
import { DATA_TYPE, encodeModel, type OnnxModel } from '../onnx/model.ts';
import { withIsolated } from '../runtime/isolated-session.ts';
import type { FloatTensor } from '../runtime/session.ts';
import { fedInputs } from './passes/edit.ts';

/** How often both models run. */
const RUNS = 8;
/** Of the greatest answer; the order of sums changes the last digits. */
const TOLERANCE = 1e-3;

/** [1, H, W, C] → [1, C, H, W]. */
export function channelsFirstOf(values: Float32Array, [, height, width]: readonly number[]): Float32Array {
  const area = height * width;
  const channels = values.length / area;
  return values.map((_, i) => values[(i % area) * channels + Math.floor(i / area)]);
}

/**
 * Runs a model and its simplified form on the same random numbers, in processes of their own.
 * @param before of fixed shapes.
 * @param file its name, for messages, which ends in .onnx.
 * @param after may have the channels first where `before` has them last.
 * @returns the largest difference, as a share of the greatest answer; null where answers are not 32-bit floats.
 * @throws UserError if they answer differently, or one of them cannot be run.
 */
export async function proveSimplified(before: OnnxModel, after: OnnxModel, file: string): Promise<number | null> {
  if (before.graph.outputs.some(({ elementType }) => elementType !== DATA_TYPE.float)) return null;
  const sources = [before, after].map((model) => ({ bytes: encodeModel(model), file }));
  return withIsolated(sources, async (sessions) => {
    let largest = 0;
    for (let run = 0; run < RUNS; run++) {
      const [fed, moved] = inputsOf(before, after, run);
      const answers = await sessions[0].run(fed);
      const changed = await sessions[1].run(moved);
      for (const [at, values] of answers.entries()) {
        const shape = sessions[0].outputs[at].shape;
        const isMoved = shape.length === 4 && String(shape) !== String(sessions[1].outputs[at].shape);
        const expected = isMoved ? channelsFirstOf(values, shape as number[]) : values;
        const greatest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
        const difference = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - changed[at][i])), 0);
        // A NaN is a difference too.
        largest = Math.max(largest, Number.isFinite(difference) ? difference / greatest : Infinity);
      }
    }
    if (largest > TOLERANCE) {
      throw new UserError(
        `${file}: the simplified model answers differently (by ${(100 * largest).toPrecision(2)} % of its greatest answer); nothing was written`,
      );
    }
    return largest;
  });
}

/** The same random numbers for both models. */
function inputsOf(before: OnnxModel, after: OnnxModel, run: number): [FloatTensor[], FloatTensor[]] {
  const random = new Random(run);
  const changed = fedInputs(after);
  const fed = fedInputs(before).map(({ shape }) => {
    const sides = shape as readonly number[];
    return { shape: sides, values: Float32Array.from({ length: sizeOf(sides) }, () => random.uniform(-1, 1)) };
  });
  const moved = fed.map(({ shape, values }, at) => {
    const own = changed[at].shape as readonly number[];
    return { shape: own, values: String(own) === String(shape) ? values : channelsFirstOf(values, shape) };
  });
  return [fed, moved];
}
