import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, TargetKind } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { heeding } from '../core/heed.ts';
import type { Reporter } from '../core/progress.ts';
import { type FaceDataset, type Faces, facesOf, indicesOf } from '../data/dataset.ts';
import type { Layout } from '../nn/layout.ts';
import type { TrainingGraph } from '../nn/step-graph.ts';
import type { Batches } from './batches.ts';
import { loadCheckpoint, type Position, PositionSchema, saveCheckpoint } from './checkpoint.ts';
import { Engine, type TrainingState } from './engine.ts';
import { appendHistory, truncateHistory } from './history.ts';
import { learningRateAt } from './schedule.ts';
import { setUpTraining } from './set-up.ts';
import type { NetworkInfo } from './trained-network.ts';

export const CHECKPOINT_FILE = 'checkpoint.safetensors';
export const METRICS_FILE = 'metrics.jsonl';
/** The network of the epoch that was best on PublicTest for this head. */
export const bestFile = (head: string) => `best-${head}.safetensors`;

/** Steps between two records of the loss. */
const RECORD_STEPS = 20;
/** Faces that a trainee measures on before the first step. */
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
  /** Optimizer steps done. */
  readonly step: number;
  /** Best accuracy on PublicTest of each head. */
  readonly best: Readonly<Record<string, number>>;
}

/** What is trained: its graph, where it begins, and how it is judged and kept. */
export interface Trainee {
  readonly info: NetworkInfo;
  graph(layout: Layout): TrainingGraph;
  /** @param faces training faces to measure on. */
  start(faces: Faces): Promise<TrainingState>;
  /** Whether the network of the start is judged and kept like that of an epoch. */
  readonly keepsStart?: boolean;
  /** Changes the state at the end of an epoch, before the network is judged; `epoch` counts from 0. */
  afterEpoch?(state: TrainingState, epoch: number): Promise<TrainingState>;
  /** Accuracy of a head on PublicTest. */
  accuracy(state: TrainingState, head: TargetKind): Promise<number>;
  /** Keeps the network after so many epochs as a file. */
  save(path: string, state: TrainingState, epochs: number): Promise<void>;
}

/**
 * Trains as the configuration says. Writes into the folder: `metrics.jsonl`, `checkpoint.safetensors` every so many
 * steps and each epoch, and for each head the network of the best epoch on PublicTest. The run can be stopped or killed
 * at any time; resumed, it ends with the same bits.
 * @throws UserError if the data, the weights or the checkpoint do not fit the configuration.
 */
export async function runTraining(job: TrainJob, trainee: Trainee): Promise<TrainResult> {
  const { config, dataset } = job;
  const heads = config.train.targets;
  const { plan, layout, faces, batches } = setUpTraining(config, dataset);
  const fresh: Position = {
    network: trainee.info,
    seed: config.seed,
    step: 0,
    lossSums: heads.map(() => 0),
    best: {},
    replicas: plan.replicas,
    block: plan.block,
  };
  job.reporter.note(
    `${faces.length} faces, ${heads.length} head(s), ${plan.replicas} replica(s) × ${plan.threads} thread(s), ` +
      `${plan.block > 1 ? `blocks of ${plan.block}` : 'portable layout'}`,
  );
  const engine = await Engine.start(trainee.graph(layout), config.train.optimizer, plan.replicas, plan.threads);
  try {
    return await new Training(job, trainee, faces, batches, engine).run(fresh);
  } finally {
    await engine.stop();
  }
}

/** One training run between its start and its end. */
class Training {
  readonly #heads: readonly TargetKind[];
  readonly #totalSteps: number;
  readonly #checkpointPath: string;
  readonly #metricsPath: string;
  /** Whether there are faces of PublicTest; without them the last network is kept. */
  readonly #judges: boolean;

