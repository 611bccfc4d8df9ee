import { setImmediate } from 'node:timers/promises';
import * as ort from 'onnxruntime-node';
import { LANDMARK_VALUES } from '../core/ibug.ts';
import type { Faces } from '../data/dataset.ts';
import { faceToImage } from '../data/resize.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { buildInferenceGraph } from '../nn/inference-graph.ts';
import { IMAGE, LANDMARKS, PROBABILITIES } from '../nn/layers.ts';

/** Images of one run. */
export const PREDICT_BATCH = 16;

/**
 * Runs an inference graph over faces. A network that takes landmarks gets zeros for faces without.
 * @param graph built for batches of `batch` images.
 * @param each receives the outputs of every batch and how many of its images count.
 */
export async function runOverFaces(
  graph: Uint8Array,
  size: number,
  batch: number,
  faces: Faces,
  each: (outputs: ort.InferenceSession.ReturnType, count: number) => void,
): Promise<void> {
  const session = await ort.InferenceSession.create(graph, { logSeverityLevel: 3 });
  const image = new Float32Array(batch * 3 * size * size);
  const landmarks = new Float32Array(batch * LANDMARK_VALUES);
  const inputs = [
    [IMAGE, image, [batch, 3, size, size]],
    [LANDMARKS, landmarks, [batch, LANDMARK_VALUES, 1, 1]],
  ] as const;
  const fed = inputs.filter(([name]) => session.inputNames.includes(name));
  const total = faces.count;
  for (let first = 0; first < total; first += batch) {
    const count = Math.min(batch, total - first);
    for (let n = 0; n < count; n++) {
      faceToImage(faces.at(first + n), size, image.subarray(n * 3 * size * size, (n + 1) * 3 * size * size));
      if (faces.landmarks) landmarks.set(faces.landmarks(first + n), n * LANDMARK_VALUES);
    }
    const feeds = fed.map(([name, values, shape]) => [name, new ort.Tensor('float32', values, shape)]);
    each(await session.run(Object.fromEntries(feeds)), count);
    await setImmediate();
  }
  await session.release();
}

/**
 * Probabilities that one head of a network gives to faces.
 * @returns [n, K].
 */
export function predictFaces(network: FoldedNetwork, head: string, faces: Faces): Promise<Float32Array> {
  return predictWith(buildInferenceGraph(network, { batch: PREDICT_BATCH, head }), network, faces);
}

/**
 * Probabilities that an inference graph gives to faces.
 * @param graph built for batches of {@link PREDICT_BATCH} images, of a network of this kind.
 * @returns [n, K].
 */
export async function predictWith(
  graph: Uint8Array,
  { architecture, classes }: Pick<FoldedNetwork, 'architecture' | 'classes'>,
  faces: Faces,
): Promise<Float32Array> {
  const probabilities = new Float32Array(faces.count * classes);
  let written = 0;
  await runOverFaces(graph, architecture.size, PREDICT_BATCH, faces, (outputs, count) => {
    probabilities.set((outputs[PROBABILITIES].data as Float32Array).subarray(0, count * classes), written);
    written += count * classes;
  });
  return probabilities;
}
