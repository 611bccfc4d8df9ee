import { setImmediate } from 'node:timers/promises';
import * as ort from 'onnxruntime-node';
import type { Faces } from '../data/dataset.ts';
import { fillInput, PROBABILITIES, tensorShape, valuesOf } from '../model/inputs.ts';
import { type Architecture, inputsOf } from '../nn/architecture.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { buildInferenceGraph } from '../nn/inference-graph.ts';

/** Images of one run. */
export const PREDICT_BATCH = 16;

/**
 * Runs an inference graph over faces, which may lack some of the network's inputs: those are zeros.
 * @param graph of a network of this architecture, or of a part of it, for batches of `batch` images.
 * @param each receives the outputs of every batch and how many of its images count.
 */
export async function runOverFaces(
  graph: Uint8Array,
  architecture: Architecture,
  batch: number,
  faces: Faces,
  each: (outputs: ort.InferenceSession.ReturnType, count: number) => void,
): Promise<void> {
  const session = await ort.InferenceSession.create(graph, { logSeverityLevel: 3 });
  const inputs = inputsOf(architecture)
    .filter(({ name }) => session.inputNames.includes(name))
    .map((input) => ({ input, values: new Float32Array(batch * valuesOf(input)), length: valuesOf(input) }));
  const total = faces.count;
  for (let first = 0; first < total; first += batch) {
    const count = Math.min(batch, total - first);
    for (const { input, values, length } of inputs)
      for (let n = 0; n < count; n++) fillInput(input, faces, first + n, values.subarray(n * length, (n + 1) * length));
    const feeds = inputs.map(({ input, values }) => [
      input.name,
      new ort.Tensor('float32', values, tensorShape(input, 'NCHW', batch)),
    ]);
    each(await session.run(Object.fromEntries(feeds)), count);
    await setImmediate();
  }
  await session.release();
}

/**
 * Probabilities that heads of a network give to faces.
 * @returns [n, K], or [n, heads, K] of several.
 */
export function predictFaces(
  network: FoldedNetwork,
  head: string | readonly string[],
  faces: Faces,
): Promise<Float32Array> {
  return predictWith(
    buildInferenceGraph(network, { batch: PREDICT_BATCH, head }),
    network,
    faces,
    [head].flat().length,
  );
}

/**
 * Probabilities that an inference graph gives to faces.
 * @param graph built for batches of {@link PREDICT_BATCH} images, of a network of this kind, with so many heads.
 * @returns [n, K], or [n, heads, K] of several.
 */
export async function predictWith(
  graph: Uint8Array,
  { architecture, classes }: Pick<FoldedNetwork, 'architecture' | 'classes'>,
  faces: Faces,
  heads = 1,
): Promise<Float32Array> {
  const answers = heads * classes;
  const probabilities = new Float32Array(faces.count * answers);
  let written = 0;
  await runOverFaces(graph, architecture, PREDICT_BATCH, faces, (outputs, count) => {
    probabilities.set((outputs[PROBABILITIES].data as Float32Array).subarray(0, count * answers), written);
    written += count * answers;
  });
  return probabilities;
}
