import { z } from 'zod';
import { ClassListSchema } from '../core/class-list.ts';

/** Labels to train on: see `ml/data/labels.ts`. */
export const TARGETS = ['original', 'votes', 'majority', 'blended'] as const;
export type TargetKind = (typeof TARGETS)[number];
/** Whether this is the name of a target, and so of a head of our own networks. */
export const isTarget = (name: string): boolean => TARGETS.some((target) => target === name);

/** The networks that can be trained: see `ml/nn/architectures.ts`. */
export const ARCHITECTURES = [
  'mobilenet-v2',
  'mobilenet-v3-large',
  'mobilenet-v3-small',
  'mobilenet-v3-large-minimalistic',
  'mobilenet-v3-small-minimalistic',
] as const;
export type ArchitectureName = (typeof ARCHITECTURES)[number];

/** How a network uses a face's landmarks. */
export const LANDMARK_USES = ['none', 'fused', 'landmarksOnly'] as const;
export type LandmarkUse = (typeof LANDMARK_USES)[number];

/** What trains: see `ml/train/webgpu`. */
export const DEVICES = ['auto', 'cpu', 'webgpu'] as const;
export type DeviceName = (typeof DEVICES)[number];

const probability = z.number().min(0).max(1);
const whole = z.number().int().min(0);
/** The maximum is longer than anybody can wait. */
const epochs = z.number().int().min(1).max(100_000);

/** Width multiplier of a network, and the side of its image in pixels; also limits for what a file may claim. */
export const NETWORK_WIDTH = z.number().min(0.1).max(2);
export const NETWORK_SIDE = whole.min(32).max(384);

const data = z.strictObject({
  source: z
    .string()
    .default('synthetic')
    .describe(
      'data set: fer2013.csv or icml_face_data.csv (also .gz), a folder with train/ and test/, a CK+ folder, or "synthetic"',
    ),
  votes: z
    .string()
    .nullable()
    .default(null)
    .describe('fer2013new.csv of FER+; its rows are matched to those of the source by position'),
  extraDataset: z.string().nullable().default(null).describe('CK+ folder whose faces are added to the training faces'),
  contempt: z
    .boolean()
    .default(false)
    .describe("keep CK+'s faces of contempt, for which the lens's model has no output"),
  folds: whole.min(2).max(100).default(10).describe('number of parts into which the subjects of CK+ are divided'),
  fold: whole
    .max(99)
    .nullable()
    .default(null)
    .describe('part of the CK+ subjects to test on, from 0; the others are for training; null = test on all'),
  map: z
    .array(z.string())
    .max(100)
    .default([])
    .describe(
      'what the classes of a folder or table are, for example "disgusted=Disgust" or "contempt=none", which leaves them out; rafdb, affectnet and fer2013 stand for the numbers of these data sets',
    ),
  classes: z
    .union([z.enum(['emotions', 'from-data']), ClassListSchema])
    .default('emotions')
    .describe(
      'classes to tell apart: emotions (the seven expressions), from-data (the class folders or names in the table, whatever they are called), or a list of names',
    ),
  skipBadRows: z.boolean().default(false).describe('skip and count malformed rows instead of stopping at the first'),
  keepDuplicates: z.boolean().default(false).describe('keep training faces that are identical to a test face'),
  keepConstant: z.boolean().default(false).describe('keep training images that have a single grey value'),
  refine: z
    .string()
    .nullable()
    .default(null)
    .describe('manifest of "emotion-lens refine" with the training rows to drop or to relabel'),
  upscale: z
    .string()
    .nullable()
    .default(null)
    .describe('edsr.onnx of "emotion-lens upscale train", which first upscales the faces by 2 or 4'),
  cache: z.string().default('.cache').describe('folder for parsed data sets and upscaled faces; safe to delete'),
  syntheticCount: whole.min(70).max(1_000_000).default(6000).describe('number of faces that the generator draws'),
});

