import { z } from 'zod';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { MODEL_VERSION } from './exported-file.ts';
import { IMAGE, IMAGE_NORMALIZATION, inputsFor, LANDMARKS, landmarkUseOf } from './inputs.ts';
import { ArchitectureField, HeadField, type NetworkShape, NetworkShapeSchema, OriginFields } from './network.ts';

/** Metadata are strings. */
const numberText = (schema: z.ZodNumber) =>
  z.codec(z.string(), schema, { decode: (text) => Number(text), encode: (value) => String(value) });

const OriginSchema = z.object({ ...OriginFields, epoch: numberText(OriginFields.epoch).optional() });
/** Where an exported network comes from, as far as it is known. */
export type Origin = z.infer<typeof OriginSchema>;

/** The metadata of an exported ONNX file in their order. Files of others, and of earlier versions, lack some of them. */
const MetadataSchema = z.object({
  labels: z.string().optional(),
  inputRange: z.string().optional(),
  version: numberText(z.number()).optional(),
  head: HeadField.optional(),
  architecture: ArchitectureField,
  width: numberText(NetworkShapeSchema.shape.width).optional(),
  /** How the input of landmarks is made. */
  landmarks: z.string().optional(),
  /** Absent where the shape of the image says it. */
  size: numberText(NetworkShapeSchema.shape.size).optional(),
  ...OriginSchema.shape,
});

/** What an exported ONNX file says of its network. */
export interface ExportedInfo extends NetworkShape, Origin {
  readonly head: string;
  readonly epoch: number;
}

/** The metadata of an exported network. */
export function encodeOnnxMetadata(head: string, shape: NetworkShape, origin: Origin = {}): Record<string, string> {
  const inputs = inputsFor(shape.size, shape.landmarks);
  const metadata = z.encode(MetadataSchema, {
    labels: EMOTIONS.join(','),
    inputRange: IMAGE_NORMALIZATION,
    version: MODEL_VERSION,
    head,
    architecture: shape.architecture,
    width: shape.width,
    landmarks: inputs.find(({ name }) => name === LANDMARKS)?.normalization,
    size: inputs.some(({ name }) => name === IMAGE) ? undefined : shape.size,
    ...origin,
  });
  return Object.fromEntries(Object.entries(metadata).filter((entry) => entry[1] !== undefined));
}

/**
 * Reads what {@link encodeOnnxMetadata} wrote, and the inputs.
 * @throws UserError if a field does not fit, or there are no inputs of an exported network.
 */
export function decodeOnnxMetadata({ graph, metadata }: OnnxModel, file: string): ExportedInfo {
  const parsed = z.safeDecode(MetadataSchema, metadata);
  if (!parsed.success) throw wrongField(file, metadata, parsed.error);
  const {
    head = 'original',
    architecture,
    width = 1,
    size,
    run,
    averageOf,
    epoch = 0,
    heldOut,
    upscaledBy,
  } = parsed.data;
  const names = graph.inputs.map(({ name }) => name);
  const image = graph.inputs.find(({ name }) => name === IMAGE);
  const side = NetworkShapeSchema.shape.size.safeParse(image || !names.includes(LANDMARKS) ? image?.shape?.[2] : size);
  if (!side.success)
    throw new UserError(
      `${file} has no input "${IMAGE}" [1, 3, S, S]; expected an .onnx that "emotion-lens export" wrote`,
    );
  return {
    head,
    architecture,
    width,
    size: side.data,
    landmarks: landmarkUseOf(names),
    epoch,
    ...(run && { run }),
    ...(averageOf && { averageOf }),
    ...(heldOut && { heldOut }),
    ...(upscaledBy && { upscaledBy }),
  };
}

/** Where any ONNX file says that its network comes from; of a file of others nothing is known. */
export function originOf({ metadata }: OnnxModel): Origin {
  return z.safeDecode(OriginSchema, metadata).data ?? {};
}

function wrongField(file: string, metadata: Readonly<Record<string, string>>, { issues }: z.ZodError): UserError {
  const [{ path, message }] = issues;
  const field = path.join('.');
  return new UserError(
    `${file}: the metadata field ${field} is ${JSON.stringify(metadata[field])}; ${message}. Export the model again`,
  );
}
