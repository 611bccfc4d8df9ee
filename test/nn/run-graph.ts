import * as ort from 'onnxruntime-node';
import type { Random } from '../../ml/core/random.ts';
import { type Shape, sizeOf } from '../../ml/nn/graph.ts';

/** Runs an ONNX file once; every input and output is a flat float vector. */
export async function runGraph(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, { shape: Shape; values: ArrayLike<number> }>>,
): Promise<Record<string, Float32Array>> {
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const tensors = Object.entries(feeds).map(([name, { shape, values }]) => [
    name,
    new ort.Tensor('float32', Float32Array.from(values), [...shape]),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}

/** Numbers that float32 holds exactly, so that a float64 reference starts from the same ones. */
export function randomValues(shape: Shape, random: Random, low = -1, high = 1): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(random.uniform(low, high)));
}

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}