const model = z.strictObject({
  architecture: z.enum(ARCHITECTURES).default('mobilenet-v2').describe('network to train'),
  width: NETWORK_WIDTH.default(1).describe('width multiplier of the network'),
  size: NETWORK_SIDE.default(96).describe('side of the input image in pixels'),
  landmarks: z
    .enum(LANDMARK_USES)
    .default('none')
    .describe('how the network uses the 68 landmarks: none, fused (landmarks and image) or landmarksOnly'),
  dropout: probability.max(0.9).default(0.2).describe('share of the pooled features dropped during training'),
  weights: z
    .string()
    .default('none')
    .describe(
      "initial weights: Google's .tflite, a TensorFlow.js model.json (MobileNetV2), an .onnx of this project, or none",
    ),
});

const refine = z.strictObject({
  folds: z
    .union([z.literal(0), whole.min(2).max(20)])
    .default(0)
    .describe(
      'number of networks to train to find wrong labels without votes, each for the faces that it has not seen; 0 = none',
    ),
});

const augment = z.strictObject({
  flip: probability.default(0.5).describe('probability of a left-right flip'),
  rotation: z.number().min(0).max(180).default(15).describe('maximum rotation in degrees'),
  scale: z.number().min(0).max(0.9).default(0.15).describe('maximum change of scale, 0.15 = ±15 %'),
  shift: z.number().min(0).max(0.5).default(0.08).describe('maximum shift as a share of the side'),
  brightness: probability.default(0.15).describe('maximum change of brightness as a share of the full range'),
  contrast: probability.default(0.25).describe('maximum change of contrast, 0.25 = ±25 %'),
  gamma: probability.default(0.2).describe('maximum change of log2 gamma'),
  noise: z.number().min(0).max(64).default(4).describe('maximum standard deviation of noise in grey levels'),
  grain: z
    .number()
    .min(0)
    .max(64)
    .default(0)
    .describe("maximum standard deviation of noise in single pixels of the network's image, in grey levels"),
  soft: probability
    .default(0)
    .describe('probability that an upscaled face is shown as soft as it was before, like a face far from the camera'),
  softest: whole
    .min(12)
    .max(48)
    .default(48)
    .describe('side in pixels of the softest face that "soft" shows; each soft face has a side between it and 48'),
  light: probability
    .default(0)
    .describe('maximum light from one side: how much brighter that edge of the face is than its middle, 0.4 = 40 %'),
  jpeg: probability.default(0).describe('probability that a face is compressed as JPEG, of a quality from 20 to 80'),
  glasses: probability.default(0).describe('probability of drawn glasses, every sixth pair dark'),
  hand: probability.default(0).describe('probability of a drawn hand before cheek, chin or mouth'),
  cutout: probability.default(0.5).describe('probability of a cut-out square'),
  cutoutSize: probability.default(0.35).describe('maximum side of the cut-out as a share of the side'),
  mixup: z.number().min(0).max(2).default(0).describe('α of mixup, which blends two faces; 0 = none'),
});

