import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { fromHalf } from '../../core/float16.ts';
import { sizeOf } from '../../nn/graph.ts';
import type { Numbers } from './builder.ts';
import type { ModelFiles } from './files.ts';

/** Bytes of each type of number that TensorFlow.js stores. */
const BYTES = { float32: 4, int32: 4, uint8: 1, uint16: 2, float16: 2, bool: 1 } as const;
type NumberType = keyof typeof BYTES;

const side = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31);
const WeightSchema = z.object({
  name: z.string().max(500),
  shape: z.array(side).max(6),
  dtype: z.enum(['float32', 'int32', 'bool', 'uint8']),
  quantization: z
    .object({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
});

/** TensorFlow.js' `model.json`: what the network is, and where its weights are. */
const ModelJsonSchema = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(
    z.object({ paths: z.array(z.string()).min(1).max(1000), weights: z.array(WeightSchema).max(100_000) }),
  ),
  userDefinedMetadata: z.unknown().optional(),
});

/** A TensorFlow.js model, its weights read. */
export interface TfjsModel {
  readonly topology: Readonly<Record<string, unknown>>;
  /** Its weights as real numbers, by their names. */
  readonly weights: ReadonlyMap<string, Numbers>;
  /** The same for TensorFlow.js itself. */
  readonly specs: readonly z.infer<typeof WeightSchema>[];
  readonly data: Uint8Array;
  readonly metadata: unknown;
}

/** @throws UserError if the bytes are not JSON. */
export function parseJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (thrown) {
    throw new UserError(`${file} is not JSON; export or download it again`, { cause: thrown });
  }
}

/**
 * Reads the files of a TensorFlow.js model.
 * @param json content of its `model.json`.
 * @throws UserError if a file is missing, lies elsewhere or is too short, or a weight is not a number.
 */
export async function readTfjsFiles(json: unknown, files: ModelFiles, name: string): Promise<TfjsModel> {
  const file = files.path(name);
  const parsed = ModelJsonSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new UserError(
      `${file} is not the model.json of a TensorFlow.js model: ${path.join('.')}: ${message}; choose a model that TensorFlow.js, its converter or Teachable Machine wrote`,
    );
  }
  const { modelTopology, weightsManifest, userDefinedMetadata } = parsed.data;
  const weights = new Map<string, Numbers>();
  const parts: Uint8Array[] = [];
  for (const group of weightsManifest) {
    const data = Buffer.concat(await Promise.all(group.paths.map((path) => files.read(path))));
    let offset = 0;
    for (const spec of group.weights) {
      const stored: NumberType = spec.quantization?.dtype ?? spec.dtype;
      const end = offset + BYTES[stored] * sizeOf(spec.shape);
      if (end > data.length) {
        throw new UserError(
          `${file}: ${spec.name} ends at byte ${end} of ${group.paths.join(' + ')}, which has ${data.length}; export or download the files again`,
        );
      }
      weights.set(spec.name, { dims: spec.shape, values: realNumbers(data.subarray(offset, end), stored, spec) });
      offset = end;
    }
    // TensorFlow.js reads all groups as one.
    parts.push(data.subarray(0, offset));
  }
  const specs = weightsManifest.flatMap((group) => group.weights);
  return {
    topology: modelTopology,
    weights,
    specs,
    data: new Uint8Array(Buffer.concat(parts)),
    metadata: userDefinedMetadata,
  };
}

/** Stored integers count in steps of `scale` from `min`. */
function realNumbers(
  bytes: Uint8Array,
  type: NumberType,
  { quantization }: z.infer<typeof WeightSchema>,
): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read: Record<NumberType, (at: number) => number> = {
    float32: (at) => view.getFloat32(4 * at, true),
    int32: (at) => view.getInt32(4 * at, true),
    uint8: (at) => view.getUint8(at),
    bool: (at) => view.getUint8(at),
    uint16: (at) => view.getUint16(2 * at, true),
    float16: (at) => fromHalf(view.getUint16(2 * at, true)),
  };
  const { scale = 1, min = 0 } = quantization && quantization.dtype !== 'float16' ? quantization : {};
  return Float32Array.from({ length: bytes.length / BYTES[type] }, (_, at) => read[type](at) * scale + min);
}
