import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { FileNameSchema } from '../core/file-name.ts';
import { readBytes } from '../core/files.ts';

/** A tensor of floats, last axis innermost. */
export interface NamedWeights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The part of TensorFlow.js' `model.json` that says where the weights are; files beside it hold them one after another. */
const ModelSchema = z.object({
  weightsManifest: z.array(
    z.object({
      paths: z.array(FileNameSchema).min(1),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.number().int().positive()),
          dtype: z.literal('float32'),
          quantization: z.never('weights without quantization').optional(),
        }),
      ),
    }),
  ),
});

/**
 * Reads the weights of a TensorFlow.js model: `model.json` and the files that its manifest lists.
 * @param bytes of the `model.json`.
 * @param file its path, beside which the other files lie.
 * @returns the tensors by their names.
 * @throws UserError if a file is missing or too short, or the model is none in floats.
 */
export async function readTfjsWeights(bytes: Uint8Array, file: string): Promise<Map<string, NamedWeights>> {
  const tensors = new Map<string, NamedWeights>();
  for (const { paths, weights } of parseModel(bytes, file).weightsManifest) {
    const parts = await Promise.all(paths.map((path) => readBytes(join(dirname(file), path))));
    const data = Buffer.concat(parts);
    let offset = 0;
    for (const { name, shape } of weights) {
      const end = offset + BYTES * shape.reduce((a, b) => a * b, 1);
      if (end > data.length) {
        throw new UserError(
          `${file}: ${name} ends at byte ${end} of ${paths.join(' + ')}, which has ${data.length}; fetch the files again`,
        );
      }
      tensors.set(name, { shape, values: new Float32Array(Uint8Array.from(data.subarray(offset, end)).buffer) });
      offset = end;
    }
  }
  return tensors;
}

function parseModel(bytes: Uint8Array, file: string): z.infer<typeof ModelSchema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (thrown) {
    throw new UserError(`${file} is no JSON; expected the model.json of a TensorFlow.js model`, { cause: thrown });
  }
  const parsed = ModelSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new UserError(
    `${file}: ${path.join('.')}: ${message}; expected the model.json of a TensorFlow.js layers model in float32`,
  );
}
