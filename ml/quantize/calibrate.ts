import type { ObserverKind } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { LANDMARK_VALUES } from '../core/ibug.ts';
import { Random } from '../core/random.ts';
import { type FaceDataset, type Faces, faceAt, facesOf, indicesOf } from '../data/dataset.ts';
import type { Architecture } from '../nn/architecture.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { buildInferenceGraph, mapOutput } from '../nn/inference-graph.ts';
import { concatOf, innerMapsOf, LANDMARKS } from '../nn/layers.ts';
import { runOverFaces } from '../train/predict.ts';
import { Observation, rangeOf } from './observers.ts';
import { activationParameters, type QuantizationParameters } from './scheme.ts';

const BATCH = 16;

/** What was seen of every map but `image` and `prob`, keyed by its name. */
export type Calibration = ReadonlyMap<string, Observation>;

/**
 * Chooses training faces to calibrate on: equally many of each class, as far as there are so many.
 * @throws UserError if there is no face, or all of them are of one single grey.
 */
export function representativeFaces(dataset: FaceDataset, count: number, seed: number): Faces {
  const random = new Random(seed, 1);
  const byClass = new Map<number, number[]>();
  const faces = indicesOf(dataset, 'Training').slice();
  random.shuffle(faces);
  for (const face of faces) byClass.set(dataset.labels[face], [...(byClass.get(dataset.labels[face]) ?? []), face]);
  const chosen: number[] = [];
  for (let round = 0; chosen.length < Math.min(count, faces.length); round++) {
    for (const list of byClass.values()) if (round < list.length && chosen.length < count) chosen.push(list[round]);
  }
  const [grey] = chosen.length > 0 ? faceAt(dataset, chosen[0]) : [];
  if (chosen.every((face) => faceAt(dataset, face).every((pixel) => pixel === grey))) {
    throw new UserError(
      `${dataset.source} has ${chosen.length === 0 ? 'no training faces' : 'only training faces of one single grey'}; ` +
        'calibration needs faces that differ: give other data',
    );
  }
  return facesOf(dataset, Uint32Array.from(chosen));
}

/**
 * Runs the network in floats over faces, twice, and observes every map.
 */
export async function calibrate(network: FoldedNetwork, head: string, faces: Faces): Promise<Calibration> {
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
  if (architecture.landmarks) observations.set(LANDMARKS, observeLandmarks(faces));
  return observations;
}

/** @throws Error if the faces have no landmarks. */
function observeLandmarks({ count, landmarks }: Faces): Observation {
  if (!landmarks) throw new Error('the faces have no landmarks to calibrate on');
  const values = new Float32Array(count * LANDMARK_VALUES);
  for (let face = 0; face < count; face++) values.set(landmarks(face), face * LANDMARK_VALUES);
  const seen = new Observation(LANDMARK_VALUES);
  seen.seeExtremes(values, count);
  seen.count(values);
  return seen;
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
