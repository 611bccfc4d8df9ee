import { basename } from 'node:path';
import { z } from 'zod';
import { CLASSES, ClassListSchema } from '../core/class-list.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { readText, writeAtomic } from '../core/files.ts';
import { POINTS } from '../core/landmarks68.ts';
import { FileNameSchema } from '../core/untrusted-path.ts';
import { type ExportedFile, MODEL_VERSION } from './exported-file.ts';
import {
  type InputSpec,
  inputsFor,
  LANDMARKS,
  PIXELS,
  PROBABILITIES,
  type TensorLayout,
  tensorShape,
} from './inputs.ts';
import { type NetworkShape, OriginFields } from './network.ts';

const share = z.number().min(0).max(1);
const side = z.number().int().positive();
/** Odds of e¹⁰ = 22,000: more would decide every answer. */
const LARGEST_BIAS = 10;

const MetricsSchema = z.array(
  z.strictObject({
    protocol: z.string(),
    split: z.string(),
    faces: z.number().int(),
    accuracy: share,
    interval95: z.tuple([share, share]),
    macroF1: share.nullable(),
  }),
);
export type ModelMetrics = z.infer<typeof MetricsSchema>;

const value = <Shape extends z.ZodType>(shape: Shape) =>
  z.strictObject({ name: z.string(), shape, type: z.enum(['float32', 'uint8']) });

const picture = z.array(side).length(4);
const row = z.array(side).length(2);

const input = value(picture).extend({ layout: z.enum(['NCHW', 'NHWC']) });

/** What a program needs to run an exported model, and how the model was made: the file `model.json` next to it. */
export const ModelJsonSchema = z.strictObject({
  version: z.literal(MODEL_VERSION),
  /** Classes in the order of the output. */
  labels: ClassListSchema,
  pixels: z.strictObject({
    /** Range that the network expects. */
    range: z.tuple([z.number(), z.number()]),
    /** What Lens Studio does to each pixel 0..255: pixel · scale + bias. */
    scale: z.number(),
    bias: z.number(),
  }),
  /**
   * What to add to the logits, class by class, where people act their expressions; a lens adds a share of it. Absent in
   * files of models that nobody said it of.
   */
  actedBias: z.array(z.number().min(-LARGEST_BIAS).max(LARGEST_BIAS)).length(EMOTIONS.length).optional(),
  /** How common each class was among the training faces, 0..1; absent where it is not known. */
  classShares: z.array(share).min(CLASSES.min).max(CLASSES.max).optional(),
  /** How scripts compute the input `landmarks`; absent if the network has no such input. */
  landmarks: z.strictObject({ points: z.literal(POINTS), normalization: z.string() }).optional(),
  /** The same network in several forms. */
  files: z
    .array(
      z
        .strictObject({
          name: FileNameSchema,
          format: z.enum(['onnx', 'tflite']),
          numbers: z.enum(['float32', 'int8']),
          /** How it was quantized: after training or by training. */
          method: z.enum(['ptq', 'qat']).nullable(),
          bytes: z.number().int(),
          /** Bytes by what they hold, where it is known. */
          bytesByKind: z.record(z.string(), z.number().int()).optional(),
          sha256: z.string().length(64),
          /** The image, or the landmarks of a network that sees nothing else. */
          input,
          /** The landmarks, if the image is the first input. */
          landmarks: input.optional(),
          /** Probabilities: a row in TensorFlow Lite; one pixel in ONNX and in TensorFlow Lite files of version 0.1. */
          output: value(z.union([picture, row])),
          metrics: MetricsSchema,
        })
        .refine(({ name, format }) => name.endsWith(`.${format}`), {
          path: ['name'],
          message: 'expected the ending of its format',
        }),
    )
    .min(1),
  training: z.strictObject({
    run: z.string(),
    head: z.string(),
    data: z.string(),
    epochs: OriginFields.epoch,
    upscaledBy: OriginFields.upscaledBy,
    averageOf: OriginFields.averageOf,
    /** The parts of the run's configuration that shape the model; for a model trained elsewhere, only its quantization. */
    config: z.record(z.string(), z.unknown()),
  }),
});
export type ModelJson = z.infer<typeof ModelJsonSchema>;

/**
 * The description of exported files of one network.
 * @param shape side of its image in pixels, and what it does with landmarks.
 * @param labels its classes in the order of the output.
 */
export function describeModel(
  { size, landmarks = 'none' }: Pick<NetworkShape, 'size'> & Partial<Pick<NetworkShape, 'landmarks'>>,
  files: readonly { readonly file: ExportedFile; readonly metrics: ModelMetrics }[],
  training: ModelJson['training'],
  labels: readonly string[] = EMOTIONS,
): ModelJson {
  const [first, ...others] = inputsFor(size, landmarks);
  const points = [first, ...others].find(({ name }) => name === LANDMARKS);
  return {
    version: MODEL_VERSION,
    labels: [...labels],
    pixels: { ...PIXELS, range: [...PIXELS.range] },
    ...(points && { landmarks: { points: POINTS, normalization: points.normalization } }),
    files: files.map(({ file: { path, ioType, ...file }, metrics }) => {
      const layout: TensorLayout = file.format === 'onnx' ? 'NCHW' : 'NHWC';
      const described = (input: InputSpec) => ({
        name: input.name,
        shape: tensorShape(input, layout),
        layout,
        // Scripts write numbers, whatever an image is made of.
        type: input.kind === 'image' ? ioType : ('float32' as const),
      });
      return {
        name: basename(path),
        ...file,
        input: described(first),
        ...Object.fromEntries(others.map((input) => [input.name, described(input)])),
        output: {
          name: PROBABILITIES,
          shape: file.format === 'onnx' ? [1, labels.length, 1, 1] : [1, labels.length],
          type: ioType,
        },
        metrics,
      };
    }),
    training,
  };
}

/** Writes `model.json`. */
export async function writeModelJson(path: string, model: ModelJson): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(ModelJsonSchema.parse(model), null, 2)}\n`);
}

/**
 * Reads `model.json`.
 * @throws UserError if it is missing or does not fit.
 */
export async function readModelJson(path: string): Promise<ModelJson> {
  let json: unknown;
  try {
    json = JSON.parse(await readText(path));
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(`${path} is not JSON: ${(thrown as Error).message}; export the model again`);
  }
  const parsed = ModelJsonSchema.safeParse(json);
  if (!parsed.success)
    throw new UserError(`${path} is not a valid model.json:\n${z.prettifyError(parsed.error)}\nExport the model again`);
  return parsed.data;
}
