import { z } from 'zod';

/** What the labels of a training run are: see `ml/data/labels.ts`. */
export const TARGETS = ['original', 'votes', 'majority', 'blended'] as const;
export type TargetKind = (typeof TARGETS)[number];
/** Whether this names a target, and so a head; any other name in a file is none of ours. */
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

/** What a network makes of a face's landmarks. */
export const LANDMARK_USES = ['none', 'beside', 'alone'] as const;
export type LandmarkUse = (typeof LANDMARK_USES)[number];

const probability = z.number().min(0).max(1);
const whole = z.number().int().min(0);
/** More than anybody can wait for. */
const epochs = z.number().int().min(1).max(100_000);

/** Width multiplier of a network, and the side of its image in pixels; also bounds of what a file may claim. */
export const NETWORK_WIDTH = z.number().min(0.1).max(2);
export const NETWORK_SIDE = whole.min(32).max(384);

const data = z.strictObject({
  source: z
    .string()
    .default('synthetic')
    .describe(
      'fer2013.csv (also .gz, also icml_face_data.csv), a folder of train/ and test/, a folder of CK+, or "synthetic"',
    ),
  votes: z.string().nullable().default(null).describe('fer2013new.csv of FER+, joined to the source by row position'),
  extra: z.string().nullable().default(null).describe('folder of CK+ whose faces are trained on beside the source'),
  contempt: z.boolean().default(false).describe("keep CK+'s contempt, which the lens's model has no output for"),
  folds: whole.min(2).max(100).default(10).describe('parts into which the subjects of CK+ are divided'),
  fold: whole
    .max(99)
    .nullable()
    .default(null)
    .describe(
      'the part of the subjects of CK+ that is tested, from 0; the others are trained on; null = all are tested',
    ),
  skipBadRows: z.boolean().default(false).describe('drop and count malformed rows instead of stopping at the first'),
  keepDuplicates: z.boolean().default(false).describe('keep training faces that are identical to a test face'),
  keepConstant: z.boolean().default(false).describe('keep training images of one single grey value'),
  refine: z
    .string()
    .nullable()
    .default(null)
    .describe('manifest of "emotion-lens refine": which training rows to drop or to move to another class'),
  upscale: z
    .string()
    .nullable()
    .default(null)
    .describe('edsr.onnx of "emotion-lens upscale train", which makes the faces 2 or 4 times as large first'),
  cache: z.string().default('.cache').describe('folder of parsed data sets and upscaled faces; safe to delete'),
  syntheticCount: whole.min(70).max(1_000_000).default(6000).describe('how many faces the generator draws'),
});

const model = z.strictObject({
  architecture: z.enum(ARCHITECTURES).default('mobilenet-v2').describe('the network that is trained'),
  width: NETWORK_WIDTH.default(1).describe('width multiplier of the network'),
  size: NETWORK_SIDE.default(96).describe('side of the network input in pixels'),
  landmarks: z
    .enum(LANDMARK_USES)
    .default('none')
    .describe('what the network sees of the 68 landmarks: none, the landmarks beside the image, or them alone'),
  dropout: probability.max(0.9).default(0.2).describe('share of pooled features dropped in training'),
  weights: z
    .string()
    .default('none')
    .describe("Google's .tflite, a model.json of TensorFlow.js (MobileNetV2), an .onnx of this project, or none"),
});

const refine = z.strictObject({
  folds: z
    .union([z.literal(0), whole.min(2).max(20)])
    .default(0)
    .describe(
      'networks to train, each for the faces that it has not seen, to find wrong labels without votes; 0 = none',
    ),
});

const augment = z.strictObject({
  flip: probability.default(0.5).describe('chance of a left-right flip'),
  rotation: z.number().min(0).max(180).default(15).describe('largest rotation in degrees'),
  scale: z.number().min(0).max(0.9).default(0.15).describe('largest change of scale, 0.15 = ±15 %'),
  shift: z.number().min(0).max(0.5).default(0.08).describe('largest shift as a share of the side'),
  brightness: probability.default(0.15).describe('largest change of brightness as a share of the full range'),
  contrast: probability.default(0.25).describe('largest change of contrast, 0.25 = ±25 %'),
  gamma: probability.default(0.2).describe('largest change of log2 gamma'),
  noise: z.number().min(0).max(64).default(4).describe('largest standard deviation of noise in grey levels'),
  soft: probability
    .default(0)
    .describe('chance that a face made larger is shown as soft as it was, as a camera sees one far away'),
  cutout: probability.default(0.5).describe('chance of a cut-out square'),
  cutoutSize: probability.default(0.35).describe('largest side of the cut-out as a share of the side'),
  mixup: z.number().min(0).max(2).default(0).describe('α of mixup: two faces are laid over each other; 0 = none'),
});

