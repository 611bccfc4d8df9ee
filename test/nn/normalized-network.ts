import type { ArchitectureName, LandmarkUse } from '../../ml/config/schema.ts';
import { FACE_SIZE, type Faces } from '../../ml/data/dataset.ts';
import { resizeBilinear } from '../../ml/data/resize.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import type { TrainedNetwork } from '../../ml/train/trained-network.ts';
import { randomNetwork } from './random-network.ts';
import { runGraph } from './run-graph.ts';

/**
 * A random network whose statistics are those of faces, so that its numbers neither grow nor vanish on the way and its
 * answers differ from face to face.
 * @param faces of 48 × 48 pixels.
 */
export async function normalizedNetwork(
  width: number,
  size: number,
  head: string,
  name: ArchitectureName,
  faces: Faces,
  landmarks: LandmarkUse = 'none',
): Promise<TrainedNetwork> {
  const network = randomNetwork(width, size, [head], name, landmarks);
  const images = faces.count;
  const graph = buildTrainingGraph(buildArchitecture(network.info), [head], 7, new Layout(images, 1));
  const image = new Float32Array(images * size * size);
  for (let n = 0; n < images; n++) {
    const face = faces.at(n);
    resizeBilinear(face, FACE_SIZE, size, image.subarray(n * size * size, (n + 1) * size * size));
  }
  const feeds: Record<string, ArrayLike<number>> = {
    parameters: network.parameters,
    image: image.map((grey) => grey / 127.5 - 1),
  };
  const named = Object.entries(graph.inputs).map(([input, shape]) => {
    const values = feeds[input] ?? new Float32Array(shape.reduce((a, b) => a * b, 1));
    return [input, { shape, values }] as const;
  });
  const { statistics } = await runGraph(graph.bytes, Object.fromEntries(named));
  return { ...network, statistics };
}
