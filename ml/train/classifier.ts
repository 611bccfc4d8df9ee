import { join } from 'node:path';
import { z } from 'zod';
import type { Config, TargetKind } from '../config/schema.ts';
import { predictionAt } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { fingerprintOf } from '../data/columns.ts';
import { classesOf, type FaceDataset, type Faces, facesOf, indicesOf } from '../data/dataset.ts';
import { type Protocol, protocolLabels, targetsFor, taughtTargets } from '../data/labels.ts';
import { type NetworkInfo, NetworkInfoSchema } from '../model/network.ts';
import { Layout } from '../nn/layout.ts';
import type { TrainingGraph } from '../nn/step-graph.ts';
import { Batches } from './batches.ts';
import { readPosition } from './checkpoint.ts';
import type { TrainingState } from './engine.ts';
import { describePlan, type ExecutionPlan, planTraining } from './hardware.ts';
import { deviceOf, runTraining, type TrainingResult, type TrainingRun } from './loop.ts';
import { learningRateAt } from './optimizer.ts';
import { withTeachers } from './teachers.ts';
import { trainOn } from './webgpu/device.ts';

/** File of the network from the epoch that was best on PublicTest for this head. */
export const bestFile = (head: string) => `best-${head}.safetensors`;

/** Steps between two records of the loss. */
const RECORD_STEPS = 20;
/** Faces that are measured on before the first step. */
const CALIBRATION_FACES = 512;

const Identity = z.looseObject({ network: NetworkInfoSchema });

/**
 * The network in a checkpoint of a classifier.
 * @throws UserError if the file is missing, broken, or another checkpoint.
 */
export async function networkOfCheckpoint(path: string): Promise<NetworkInfo> {
  const parsed = z.safeDecode(Identity, (await readPosition(path)).identity as z.input<typeof Identity>);
  if (!parsed.success) throw new UserError(`${path} is not a checkpoint of a classifier; start a new run`);
  return parsed.data.network;
}

/** Faces to train a classifier on, and how. */
export interface ClassifierJob extends TrainingRun {
  readonly config: Config;
  readonly dataset: FaceDataset;
  /** Processor cores to use; all by default. It changes no result if `train.replicas` is a number. */
  readonly cores?: number;
}

/** A classifier that is trained, in floats or with fake quantization. */
export interface Classifier {
  readonly info: NetworkInfo;
  /** What the result depends on in addition to `data`, `model`, `augment` and `train` of the configuration. */
  readonly identity?: Readonly<Record<string, unknown>>;
  graph(layout: Layout): TrainingGraph;
  /** @param faces training faces to measure on. */
  start(faces: Faces): Promise<TrainingState>;
  /** Whether the initial network is validated and kept like that of an epoch. */
  readonly validatesStart?: boolean;
  /** Changes the state at the end of an epoch, before the network is judged; `epoch` counts from 0. */
  afterEpoch?(state: TrainingState, epoch: number): Promise<TrainingState>;
  /** Probabilities [n, heads, K] that the heads give to faces. */
  predict(state: TrainingState, faces: Faces): Promise<Float32Array>;
  /** Writes the network after so many epochs. */
  save(path: string, state: TrainingState, epochs: number): Promise<void>;
}

/**
 * Trains a classifier of faces as the configuration says. In addition to the files of {@link runTraining} it writes, for
 * each head, the network of the best epoch on PublicTest, or of the last epoch without PublicTest.
 * @throws UserError if the data, the weights, a teacher or the checkpoint do not fit the configuration.
 */
export async function trainClassifier(job: ClassifierJob, classifier: Classifier): Promise<TrainingResult> {
  const { config, reporter, signal } = job;
  const { teachers } = config.train;
  const dataset = await withTeachers(job.dataset, teachers, config.data.cache, reporter, signal).catch((thrown) => {
    if (thrown !== signal?.reason) throw thrown;
  });
  if (!dataset) return { completed: false, step: 0, best: {} };
  return trainOn(await deviceOf(job, config.train.device), reporter, (device) =>
    trainTaught({ ...job, dataset, config: { ...config, train: { ...config.train, device } } }, classifier),
  );
}

