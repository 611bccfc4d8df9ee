import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, TargetKind } from '../config/schema.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import type { Reporter } from '../core/progress.ts';
import { FACE_PIXELS, type FaceDataset, faceAt, indicesOf } from '../data/dataset.ts';
import { type Protocol, protocolLabels, targetsFor } from '../data/labels.ts';
import { Layout } from '../nn/layout.ts';
import { mobileNetV2 } from '../nn/mobilenet-v2.ts';
import { buildTrainingGraph } from '../nn/training-graph.ts';
import { Batches, type HeadTargets } from './batches.ts';
import { loadCheckpoint, type Position, saveCheckpoint } from './checkpoint.ts';
import { Engine } from './engine.ts';
import { planExecution } from './hardware.ts';
import { appendHistory, truncateHistory } from './history.ts';
import { initialNetwork } from './initialize.ts';
import { predictFaces } from './predict.ts';
import { learningRateAt } from './schedule.ts';
import { foldTrained, saveNetwork, type TrainedNetwork } from './trained-network.ts';

export const CHECKPOINT_FILE = 'checkpoint.safetensors';
export const METRICS_FILE = 'metrics.jsonl';
/** The network of the epoch that was best on PublicTest for this head. */
export const bestFile = (head: string) => `best-${head}.safetensors`;

/** The protocol that a head trained on such labels is chosen by. */
export const protocolOf = (kind: TargetKind): Protocol => (kind === 'original' ? 'raw' : 'ferplus-majority');

/** Steps between two records of the loss. */
const RECORD_STEPS = 20;
/** Faces that batch norm is measured on when weights are imported. */
const CALIBRATION_FACES = 512;

export interface TrainJob {
  readonly config: Config;
  readonly dataset: FaceDataset;
  /** Folder of the run, which exists. */
  readonly folder: string;
  readonly reporter: Reporter;
  /** Goes on from the checkpoint in the folder, if there is one. */
  readonly resume: boolean;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  /** False if it was stopped by its signal. */
  readonly completed: boolean;
  readonly step: number;
  /** Best accuracy on PublicTest of each head. */
  readonly best: Readonly<Record<string, number>>;
}

/**
 * Trains a network as its configuration says. Writes into the folder: `metrics.jsonl`, `checkpoint.safetensors` every so
 * many steps and each epoch, and for each head the network of the best epoch on PublicTest. The run can be stopped or
 * killed at any time; resumed, it ends with the same bits.
 * @throws UserError if the data, the weights or the checkpoint do not fit the configuration.
 */
