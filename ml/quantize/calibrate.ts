import type { ObserverKind } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { type FaceDataset, type Faces, faceAt, facesOf, indicesOf } from '../data/dataset.ts';
import { fillInput, type InputSpec, valuesOf } from '../model/inputs.ts';
import { type Architecture, inputsOf } from '../nn/architecture.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { activationOutput, buildInferenceGraph } from '../nn/inference-graph.ts';
import { activationsOf, concatOf } from '../nn/layers.ts';
import { runOverFaces } from '../train/predict.ts';
import { Observation, rangeOf } from './observers.ts';
import { activationParameters, fixedParameters, type QuantizationParameters } from './scheme.ts';

const BATCH = 16;

/** Observations of every activation but `image` and `prob`, keyed by name. */
export type Calibration = ReadonlyMap<string, Observation>;

/**
 * Chooses training faces to calibrate on: equally many of each class, as long as there are enough.
 * @throws UserError if there are no faces, or only faces of one single grey value.
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
      `${dataset.source} has ${chosen.length === 0 ? 'no training faces' : 'only training faces of one single grey value'}; ` +
        'calibration needs faces that differ: choose other data',
    );
  }
  return facesOf(dataset, Uint32Array.from(chosen));
}

/**
 * Runs the network in floats over faces, twice, and observes every activation.
 * @throws Error if it takes landmarks and the faces have none.
 */
export async function calibrate(network: FoldedNetwork, head: string, faces: Faces): Promise<Calibration> {
  const { architecture } = network;
  if (inputsOf(architecture).some(({ kind }) => kind === 'landmarks') && !faces.landmarks)
    throw new Error('the faces have no landmarks to calibrate on');
  const activations = activationsOf(architecture);
  const graph = buildInferenceGraph(network, { batch: BATCH, head, activations });
  const observations = new Map<string, Observation>();
  const pass = (see: (seen: Observation, values: Float32Array, images: number) => void) =>
    runOverFaces(graph, architecture, BATCH, faces, (outputs, images) => {
      for (const name of activations) {
        const { data, dims } = outputs[activationOutput(name)];
        const seen = observations.get(name) ?? new Observation(dims[1]);
        observations.set(name, seen);
        see(seen, (data as Float32Array).subarray(0, (data.length / BATCH) * images), images);
      }
    });
  await pass((seen, values, images) => seen.seeExtremes(values, images));
  await pass((seen, values) => seen.count(values));
  for (const input of inputsOf(architecture))
    if (!fixedParameters(input)) observations.set(input.name, observeInput(input, faces));
  return observations;
}

/** The values that an input takes for the faces. */
function observeInput(input: InputSpec, faces: Faces): Observation {
  const each = valuesOf(input);
  const values = new Float32Array(faces.count * each);
  for (let face = 0; face < faces.count; face++)
    fillInput(input, faces, face, values.subarray(face * each, (face + 1) * each));
  const seen = new Observation(input.channels);
  seen.seeExtremes(values, faces.count);
  seen.count(values);
  return seen;
}

/**
 * Quantization parameters of every observed activation by one rule. Concatenated activations share those of the result, since
 * TensorFlow Lite's CONCATENATION copies integers.
 * @throws UserError if an activation's range is not finite.
 */
export function activationParametersOf(
  architecture: Architecture,
  calibration: Calibration,
  kind: ObserverKind,
): Map<string, QuantizationParameters> {
  const concat = concatOf(architecture);
  const observedAs = (name: string) => (concat?.inputs.includes(name) ? concat.name : name);
  return new Map(
    [...calibration.keys()].map((name) => {
      const source = observedAs(name);
      return [name, activationParameters(rangeOf(calibration.get(source) as Observation, kind), source)];
    }),
  );
}