/** Trains on faces whose teachers have answered. */
async function trainTaught(job: ClassifierJob, classifier: Classifier): Promise<TrainingResult> {
  const { config, dataset, reporter } = job;
  // The plan says where the work is done and how it is divided, the data hold the teachers' answers, and the interval changes no result.
  const {
    device: _device,
    replicas: _replicas,
    layout: _layout,
    checkpointSteps,
    teachers: _,
    ...settings
  } = config.train;
  const { teacherShare: _share, ...own } = settings;
  const train = dataset.teachers ? settings : own;
  const { targets: heads, batchSize, epochs, warmupEpochs, learningRate: peak, optimizer } = train;
  const { weightDecay, clipNorm, emaDecay } = train;
  const { faces, plan, layout, batches } = setUpTraining(config, dataset, job.cores);
  const { stepsPerEpoch } = batches;
  const hasPublicTest = indicesOf(dataset, 'PublicTest').length > 0;
  const totalSteps = epochs * stepsPerEpoch;
  reporter.note(`${faces.length} faces, heads: ${heads.join(', ')}; ${describePlan(plan)}`);
  const { seed, model, augment } = config;
  return runTraining(job, {
    graph: classifier.graph(layout),
    optimizer,
    plan,
    identity: {
      seed,
      model,
      augment,
      train,
      network: z.encode(NetworkInfoSchema, classifier.info),
      ...classifier.identity,
      data: fingerprintOf(dataset),
      replicas: plan.replicas,
      block: plan.block,
      gpu: plan.gpu,
    },
    totalSteps,
    validationSteps: stepsPerEpoch,
    recordSteps: RECORD_STEPS,
    checkpointSteps,
    batchSize,
    speedFigure: 'imagesPerSecond',
    losses: heads.map((head) => `loss/${head}`),
    stepSize: (step) => {
      const learningRate = learningRateAt(step, peak, Math.round(warmupEpochs * stepsPerEpoch), totalSteps);
      return { learningRate, weightDecay, clipNorm, emaDecay };
    },
    fillBatch: (step, inputs) => batches.fill(Math.floor(step / stepsPerEpoch), step % stepsPerEpoch, inputs),
    start: () => classifier.start(sampleOf(dataset, faces)),
    validatesStart: classifier.validatesStart,
    beforeValidation: classifier.afterEpoch,
    validate: async (state, { periods: epochsDone }, former) => {
      const best = { ...former };
      const accuracies = await publicAccuracies((shown) => classifier.predict(state, shown), heads, dataset);
      for (const [head, accuracy] of accuracies) {
        // Of equals the later one: it is trained longer, and without PublicTest it is the last.
        if (accuracy < (best[head] ?? 0)) continue;
        best[head] = accuracy;
        await classifier.save(join(job.folder, bestFile(head)), state, epochsDone);
      }
      if (!hasPublicTest) return { figures: {}, best };
      const text = accuracies.map(([head, accuracy]) => `${head} ${(100 * accuracy).toFixed(2)} %`);
      const figures = Object.fromEntries(accuracies.map(([head, accuracy]) => [`accuracy/${head}`, accuracy]));
      const when = epochsDone === 0 ? 'start' : `epoch ${epochsDone}/${epochs}`;
      return { figures, note: `${when}: PublicTest accuracy ${text.join(', ')}`, best };
    },
    progress: (step, loss) => {
      const epoch = Math.ceil(step / stepsPerEpoch);
      return {
        step: `epoch ${epoch}/${epochs}`,
        done: (step - (epoch - 1) * stepsPerEpoch) * batchSize,
        total: stepsPerEpoch * batchSize,
        unit: 'img',
        figures: { loss: loss.toFixed(4) },
      };
    },
  });
}

/** What training needs in addition to the network. */
export interface TrainingSetup {
  readonly plan: ExecutionPlan;
  /** Of one replica. */
  readonly layout: Layout;
  /** Positions in the data set that are trained on: faces of Training with a target for at least one head. */
  readonly faces: Uint32Array;
  readonly batches: Batches;
}

/**
 * Chooses the faces, their targets and how this machine is used.
 * @throws UserError if there are fewer faces than a batch holds, or the machine does not suit the configuration.
 */
export function setUpTraining(config: Config, dataset: FaceDataset, cores?: number): TrainingSetup {
  const { targets: heads, batchSize, blend, teacherShare } = config.train;
  const targets = Object.fromEntries(
    heads.map((kind) => [kind, taughtTargets(targetsFor(kind, dataset, blend), dataset, teacherShare)]),
  );
  const faces = indicesOf(dataset, 'Training').filter((face) => heads.some((head) => targets[head].usable[face]));
  if (faces.length < batchSize)
    throw new UserError(
      `there are ${faces.length} training faces, but a batch has ${batchSize}; lower train.batchSize or add faces`,
    );
  const plan = planTraining(config.train, cores);
  const layout = new Layout(batchSize / plan.replicas, plan.block);
  const batches = new Batches(config, dataset, faces, targets, layout, classesOf(dataset).length);
  return { plan, layout, faces, batches };
}

function sampleOf(dataset: FaceDataset, positions: Uint32Array): Faces {
  const stride = Math.max(1, Math.floor(positions.length / CALIBRATION_FACES));
  return facesOf(dataset, positions.filter((_, i) => i % stride === 0).slice(0, CALIBRATION_FACES));
}

/** The evaluation protocol that a head trained on such labels is chosen by. */
const protocolOf = (kind: TargetKind): Protocol => (kind === 'original' ? 'raw' : 'ferplus-majority');

/**
 * Accuracy of each head on PublicTest, by the protocol of its kind of labels; 0 if there are no such faces.
 * @param predict gives the probabilities [n, heads, K] of faces.
 */
export async function publicAccuracies(
  predict: (faces: Faces) => Promise<Float32Array>,
  heads: readonly TargetKind[],
  dataset: FaceDataset,
): Promise<[head: TargetKind, accuracy: number][]> {
  const labelled = heads.map((head) => ({ head, labels: protocolLabels(protocolOf(head), dataset).labels }));
  const shown = indicesOf(dataset, 'PublicTest').filter((face) => labelled.some(({ labels }) => labels[face] >= 0));
  const probabilities = await predict(facesOf(dataset, shown));
  const classes = classesOf(dataset).length;
  return labelled.map(({ head, labels }, h) => {
    const answered = [...shown.keys()].filter((i) => labels[shown[i]] >= 0);
    const right = answered.filter(
      (i) => predictionAt(probabilities, i * heads.length + h, classes).label === labels[shown[i]],
    );
    return [head, answered.length > 0 ? right.length / answered.length : 0];
  });
}

/** {@link publicAccuracies} of a single head, whose probabilities are [n, K]. */
export async function publicAccuracy(
  predict: (faces: Faces) => Promise<Float32Array>,
  head: TargetKind,
  dataset: FaceDataset,
): Promise<number> {
  const [[, accuracy]] = await publicAccuracies(predict, [head], dataset);
  return accuracy;
}
