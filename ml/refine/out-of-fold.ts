import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { fileError, readBytes, writeAtomic } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { decodeSafetensors, encodeSafetensors } from '../core/safetensors.ts';
import { type FaceDataset, facesOf, SPLITS } from '../data/dataset.ts';
import { bestFile } from '../train/classifier.ts';
import { predictFaces } from '../train/predict.ts';
import { train } from '../train/train.ts';
import { foldTrained, loadNetwork } from '../train/trained-network.ts';

const HEAD = 'original';
const PREDICTIONS_FILE = 'predictions.safetensors';
/** Stream of random numbers of the folds. */
const STREAM = 4;

export interface FoldJob {
  /** `refine.folds` says how many networks are trained; each is trained on the original labels. */
  readonly config: Config;
  readonly dataset: FaceDataset;
  /** Positions of the training faces to predict; the others of the data set are left aside. */
  readonly faces: Uint32Array;
  /** Existing folder of the run; each fold gets a subfolder, from which it resumes if it was stopped. */
  readonly folder: string;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal;
}

/**
 * Probabilities for each face from a network that was trained on the other folds. Folds have equally many faces of each
 * label. The networks are those of the last epoch: no test face takes part.
 * @returns [n, 7] in the order of `faces`; null if it was stopped by its signal.
 * @throws UserError if there are too few faces, or the folder holds other predictions.
 */
export async function predictOutOfFold(job: FoldJob): Promise<Float32Array | null> {
  const { config, dataset, faces, folder } = job;
  const { folds } = config.refine;
  const assigned = assignFolds(dataset.labels, faces, folds, config.seed);
  const classes = EMOTIONS.length;
  const probabilities = new Float32Array(faces.length * classes);
  for (let fold = 0; fold < folds; fold++) {
    const foldFolder = join(folder, `fold-${fold + 1}`);
    await mkdir(foldFolder, { recursive: true }).catch((thrown) => {
      throw fileError('write', foldFolder, thrown);
    });
    const places = [...faces.keys()].filter((i) => assigned[i] === fold);
    const held = Uint32Array.from(places, (i) => faces[i]);
    const path = join(foldFolder, PREDICTIONS_FILE);
    if (!existsSync(path)) {
      const rest = faces.filter((_, i) => assigned[i] !== fold);
      if (!(await trainFold(job, rest, foldFolder, fold))) return null;
      const network = foldTrained(await loadNetwork(join(foldFolder, bestFile(HEAD))));
      const predicted = await predictFaces(network, HEAD, facesOf(dataset, held));
      await writePredictions(path, held, predicted);
    }
    const predicted = await readPredictions(path, held);
    for (const [n, i] of places.entries())
      probabilities.set(predicted.subarray(n * classes, (n + 1) * classes), i * classes);
  }
  return probabilities;
}

/** Fold of each face: the faces of each label are shuffled and dealt out in turn. */
export function assignFolds(labels: Uint8Array, faces: Uint32Array, folds: number, seed: number): Uint8Array {
  const assigned = new Uint8Array(faces.length);
  const order = new Random(seed, STREAM).shuffle([...faces.keys()]);
  // Dealing continues from label to label, so no fold gets all the remainders.
  order.sort((a, b) => labels[faces[a]] - labels[faces[b]]);
  for (const [turn, i] of order.entries()) assigned[i] = turn % folds;
  return assigned;
}

/** Whether the training came to its end. */
async function trainFold(
  { config, dataset, reporter, signal }: FoldJob,
  faces: Uint32Array,
  folder: string,
  fold: number,
) {
  // Without a PublicTest the network of the last epoch is kept.
  const splits = new Uint8Array(dataset.count).fill(SPLITS.indexOf('PrivateTest'));
  for (const face of faces) splits[face] = SPLITS.indexOf('Training');
  const { completed } = await train({
    config: { ...config, train: { ...config.train, targets: [HEAD], teachers: [] } },
    dataset: { ...dataset, splits },
    folder,
    reporter: {
      progress: (progress) =>
        reporter.progress({ ...progress, step: `fold ${fold + 1}/${config.refine.folds}, ${progress.step}` }),
      note() {},
    },
    resume: true,
    signal,
  });
  return completed;
}

async function writePredictions(path: string, faces: Uint32Array, probabilities: Float32Array): Promise<void> {
  const tensors = new Map([
    ['faces', { shape: [faces.length], values: Float32Array.from(faces) }],
    ['probabilities', { shape: [faces.length, EMOTIONS.length], values: probabilities }],
  ]);
  await writeAtomic(path, encodeSafetensors({ tensors, metadata: {} }));
}

async function readPredictions(path: string, faces: Uint32Array): Promise<Float32Array> {
  const { tensors } = decodeSafetensors(await readBytes(path), path);
  const [found, probabilities] = ['faces', 'probabilities'].map((name) => tensors.get(name)?.values);
  const same = found?.length === faces.length && found.every((face, i) => face === faces[i]);
  if (!same || probabilities?.length !== faces.length * EMOTIONS.length)
    throw new UserError(`${path} holds predictions for other faces; the data has changed since, so start a new run`);
  return probabilities;
}