const train = z.strictObject({
  targets: z
    .array(z.enum(TARGETS))
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, 'each kind of target once')
    .default(['original'])
    .describe(
      'one output head is trained for each: original labels, FER+ votes (soft), FER+ majority, votes and labels blended',
    ),
  epochs: epochs.default(18).describe('how often all training faces are seen'),
  batchSize: whole.min(2).max(4096).default(64).describe('images of one optimizer step over all replicas'),
  optimizer: z.enum(['adamw', 'sgd']).default('adamw').describe('AdamW, or SGD with Nesterov momentum'),
  learningRate: z.number().positive().max(1000).default(1.5e-3).describe('peak of warm-up and cosine'),
  warmupEpochs: z
    .number()
    .min(0)
    .max(100_000)
    .default(1)
    .describe('epochs in which the learning rate rises to its peak'),
  weightDecay: z.number().min(0).default(0.02).describe('decoupled; not applied to norms and biases'),
  labelSmoothing: probability.max(0.9).default(0.1).describe('share of each target that is spread over all classes'),
  blend: probability
    .default(0.3)
    .describe('share of the original label in the targets "blended"; the rest are FER+ votes'),
  landmarkDropout: probability
    .default(0.3)
    .describe('share of faces that a network beside the image is trained on without their landmarks'),
  clipNorm: z.number().min(0).default(5).describe('largest norm of the whole gradient; 0 = no clipping'),
  emaDecay: probability.default(0.998).describe('moving average of weights and statistics; 0 = none'),
  replicas: z
    .union([z.literal('auto'), whole.min(1).max(64)])
    .default('auto')
    .describe('worker threads'),
  layout: z
    .enum(['auto', 'blocked', 'portable'])
    .default('auto')
    .describe('how maps lie in memory: blocked is faster where the processor has it'),
  checkpointSteps: whole
    .min(1)
    .max(1_000_000)
    .default(200)
    .describe('steps between checkpoints; one is also written each epoch'),
});

/** How the range of a map is chosen when a network is quantized: see `ml/quantize/observers.ts`. */
export const OBSERVERS = ['minmax', 'average', 'percentile', 'mse'] as const;
export type ObserverKind = (typeof OBSERVERS)[number];

const quantize = z.strictObject({
  method: z
    .enum(['none', 'ptq', 'qat'])
    .default('qat')
    .describe('8 bits after training (ptq), by training (qat), or not at all'),
  images: whole.min(1).max(100_000).default(512).describe('training faces to calibrate on, equally many of each class'),
  observer: z.enum(OBSERVERS).default('mse').describe('how ranges are chosen: minmax, average, percentile or mse'),
  perChannel: z
    .boolean()
    .default(true)
    .describe('a scale for each output channel of a convolution, not one for its kernel; dense layers have one'),
  edges: z
    .enum(['float32', 'uint8'])
    .default('float32')
    .describe("input and output of the int8 TFLite file: floats, or uint8 as Snap's notebook makes"),
  equalize: z.boolean().default(false).describe('cross-layer equalization before rounding'),
  correctBias: z.boolean().default(true).describe('bias correction after rounding'),
  epochs: epochs.default(3).describe('epochs of quantization-aware training'),
  frozenEpochs: whole.max(100_000).default(1).describe('last epochs in which the ranges stay as they are'),
  learningRate: z
    .number()
    .positive()
    .max(1000)
    .default(3e-5)
    .describe('peak of the cosine in quantization-aware training'),
});

/** The whole configuration of a run: every field has a default, unknown fields are refused. */
export const ConfigSchema = z.strictObject({
  seed: whole
    .max(2 ** 32 - 1)
    .default(1)
    .describe('of all random numbers; the same seed gives the same result'),
  runs: z.string().default('runs').describe('folder in which each run gets a folder of its own'),
  hideFaces: z.boolean().default(false).describe('leave pictures of faces out of reports, for publishing'),
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
