import { join } from 'node:path';
import { z } from 'zod';
import { DEVICES } from '../config/schema.ts';
import { Random } from '../core/random.ts';
import { DenseLayout } from '../nn/operators/convolution.ts';
import { initialState, type TrainingState } from '../train/engine.ts';
import { describePlan, planTraining } from '../train/hardware.ts';
import { deviceOf, runTraining, type TrainingResult, type TrainingRun } from '../train/loop.ts';
import { learningRateAt } from '../train/optimizer.ts';
import { trainOn } from '../train/webgpu/device.ts';
import { type Edsr, edsrParameters, NETWORKS, randomEdsr, SCALES } from './edsr.ts';
import { bicubic, type LumaUpscaler, meanQuality, qualityOf } from './evaluate.ts';
import { buildEdsrTrainingGraph } from './graphs.ts';
import { EDSR_FILE, edsrModel, writeEdsr } from './model-file.ts';
import { Patches } from './patches.ts';
import { readPhotos } from './photos.ts';
import type { Quality } from './quality.ts';
import { Upscaler } from './upscaler.ts';

const whole = z.number().int().min(1);

/** Everything that a training of EDSR depends on. */
export const SettingsSchema = z.strictObject({
  data: z.array(z.string()).min(1).describe('folders of photos'),
  scale: z.literal(SCALES).default(4).describe('upscaling factor'),
  network: z
    .enum(Object.keys(NETWORKS) as [keyof typeof NETWORKS])
    .default('small')
    .describe('small (8 blocks, 32 channels) or baseline (16 blocks, 64 channels)'),
  steps: whole.max(10_000_000).default(20_000).describe('optimizer steps'),
  batchSize: whole.min(2).max(1024).default(32).describe('patches per optimizer step'),
  patch: whole.min(8).max(256).default(24).describe('side of the small patches in pixels'),
  learningRate: z
    .number()
    .positive()
    .max(1)
    .default(1e-3)
    .describe('peak learning rate, after warm-up and before cosine decay'),
  device: z.enum(DEVICES).default('auto').describe('what trains: cpu, webgpu, or auto'),
  skipBadPhotos: z.boolean().default(false).describe('skip photos that are unreadable or too small'),
  seed: z.number().int().min(0).default(1),
});
export type Settings = z.infer<typeof SettingsSchema>;

/** Steps between two records of the loss, and between two measurements on the photos held out. */
const RECORD_STEPS = 50;
const VALIDATION_STEPS = 500;
const WARMUP_STEPS = 200;
/** Stops the rare steps that throw a network without batch norm off; usual gradients are far smaller. */
const CLIP_NORM = 1;
const EMA_DECAY = 0.999;

export interface EdsrJob extends TrainingRun {
  readonly settings: Settings;
}

export interface EdsrResult extends Omit<TrainingResult, 'best'> {
  /** Of the network and of bicubic scaling on the photos held out. */
  readonly quality: Quality;
  readonly bicubic: Quality;
}

/** The architecture that settings name. */
const edsrOf = ({ network, scale }: Settings): Edsr => ({ ...NETWORKS[network], scale });

/**
 * Trains an EDSR with the mean absolute error by Adam (Kingma and Ba 2015) on random patches. In addition to the files of
 * {@link runTraining} it writes `edsr.onnx` every 500 steps and at the end, the network of the averaged weights.
 * @throws UserError if the photos or the checkpoint do not fit the settings.
 */
export async function trainEdsr(job: EdsrJob): Promise<EdsrResult> {
  return trainOn(await deviceOf(job, job.settings.device), job.reporter, (device) =>
    trainEdsrOn({ ...job, settings: { ...job.settings, device } }),
  );
}

async function trainEdsrOn(job: EdsrJob): Promise<EdsrResult> {
  const { settings, folder, reporter } = job;
  const { steps, batchSize, scale, patch, seed, learningRate: peak } = settings;
  const edsr = edsrOf(settings);
  const photos = await readPhotos(settings, reporter);
  const plan = planTraining({ batchSize, replicas: 'auto', layout: 'auto', device: settings.device });
  const layout = new DenseLayout(batchSize / plan.replicas, plan.block);
  reporter.note(`${photos.training.length} photos, ${photos.heldOut.length} held out; ${describePlan(plan)}`);
  const patches = new Patches(photos.training, scale, patch, layout.batch, seed);
  const measure = async (method: LumaUpscaler): Promise<Quality> => {
    const qualities: Quality[] = [];
    for (const pair of photos.heldOut) qualities.push(await qualityOf(method, pair));
    return meanQuality(qualities);
  };
  /** Keeps the network of the averaged weights as a file, and measures what is in the file. */
  const keep = async ({ averagedParameters }: TrainingState): Promise<Quality> => {
    const model = edsrModel(edsr, averagedParameters);
    await writeEdsr(join(folder, EDSR_FILE), model);
    const upscaler = await Upscaler.open(model);
    try {
      return await measure(upscaler);
    } finally {
      await upscaler.close();
    }
  };
  const baseline = await measure(bicubic(scale));
  reporter.note(`bicubic: ${formatQuality(baseline)}`);
  let quality: Quality | undefined;
  // The folder of the photos does not change the result; the plan says where it is made.
  const { data: _data, skipBadPhotos: _skip, device: _device, ...identity } = settings;
  const { completed, step } = await runTraining(job, {
    graph: buildEdsrTrainingGraph(edsr, layout, patch),
    optimizer: 'adamw',
    plan,
    identity: { ...identity, photos: photos.fingerprint, replicas: plan.replicas, block: plan.block, gpu: plan.gpu },
    totalSteps: steps,
    validationSteps: VALIDATION_STEPS,
    recordSteps: RECORD_STEPS,
    checkpointSteps: VALIDATION_STEPS,
    batchSize,
    speedFigure: 'patchesPerSecond',
    losses: ['loss'],
    stepSize: (step) => {
      const learningRate = learningRateAt(step, peak, Math.min(WARMUP_STEPS, steps / 10), steps);
      return { learningRate, weightDecay: 0, clipNorm: CLIP_NORM, emaDecay: EMA_DECAY };
    },
    fillBatch: (step, inputs) => patches.fill(step, inputs),
    start: async () => initialState(randomEdsr(edsrParameters(edsr), new Random(seed)), new Float32Array(0)),
    validatesStart: true,
    validate: async (state, { step }, best) => {
      quality = await keep(state);
      return { figures: { ...quality }, note: `step ${step}/${steps}: ${formatQuality(quality)}`, best };
    },
    progress: (step, loss) => ({
      step: 'training',
      done: step,
      total: steps,
      unit: 'steps',
      figures: { loss: loss.toFixed(4) },
    }),
    // A resumed run has not measured its network yet.
    end: async (state) => {
      quality ??= await keep(state);
    },
  });
  return { completed, step, quality: quality as Quality, bicubic: baseline };
}

/** `31.42 dB, SSIM 0.8812`. */
export const formatQuality = ({ psnr, ssim }: Quality) => `${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}`;
