import type { ObserverKind } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { type FaceDataset, gatherFaces, indicesOf } from '../data/dataset.ts';
import type { Architecture } from '../nn/architecture.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { buildInferenceGraph, mapOutput } from '../nn/inference-graph.ts';
import { concatOf, innerMapsOf } from '../nn/layers.ts';
import { runOverFaces } from '../train/predict.ts';
import { Observation, rangeOf } from './observers.ts';
import { activationParameters, type QuantizationParameters } from './scheme.ts';

const BATCH = 16;

/** What was seen of every map but `image` and `prob`, keyed by its name. */
export type Calibration = ReadonlyMap<string, Observation>;

/**
 * Chooses training faces to calibrate on: equally many of each class, as far as there are so many.
 * @returns grey values, [n, 48, 48].
 * @throws UserError if there is no face, or all of them are of one single grey.
 */
export function representativeFaces(dataset: FaceDataset, count: number, seed: number): Uint8Array {
  const random = new Random(seed, 1);
  const byClass = new Map<number, number[]>();
  const faces = indicesOf(dataset, 'Training').slice();
  random.shuffle(faces);
  for (const face of faces) byClass.set(dataset.labels[face], [...(byClass.get(dataset.labels[face]) ?? []), face]);
  const chosen: number[] = [];
  for (let round = 0; chosen.length < Math.min(count, faces.length); round++) {
    for (const list of byClass.values()) if (round < list.length && chosen.length < count) chosen.push(list[round]);
  }
  const pixels = gatherFaces(dataset, Uint32Array.from(chosen));
  if (pixels.every((pixel) => pixel === pixels[0])) {
    throw new UserError(
      `${dataset.source} has ${chosen.length === 0 ? 'no training faces' : 'only training faces of one single grey'}; ` +
        'calibration needs faces that differ: give other data',
    );
  }
  return pixels;
}

/**
 * Runs the network in floats over faces, twice, and observes every map.
 * @param faces grey values, [n, 48, 48].
 */
export async function calibrate(network: FoldedNetwork, head: string, faces: Uint8Array): Promise<Calibration> {
  const { architecture } = network;
  const maps = innerMapsOf(architecture);
  const graph = buildInferenceGraph(network, { batch: BATCH, head, maps });
  const observations = new Map<string, Observation>();
  const pass = (see: (seen: Observation, values: Float32Array, images: number) => void) =>
    runOverFaces(graph, architecture.size, BATCH, faces, (outputs, images) => {
      for (const name of maps) {
        const { data, dims } = outputs[mapOutput(name)];
        const seen = observations.get(name) ?? new Observation(dims[1]);
        observations.set(name, seen);
        see(seen, (data as Float32Array).subarray(0, (data.length / BATCH) * images), images);
      }
    });
  await pass((seen, values, images) => seen.seeExtremes(values, images));
  await pass((seen, values) => seen.count(values));
  return observations;
}

/**
 * Quantization parameters of every observed map of a network by one rule. Maps that are joined have those of the joined
 * map, since TensorFlow Lite's CONCATENATION moves integers as they are.
 * @throws UserError if a map's range is not finite.
 */
export function mapParameters(
  architecture: Architecture,
  calibration: Calibration,
  kind: ObserverKind,
): Map<string, QuantizationParameters> {
  const joined = concatOf(architecture);
  const ruledBy = (name: string) => (joined?.inputs.includes(name) ? joined.name : name);
  return new Map(
    [...calibration.keys()].map((name) => {
      const ruling = ruledBy(name);
      return [name, activationParameters(rangeOf(calibration.get(ruling) as Observation, kind), ruling)];
    }),
  );
}
