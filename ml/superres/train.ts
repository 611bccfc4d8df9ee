import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { heeding } from '../core/heed.ts';
import type { Reporter } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { DenseLayout } from '../nn/operators/convolution.ts';
import { loadCheckpoint, saveCheckpoint } from '../train/checkpoint.ts';
import { Engine, initialState } from '../train/engine.ts';
import { planExecution } from '../train/hardware.ts';
import { appendHistory, truncateHistory } from '../train/history.ts';
import { learningRateAt } from '../train/schedule.ts';
import { CHECKPOINT_FILE, METRICS_FILE } from '../train/training.ts';
import { type Edsr, edsrParameters, NETWORKS, randomEdsr } from './edsr.ts';
import { bicubic, type LumaUpscaler, meanQuality, qualityOf } from './evaluate.ts';
import { EDSR_FILE, edsrModel, writeEdsr } from './model-file.ts';
import { Patches } from './patches.ts';
import { type Photos, readPhotos } from './photos.ts';
import type { Quality } from './quality.ts';
import { type Settings, SettingsSchema } from './settings.ts';
import { buildEdsrTrainingGraph } from './training-graph.ts';
import { Upscaler } from './upscaler.ts';

/** Steps between two records of the loss, and between two measurements on the photos held out, with a checkpoint. */
const RECORD_STEPS = 50;
const JUDGE_STEPS = 500;
const WARMUP_STEPS = 200;
/** Stops the rare steps that throw a network without batch norm off; usual gradients are far smaller. */
const CLIP_NORM = 1;
const EMA_DECAY = 0.999;

const PositionSchema = z.strictObject({
  /** What the result follows from besides the photos, which may have moved. */
  settings: SettingsSchema.omit({ data: true, skipBadPhotos: true }),
  /** Optimizer steps done. */
  step: z.number().int().min(0),
  /** How the work was divided, which decides the order of its sums. */
  replicas: z.number().int().positive(),
  block: z.number().int().positive(),
});
type Position = z.infer<typeof PositionSchema>;

export interface EdsrJob {
  readonly settings: Settings;
  /** Folder of the run, which exists. */
  readonly folder: string;
  readonly reporter: Reporter;
  /** Goes on from the checkpoint in the folder, if there is one. */
  readonly resume: boolean;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

export interface EdsrResult {
  /** False if it was stopped by its signal. */
  readonly completed: boolean;
  /** Optimizer steps done. */
  readonly step: number;
  /** Of the network and of bicubic scaling on the photos held out. */
  readonly quality: Quality;
  readonly bicubic: Quality;
}

/** The architecture that settings name. */
export const edsrOf = ({ network, scale }: Settings): Edsr => ({ ...NETWORKS[network], scale });

/**
 * Trains an EDSR with the mean absolute error by Adam (Kingma and Ba 2015) on random patches. Writes into the folder
 * `metrics.jsonl`, and every 500 steps `checkpoint.safetensors` and `edsr.onnx`, the network of the averaged weights. The
 * run can be stopped or killed at any time; resumed, it ends with the same bits.
 * @throws UserError if the photos or the checkpoint do not fit the settings.
 */
export async function trainEdsr(job: EdsrJob): Promise<EdsrResult> {
  const { settings, reporter } = job;
  const edsr = edsrOf(settings);
  const photos = await readPhotos(settings, reporter);
  const plan = planExecution({ batchSize: settings.batchSize, replicas: 'auto', layout: 'auto' });
  const layout = new DenseLayout(settings.batchSize / plan.replicas, plan.block);
  reporter.note(
    `${photos.training.length} photos, ${photos.heldOut.length} held out, ${plan.replicas} replica(s) × ` +
      `${plan.threads} thread(s), ${plan.block > 1 ? `blocks of ${plan.block}` : 'portable layout'}`,
  );
  const graph = buildEdsrTrainingGraph(edsr, layout, settings.patch);
  const engine = await Engine.start(graph, 'adamw', plan.replicas, plan.threads);
  try {
    const { data: _data, skipBadPhotos: _skip, ...kept } = settings;
    const position = { settings: kept, step: 0, replicas: plan.replicas, block: plan.block };
    return await new EdsrTraining(job, edsr, photos, engine, layout.batch).run(position);
  } finally {
    await engine.stop();
  }
}

/** One training between its start and its end. */
class EdsrTraining {
  readonly #patches: Patches;
  readonly #checkpointPath: string;
  readonly #metricsPath: string;

