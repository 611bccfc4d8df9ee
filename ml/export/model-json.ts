import { basename } from 'node:path';
import { z } from 'zod';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { FileNameSchema } from '../core/file-name.ts';
import { readText, writeAtomic } from '../core/files.ts';
import { LANDMARK_VALUES, POINTS } from '../core/ibug.ts';
import type { NetworkShape } from '../nn/architectures.ts';
import { IMAGE, LANDMARKS, PROBABILITIES } from '../nn/layers.ts';
import { type ExportedFile, LANDMARK_NORMALIZATION, MODEL_VERSION } from './exported-file.ts';

const share = z.number().min(0).max(1);
const side = z.number().int().positive();

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

/** What a program needs to run an exported model, and what is known of it; the file `model.json` beside the model. */
export const ModelJsonSchema = z.strictObject({
  version: z.literal(MODEL_VERSION),
  /** Classes in the order of the output. */
  labels: z.array(z.string()).length(EMOTIONS.length),
  pixels: z.strictObject({
    /** Values that the network expects. */
    range: z.tuple([z.number(), z.number()]),
    /** What Lens Studio does to each pixel 0..255: pixel · scale + bias. */
    scale: z.number(),
    bias: z.number(),
  }),
  /** How scripts make the input `landmarks`; absent of a network that takes none. */
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
          /** The landmarks beside the image. */
          landmarks: input.optional(),
          /** Probabilities: a row in TensorFlow Lite; one pixel in ONNX and in TensorFlow Lite files of before. */
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
    epochs: z.number().int(),
    /** SHA-256 of the EDSR network that made the faces larger; absent if it was trained on them as they are. */
    upscaledBy: z.string().optional(),
    /** SHA-256 and share of each network that it is the mean of, if it is one. */
    averageOf: z.string().optional(),
    /** The configuration of the run, as far as it shapes the model; of a file that was trained elsewhere, of its quantization. */
    config: z.record(z.string(), z.unknown()),
  }),
});
export type ModelJson = z.infer<typeof ModelJsonSchema>;

/**
 * The description of exported files of one network.
 * @param network side of its image in pixels, and what it makes of landmarks.
 */
export function describeModel(
  { size, landmarks }: Pick<NetworkShape, 'size' | 'landmarks'>,
  files: readonly { readonly file: ExportedFile; readonly metrics: ModelMetrics }[],
  training: ModelJson['training'],
): ModelJson {
  return {
    version: MODEL_VERSION,
    labels: [...EMOTIONS],
    pixels: { range: [-1, 1], scale: 2 / 255, bias: -1 },
    ...(landmarks && { landmarks: { points: POINTS, normalization: LANDMARK_NORMALIZATION } }),
    files: files.map(({ file: { path, edges, ...file }, metrics }) => {
      const onnx = file.format === 'onnx';
      const layout = onnx ? ('NCHW' as const) : ('NHWC' as const);
      const image = { name: IMAGE, shape: onnx ? [1, 3, size, size] : [1, size, size, 3], layout, type: edges };
      const points = {
        name: LANDMARKS,
        shape: onnx ? [1, LANDMARK_VALUES, 1, 1] : [1, 1, 1, LANDMARK_VALUES],
        layout,
        type: 'float32' as const,
      };
      return {
        name: basename(path),
        ...file,
        input: landmarks === 'alone' ? points : image,
        ...(landmarks === 'beside' && { landmarks: points }),
        output: {
          name: PROBABILITIES,
          shape: onnx ? [1, EMOTIONS.length, 1, 1] : [1, EMOTIONS.length],
          type: edges,
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
    throw new UserError(`${path} is no JSON: ${(thrown as Error).message}; export the model again`);
  }
  const parsed = ModelJsonSchema.safeParse(json);
  if (!parsed.success)
    throw new UserError(`${path} does not fit:\n${z.prettifyError(parsed.error)}\nExport the model again`);
  return parsed.data;
}
