import { z } from 'zod';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { readText, writeAtomic } from '../core/files.ts';
import { IMAGE_INPUT, PROBABILITIES_OUTPUT } from '../nn/inference-graph.ts';
import { type ExportedFile, MODEL_VERSION } from './export-onnx.ts';

const share = z.number().min(0).max(1);

/** What a program needs to run an exported model, and what is known of it; the file `model.json` beside the model. */
export const ModelJsonSchema = z.strictObject({
  version: z.literal(MODEL_VERSION),
  /** Classes in the order of the output. */
  labels: z.array(z.string()).length(EMOTIONS.length),
  input: z.strictObject({
    name: z.string(),
    shape: z.tuple([z.literal(1), z.literal(3), z.number().int(), z.number().int()]),
    layout: z.literal('NCHW'),
    /** Values that the network expects. */
    range: z.tuple([z.number(), z.number()]),
    /** What Lens Studio does to each pixel 0..255: pixel · scale + bias. */
    scale: z.number(),
    bias: z.number(),
  }),
  output: z.strictObject({
    name: z.string(),
    shape: z.tuple([z.literal(1), z.number().int(), z.literal(1), z.literal(1)]),
  }),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number().int(), sha256: z.string().length(64) })).min(1),
  metrics: z.array(
    z.strictObject({
      protocol: z.string(),
      split: z.string(),
      faces: z.number().int(),
      accuracy: share,
      interval95: z.tuple([share, share]),
      macroF1: share.nullable(),
    }),
  ),
  training: z.strictObject({
    run: z.string(),
    head: z.string(),
    data: z.string(),
    epochs: z.number().int(),
    /** The configuration of the run, as far as it shapes the model. */
    config: z.record(z.string(), z.unknown()),
  }),
});
export type ModelJson = z.infer<typeof ModelJsonSchema>;

/** The description of a model that `exportOnnx` wrote. */
export function describeModel(
  size: number,
  files: readonly ExportedFile[],
  metrics: ModelJson['metrics'],
  training: ModelJson['training'],
): ModelJson {
  return {
    version: MODEL_VERSION,
    labels: [...EMOTIONS],
    input: { name: IMAGE_INPUT, shape: [1, 3, size, size], layout: 'NCHW', range: [-1, 1], scale: 2 / 255, bias: -1 },
    output: { name: PROBABILITIES_OUTPUT, shape: [1, EMOTIONS.length, 1, 1] },
    files: files.map(({ path, bytes, sha256 }) => ({ name: path.split(/[\\/]/).at(-1) as string, bytes, sha256 })),
    metrics,
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