  constructor(
    readonly job: EdsrJob,
    readonly edsr: Edsr,
    readonly photos: Photos,
    readonly engine: Engine,
    batch: number,
  ) {
    const { scale, patch, seed } = job.settings;
    this.#patches = new Patches(photos.training, scale, patch, batch, seed);
    this.#checkpointPath = join(job.folder, CHECKPOINT_FILE);
    this.#metricsPath = join(job.folder, METRICS_FILE);
  }

  async run(fresh: Position): Promise<EdsrResult> {
    const { settings, signal, reporter } = this.job;
    const { steps } = settings;
    let position = await this.#start(fresh);
    const baseline = await this.#judge(bicubic(settings.scale));
    let quality = await this.#judgeNetwork();
    reporter.note(`step ${position.step}/${steps}: ${inWords(quality)}; bicubic ${inWords(baseline)}`);
    if (position.step < steps) this.#prepare(position.step);
    await heeding(signal, async () => {
      while (position.step < steps && !signal?.aborted) {
        position = await this.#trainUntil(Math.min(steps, nextMultiple(position.step, JUDGE_STEPS)), position);
        quality = await this.#judgeNetwork();
        const { psnr, ssim } = quality;
        await this.#record(position.step, { psnr, ssim });
        await saveCheckpoint(this.#checkpointPath, this.engine.state(), position);
        reporter.note(`step ${position.step}/${steps}: ${inWords(quality)}`);
      }
    });
    return { completed: position.step === steps, step: position.step, quality, bicubic: baseline };
  }

  async #start(fresh: Position): Promise<Position> {
    if (!this.job.resume || !existsSync(this.#checkpointPath)) {
      const vector = edsrParameters(this.edsr);
      const parameters = randomEdsr(vector, new Random(fresh.settings.seed));
      this.engine.restore(initialState(parameters, new Float32Array(0)));
      return fresh;
    }
    const { state, position } = await loadCheckpoint(this.#checkpointPath, PositionSchema);
    if (!isDeepStrictEqual({ ...position, step: 0 }, fresh)) {
      const describe = ({ step: _, settings, ...plan }: Position) => JSON.stringify({ ...settings, ...plan });
      throw new UserError(
        `${this.#checkpointPath} is of a run with ${describe(position)}; this one has ${describe(fresh)}. ` +
          'Start a new run instead',
      );
    }
    this.engine.restore(state);
    await truncateHistory(this.#metricsPath, position.step);
    this.job.reporter.note(`resumed at step ${position.step} of ${this.job.settings.steps}`);
    return position;
  }

  #prepare(step: number): void {
    this.#patches.fill(step, this.engine.slot(step % 2));
  }

  async #trainUntil(until: number, from: Position): Promise<Position> {
    const { settings, signal, reporter } = this.job;
    const { steps, batchSize } = settings;
    const began = performance.now();
    let { step } = from;
    while (step < until && !signal?.aborted) {
      const learningRate = learningRateAt(step, settings.learningRate, Math.min(WARMUP_STEPS, steps / 10), steps);
      const order = { learningRate, weightDecay: 0, clipNorm: CLIP_NORM, emaDecay: EMA_DECAY };
      const running = this.engine.step({ ...order, step: step + 1, slot: step % 2 });
      if (step + 1 < steps) this.#prepare(step + 1);
      const [loss] = await running;
      step += 1;
      const figures = { loss: loss.toFixed(4) };
      reporter.progress({ step: 'training', done: step, total: steps, unit: 'steps', figures });
      if (step % RECORD_STEPS === 0 || step === until) {
        const patchesPerSecond = ((step - from.step) * batchSize * 1000) / (performance.now() - began);
        await this.#record(step, { loss, learningRate, patchesPerSecond });
      }
    }
    return { ...from, step };
  }

  #record(step: number, figures: Readonly<Record<string, number>>): Promise<void> {
    return appendHistory(this.#metricsPath, { kind: 'step', step, epoch: 0, figures: { ...figures } });
  }

  /** Keeps the network of the averaged weights as a file, and measures what is in the file. */
  async #judgeNetwork(): Promise<Quality> {
    const model = edsrModel(this.edsr, this.engine.state().averagedParameters);
    await writeEdsr(join(this.job.folder, EDSR_FILE), model);
    const upscaler = await Upscaler.open(model);
    try {
      return await this.#judge(upscaler);
    } finally {
      await upscaler.close();
    }
  }

  async #judge(method: LumaUpscaler): Promise<Quality> {
    const qualities: Quality[] = [];
    for (const pair of this.photos.heldOut) qualities.push(await qualityOf(method, pair));
    return meanQuality(qualities);
  }
}

const nextMultiple = (step: number, of: number) => (Math.floor(step / of) + 1) * of;

/** `31.42 dB, SSIM 0.8812`. */
export const inWords = ({ psnr, ssim }: Quality) => `${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}`;