const train = z.strictObject({
  targets: z
    .array(z.enum(TARGETS))
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, 'each kind of target once')
    .default(['original'])
    .describe(
      'labels to train on, one output head each: original labels, FER+ votes (soft), FER+ majority, votes and labels blended',
    ),
  epochs: epochs.default(18).describe('number of passes over the training faces'),
  batchSize: whole.min(2).max(4096).default(64).describe('images per optimizer step, over all replicas'),
  optimizer: z.enum(['adamw', 'sgd']).default('adamw').describe('AdamW, or SGD with Nesterov momentum'),
  learningRate: z
    .number()
    .positive()
    .max(1000)
    .default(1.5e-3)
    .describe('peak learning rate, between warm-up and cosine decay'),
  warmupEpochs: z
    .number()
    .min(0)
    .max(100_000)
    .default(1)
    .describe('epochs during which the learning rate rises to its peak'),
  weightDecay: z.number().min(0).default(0.02).describe('decoupled weight decay; not applied to batch norm and biases'),
  labelSmoothing: probability
    .max(0.9)
    .default(0.1)
    .describe('share of each target that is spread evenly over all classes'),
  blend: probability
    .default(0.3)
    .describe('share of the original label in the target "blended"; the rest is FER+ votes'),
  teachers: z
    .array(z.string())
    .max(16)
    .default([])
    .describe('exported models to learn from: the mean of their answers is mixed into every target'),
  teacherShare: probability.default(0.5).describe("share of the teachers' mean answer in each target"),
  landmarkDropout: probability
    .default(0.3)
    .describe('share of the faces whose landmarks are hidden from a network with fused landmarks during training'),
  clipNorm: z.number().min(0).default(5).describe('maximum norm of the whole gradient; 0 = no clipping'),
  emaDecay: probability.default(0.998).describe('decay of the moving average of weights and statistics; 0 = none'),
  replicas: z
    .union([z.literal('auto'), whole.min(1).max(64)])
    .default('auto')
    .describe('number of worker threads, each of which trains on a part of the batch'),
  device: z
    .enum(DEVICES)
    .default('auto')
    .describe(
      'what trains: cpu, webgpu (a graphics processor), or auto: a GPU that is known to work and to be faster, else the CPU',
    ),
  layout: z
    .enum(['auto', 'blocked', 'portable'])
    .default('auto')
    .describe('memory layout of activations: blocked is faster on processors that support it'),
  checkpointSteps: whole
    .min(1)
    .max(1_000_000)
    .default(200)
    .describe('steps between checkpoints; one is also written after each epoch'),
});

/** How the range of an activation is chosen in quantization: see `ml/quantize/observers.ts`. */
export const OBSERVERS = ['minmax', 'movingAverage', 'percentile', 'mse'] as const;
export type ObserverKind = (typeof OBSERVERS)[number];

const quantize = z.strictObject({
  method: z
    .enum(['none', 'ptq', 'qat'])
    .default('qat')
    .describe('8-bit quantization: after training (ptq), quantization-aware training (qat), or none'),
  images: whole
    .min(1)
    .max(100_000)
    .default(512)
    .describe('number of training faces for calibration, equally many of each class'),
  observer: z
    .enum(OBSERVERS)
    .default('mse')
    .describe('how the ranges of activations are chosen: minmax, movingAverage, percentile or mse'),
  perChannel: z
    .boolean()
    .default(true)
    .describe('one scale per output channel of a convolution instead of one per kernel; dense layers always have one'),
  ioType: z
    .enum(['float32', 'uint8'])
    .default('float32')
    .describe("type of the inputs and outputs of the int8 TFLite file: float32, or uint8 as in Snap's notebook"),
  equalize: z.boolean().default(false).describe('cross-layer equalization before quantization'),
  correctBias: z.boolean().default(true).describe('bias correction after quantization'),
  epochs: epochs.default(3).describe('epochs of quantization-aware training'),
  frozenEpochs: whole.max(100_000).default(1).describe('number of last epochs during which the ranges are frozen'),
  learningRate: z
    .number()
    .positive()
    .max(1000)
    .default(3e-5)
    .describe('peak learning rate of quantization-aware training'),
});

/** The whole configuration of a run. Every field has a default; unknown fields are refused. */
export const ConfigSchema = z.strictObject({
  seed: whole
    .max(2 ** 32 - 1)
    .default(1)
    .describe('seed of all random numbers; the same seed gives the same result'),
  runs: z.string().default('runs').describe('folder in which each run gets its own folder'),
  hideFaces: z.boolean().default(false).describe('omit pictures of faces from reports, so they can be published'),
  data: data.prefault({}),
  refine: refine.prefault({}),
  model: model.prefault({}),
  augment: augment.prefault({}),
  train: train.prefault({}),
  quantize: quantize.prefault({}),
});

export type Config = z.infer<typeof ConfigSchema>;
/** What a user may write: any part of {@link Config}. */
export type ConfigInput = z.input<typeof ConfigSchema>;
export type DataConfig = Config['data'];
export type QuantizeConfig = Config['quantize'];
export type QuantizeMethod = Exclude<QuantizeConfig['method'], 'none'>;
export type AugmentConfig = Config['augment'];