  constructor(
    readonly job: TrainJob,
    readonly trainee: Trainee,
    readonly faces: Uint32Array,
    readonly batches: Batches,
    readonly engine: Engine,
  ) {
    this.#heads = job.config.train.targets;
    this.#totalSteps = job.config.train.epochs * batches.stepsPerEpoch;
    this.#checkpointPath = join(job.folder, CHECKPOINT_FILE);
    this.#metricsPath = join(job.folder, METRICS_FILE);
    this.#judges = indicesOf(job.dataset, 'PublicTest').length > 0;
  }

  async run(fresh: Position): Promise<TrainResult> {
    let position = await this.#start(fresh);
    if (position.step < this.#totalSteps) this.#prepare(position.step);
    await heeding(this.job.signal, async () => {
      while (position.step < this.#totalSteps && !this.job.signal?.aborted) {
        const epoch = Math.floor(position.step / this.batches.stepsPerEpoch);
        const until = (epoch + 1) * this.batches.stepsPerEpoch;
        position = await this.#trainUntil(until, epoch, position);
        if (position.step === until) position = await this.#finishEpoch(epoch, position);
        await this.#checkpoint(position);
      }
    });
    return { completed: position.step === this.#totalSteps, step: position.step, best: position.best };
  }

  /** Takes up the checkpoint, or begins with new or imported weights. */
  async #start(fresh: Position): Promise<Position> {
    if (!this.job.resume || !existsSync(this.#checkpointPath)) {
      const state = await this.trainee.start(this.#sample());
      this.engine.restore(state);
      // Of a run that was stopped before its first checkpoint.
      await truncateHistory(this.#metricsPath, 0);
      return this.trainee.keepsStart ? { ...fresh, best: (await this.#judge(state, 0, {})).best } : fresh;
    }
    const { state, position } = await loadCheckpoint(this.#checkpointPath, PositionSchema);
    checkSamePlan(position, fresh, this.#checkpointPath);
    this.engine.restore(state);
    await truncateHistory(this.#metricsPath, position.step);
    this.job.reporter.note(`resumed at step ${position.step} of ${this.#totalSteps}`);
    return position;
  }

  #sample(): Faces {
    const stride = Math.max(1, Math.floor(this.faces.length / CALIBRATION_FACES));
    const sample = this.faces.filter((_, i) => i % stride === 0).slice(0, CALIBRATION_FACES);
    return facesOf(this.job.dataset, sample);
  }

  /** Fills the slot of a step. */
  #prepare(step: number): void {
    const { stepsPerEpoch } = this.batches;
    this.batches.fill(Math.floor(step / stepsPerEpoch), step % stepsPerEpoch, this.engine.slot(step % 2));
  }

  /** Trains to the end of the epoch, or until the signal. */
  async #trainUntil(until: number, epoch: number, from: Position): Promise<Position> {
    const { config, signal } = this.job;
    const { weightDecay, clipNorm, emaDecay, checkpointSteps, batchSize } = config.train;
    const lossSums = [...from.lossSums];
    const began = performance.now();
    let { step } = from;
    while (step < until && !signal?.aborted) {
      const learningRate = this.#learningRate(step);
      const order = { step: step + 1, slot: step % 2, learningRate, weightDecay, clipNorm, emaDecay };
      const running = this.engine.step(order);
      if (step + 1 < this.#totalSteps) this.#prepare(step + 1);
      const losses = await running;
      step += 1;
      for (const [i, loss] of losses.entries()) lossSums[i] += loss;
      this.#report(epoch, step, lossSums);
      if (step % RECORD_STEPS === 0 || step === until) {
        const imagesPerSecond = ((step - from.step) * batchSize * 1000) / (performance.now() - began);
        const figures = { ...this.#byHead('loss', losses), learningRate, imagesPerSecond };
        await appendHistory(this.#metricsPath, { kind: 'step', step, epoch, figures });
      }
      if (step % checkpointSteps === 0 && step < until) await this.#checkpoint({ ...from, step, lossSums });
    }
    return { ...from, step, lossSums };
  }

  #learningRate(step: number): number {
    const { learningRate, warmupEpochs } = this.job.config.train;
    const warmupSteps = Math.round(warmupEpochs * this.batches.stepsPerEpoch);
    return learningRateAt(step, learningRate, warmupSteps, this.#totalSteps);
  }

  #report(epoch: number, step: number, lossSums: readonly number[]): void {
    const { epochs, batchSize } = this.job.config.train;
    const done = step - epoch * this.batches.stepsPerEpoch;
    const loss = lossSums.reduce((a, b) => a + b, 0) / this.#heads.length / done;
    this.job.reporter.progress({
      step: `epoch ${epoch + 1}/${epochs}`,
      done: done * batchSize,
      total: this.batches.stepsPerEpoch * batchSize,
      unit: 'img',
      figures: { loss: loss.toFixed(4) },
    });
  }

  /** Measures every head on PublicTest and keeps the network where it is the best so far. */
  async #judge(state: TrainingState, epochs: number, former: Position['best']) {
    const best = { ...former };
    const accuracies: number[] = [];
    for (const head of this.#heads) {
      const accuracy = await this.trainee.accuracy(state, head);
      accuracies.push(accuracy);
      // Of equals the later one: it is trained longer, and without PublicTest it is the last.
      if (accuracy < (best[head] ?? 0)) continue;
      best[head] = accuracy;
      await this.trainee.save(join(this.job.folder, bestFile(head)), state, epochs);
    }
    if (!this.#judges) return { accuracies: [], best };
    const text = this.#heads.map((head, i) => `${head} ${(100 * accuracies[i]).toFixed(2)} %`);
    this.job.reporter.note(
      `${epochs === 0 ? 'start' : `epoch ${epochs}/${this.job.config.train.epochs}`}: PublicTest accuracy ${text.join(', ')}`,
    );
    return { accuracies, best };
  }

  /** Judges the network after an epoch and records how it did. */
  async #finishEpoch(epoch: number, at: Position): Promise<Position> {
    let state = this.engine.state();
    if (this.trainee.afterEpoch) {
      state = await this.trainee.afterEpoch(state, epoch);
      this.engine.restore(state);
    }
    const { accuracies, best } = await this.#judge(state, epoch + 1, at.best);
    const losses = at.lossSums.map((sum) => sum / this.batches.stepsPerEpoch);
    const judged = this.#judges ? this.#byHead('accuracy', accuracies) : {};
    const figures = { ...this.#byHead('loss', losses), ...judged };
    await appendHistory(this.#metricsPath, { kind: 'epoch', step: at.step, epoch, figures });
    return { ...at, network: { ...at.network, epoch: epoch + 1 }, best, lossSums: this.#heads.map(() => 0) };
  }

  #byHead(figure: string, values: readonly number[]): Record<string, number> {
    return Object.fromEntries(this.#heads.map((head, i) => [`${figure}/${head}`, values[i]]));
  }

  async #checkpoint(position: Position): Promise<void> {
    await saveCheckpoint(this.#checkpointPath, this.engine.state(), position);
  }
}

/** A run goes on only as it began, or its result would be another one. */
function checkSamePlan(saved: Position, wanted: Position, path: string): void {
  const describe = ({ network, seed, replicas, block }: Position) =>
    `${network.upscaledBy ? `faces made larger by the EDSR network ${network.upscaledBy}, ` : ''}` +
    `${network.architecture ?? 'mobilenet-v2'}, ${network.landmarks ? `landmarks ${network.landmarks}, ` : ''}width ${network.width}, size ${network.size}, heads ${network.heads.join('+')}, seed ${seed}, ` +
    `${replicas} replica(s), block ${block}`;
  if (describe(saved) === describe(wanted)) return;
  throw new UserError(
    `${path} is of a run with ${describe(saved)}; this one has ${describe(wanted)}. Start a new run instead`,
  );
}