export async function train(job: TrainJob): Promise<TrainResult> {
  const { config, dataset, folder, reporter } = job;
  const { epochs, batchSize, targets: heads } = config.train;
  const targets: Record<string, HeadTargets> = Object.fromEntries(
    heads.map((kind) => [kind, targetsFor(kind, dataset)]),
  );
  const faces = indicesOf(dataset, 'Training').filter((face) => heads.some((head) => targets[head].usable[face]));
  if (faces.length < batchSize) {
    throw new UserError(
      `there are ${faces.length} training faces, a batch has ${batchSize}; lower train.batchSize or add faces`,
    );
  }
  const plan = planExecution(config.train);
  const layout = new Layout(batchSize / plan.replicas, plan.block);
  const architecture = mobileNetV2(config.model.width, config.model.size);
  const graph = buildTrainingGraph(architecture, heads, EMOTIONS.length, layout);
  const batches = new Batches(config, dataset, faces, targets, layout, EMOTIONS.length);
  const { stepsPerEpoch } = batches;
  const totalSteps = epochs * stepsPerEpoch;
  const checkpointPath = join(folder, CHECKPOINT_FILE);
  const metricsPath = join(folder, METRICS_FILE);
  const network = { width: config.model.width, size: config.model.size, classes: EMOTIONS.length, heads: [...heads] };

  const engine = await Engine.start(graph, config.train.optimizer, plan.replicas, plan.threads);
  try {
    let position: Position = {
      network: { ...network, epoch: 0 },
      seed: config.seed,
      step: 0,
      lossSums: heads.map(() => 0),
      best: {},
      replicas: plan.replicas,
      block: plan.block,
    };
    if (job.resume && existsSync(checkpointPath)) {
      const saved = await loadCheckpoint(checkpointPath);
      checkSamePlan(saved.position, position, checkpointPath);
      position = saved.position;
      engine.restore(saved.state);
      await truncateHistory(metricsPath, position.step);
      reporter.note(`resumed at step ${position.step} of ${totalSteps}`);
    } else {
      engine.restore(await startingState());
    }
    reporter.note(
      `${faces.length} faces, ${heads.length} head(s), ${plan.replicas} replica(s) × ${plan.threads} thread(s), ` +
        `${plan.block > 1 ? `blocks of ${plan.block}` : 'portable layout'}`,
    );

    if (position.step < totalSteps) fill(position.step);
    while (position.step < totalSteps && !job.signal?.aborted) {
      const epoch = Math.floor(position.step / stepsPerEpoch);
      const until = Math.min((epoch + 1) * stepsPerEpoch, totalSteps);
      position = await trainUntil(until, epoch, position);
      if (position.step === until) position = await finishEpoch(epoch, position);
      await saveCheckpoint(checkpointPath, engine.state(), position);
    }
    return { completed: position.step === totalSteps, step: position.step, best: position.best };

    function fill(step: number): void {
      batches.fill(Math.floor(step / stepsPerEpoch), step % stepsPerEpoch, engine.slot(step % 2));
    }

    async function startingState() {
      const stride = Math.max(1, Math.floor(faces.length / CALIBRATION_FACES));
      const sample = faces.filter((_, i) => i % stride === 0).slice(0, CALIBRATION_FACES);
      const pixels = gatherFaces(dataset, sample);
      const { parameters, statistics } = await initialNetwork(
        { ...network, epoch: 0 },
        config.model.weights,
        pixels,
        config.seed,
        reporter,
      );
      const zeros = new Float32Array(parameters.length);
      return {
        parameters,
        moment1: zeros,
        moment2: zeros,
        averagedParameters: parameters,
        averagedStatistics: statistics,
      };
    }

    /** Trains to the end of the epoch, or until the signal. */
    async function trainUntil(until: number, epoch: number, from: Position): Promise<Position> {
      let { step } = from;
      const lossSums = [...from.lossSums];
      const first = step;
      const began = performance.now();
      while (step < until && !job.signal?.aborted) {
        const learningRate = learningRateAt(
          step,
          config.train.learningRate,
          Math.round(config.train.warmupEpochs * stepsPerEpoch),
          totalSteps,
        );
        const { weightDecay, clipNorm, emaDecay } = config.train;
        const running = engine.step({ step: step + 1, slot: step % 2, learningRate, weightDecay, clipNorm, emaDecay });
        if (step + 1 < totalSteps) fill(step + 1);
        const losses = await running;
        step += 1;
        for (const [i, loss] of losses.entries()) lossSums[i] += loss;
        const seconds = (performance.now() - began) / 1000;
        const imagesPerSecond = ((step - first) * batchSize) / seconds;
        const done = step - epoch * stepsPerEpoch;
        reporter.progress({
          step: `epoch ${epoch + 1}/${epochs}`,
          done: done * batchSize,
          total: stepsPerEpoch * batchSize,
          unit: 'img',
          figures: { loss: (lossSums.reduce((a, b) => a + b, 0) / heads.length / done).toFixed(4) },
        });
        if (step % RECORD_STEPS === 0 || step === until) {
          const byHead = Object.fromEntries(heads.map((head, i) => [`loss/${head}`, losses[i]]));
          await appendHistory(metricsPath, {
            kind: 'step',
            step,
            epoch,
            figures: { ...byHead, learningRate, imagesPerSecond },
          });
        }
        if (step % config.train.checkpointSteps === 0 && step < until) {
          await saveCheckpoint(checkpointPath, engine.state(), { ...from, step, lossSums });
        }
      }
      return { ...from, step, lossSums };
    }

    /** Measures every head on PublicTest and keeps the network where it is the best so far. */
    async function finishEpoch(epoch: number, at: Position): Promise<Position> {
      const { averagedParameters, averagedStatistics } = engine.state();
      const trained: TrainedNetwork = {
        info: { ...network, epoch: epoch + 1 },
        parameters: averagedParameters,
        statistics: averagedStatistics,
      };
      const best = { ...at.best };
      const figures: Record<string, number> = {};
      for (const [i, head] of heads.entries()) {
        const accuracy = await publicAccuracy(trained, head);
        figures[`loss/${head}`] = at.lossSums[i] / stepsPerEpoch;
        figures[`accuracy/${head}`] = accuracy;
        if (accuracy > (best[head] ?? -1)) {
          best[head] = accuracy;
          await saveNetwork(join(folder, bestFile(head)), trained);
        }
      }
      await appendHistory(metricsPath, { kind: 'epoch', step: at.step, epoch, figures });
      const accuracies = heads.map((head) => `${head} ${(100 * figures[`accuracy/${head}`]).toFixed(2)} %`);
      reporter.note(`epoch ${epoch + 1}/${epochs}: PublicTest accuracy ${accuracies.join(', ')}`);
      return { ...at, network: trained.info, best, lossSums: heads.map(() => 0) };
    }

    async function publicAccuracy(trained: TrainedNetwork, head: TargetKind): Promise<number> {
      const { labels } = protocolLabels(protocolOf(head), dataset);
      const tested = indicesOf(dataset, 'PublicTest').filter((face) => labels[face] >= 0);
      const probabilities = await predictFaces(foldTrained(trained), head, gatherFaces(dataset, tested));
      const right = tested.filter((face, i) => argMax(probabilities, i * EMOTIONS.length) === labels[face]);
      return tested.length > 0 ? right.length / tested.length : 0;
    }
  } finally {
    await engine.stop();
  }
}

/** Copies the pixels of these faces, [n, 48, 48]. */
export function gatherFaces(dataset: FaceDataset, indices: Uint32Array): Uint8Array {
  const pixels = new Uint8Array(indices.length * FACE_PIXELS);
  indices.forEach((face, i) => pixels.set(faceAt(dataset, face), i * FACE_PIXELS));
  return pixels;
}

function argMax(probabilities: Float32Array, first: number): number {
  let best = 0;
  for (let k = 1; k < EMOTIONS.length; k++) if (probabilities[first + k] > probabilities[first + best]) best = k;
  return best;
}

/** A run goes on only as it began, or its result would be another one. */
function checkSamePlan(saved: Position, wanted: Position, path: string): void {
  const describe = ({ network, seed, replicas, block }: Position) =>
    `width ${network.width}, size ${network.size}, heads ${network.heads.join('+')}, seed ${seed}, ${replicas} replica(s), block ${block}`;
  if (describe(saved) !== describe(wanted)) {
    throw new UserError(
      `${path} is of a run with ${describe(saved)}; this one has ${describe(wanted)}. Start a new run instead`,
    );
  }
}
