import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { ClassListSchema, unlessEmotions } from '../core/class-list.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { MODEL_VERSION } from './exported-file.ts';
import { IMAGE, IMAGE_NORMALIZATION, inputsFor, LANDMARKS, landmarkUseOf } from './inputs.ts';
import { ArchitectureField, HeadField, type NetworkShape, NetworkShapeSchema, OriginFields } from './network.ts';

/** Metadata are strings. */
const numberText = (schema: z.ZodNumber) =>
  z.codec(z.string(), schema, { decode: (text) => Number(text), encode: (value) => String(value) });

const LabelsText = z.codec(z.string().optional(), ClassListSchema.readonly().optional(), {
  decode: (text) => (text === undefined ? undefined : unlessEmotions(namesIn(text))),
  encode: (labels = EMOTIONS) => namesText(labels),
});

/** Names of classes with commas between them or, where that is ambiguous, as JSON: the value of `labels` in the metadata. */
export function namesText(names: readonly string[]): string {
  const plain = names.join(',');
  return isDeepStrictEqual(namesIn(plain), [...names]) ? plain : JSON.stringify(names);
}

/** The names in a text by {@link namesText}. */
export function namesIn(text: string): readonly string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    return text.split(',').map((name) => name.trim());
  }
}

const OriginSchema = z.object({
  /** Names of its classes, unless they are the seven expressions. */
  labels: LabelsText,
  ...OriginFields,
  epoch: numberText(OriginFields.epoch).optional(),
});
/** What an exported network answers with and where it comes from, as far as it is known. */
export type Origin = z.infer<typeof OriginSchema>;

/** The metadata of an exported ONNX file in their order. Files of others, and of earlier versions, lack some of them. */
const MetadataSchema = z.object({
  labels: LabelsText,
  inputRange: z.string().optional(),
  version: numberText(z.number()).optional(),
  head: HeadField.optional(),
  architecture: ArchitectureField,
  width: numberText(NetworkShapeSchema.shape.width).optional(),
  /** How the input of landmarks is made. */
  landmarks: z.string().optional(),
  /** Absent where the shape of the image says it. */
  size: numberText(NetworkShapeSchema.shape.size).optional(),
  ...OriginSchema.omit({ labels: true }).shape,
});

/** What an exported ONNX file says of its network. */
export interface ExportedInfo extends NetworkShape, Origin {
  readonly head: string;
  readonly epoch: number;
}

/** The metadata of an exported network. */
export function encodeOnnxMetadata(head: string, shape: NetworkShape, origin: Origin = {}): Record<string, string> {
  const { labels, ...others } = origin;
  const inputs = inputsFor(shape.size, shape.landmarks);
  const metadata = z.encode(MetadataSchema, {
    labels,
    inputRange: IMAGE_NORMALIZATION,
    version: MODEL_VERSION,
    head,
    architecture: shape.architecture,
    width: shape.width,
    landmarks: inputs.find(({ name }) => name === LANDMARKS)?.normalization,
    size: inputs.some(({ name }) => name === IMAGE) ? undefined : shape.size,
    ...others,
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
    labels,
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
    ...(labels && { labels }),
    ...(run && { run }),
    ...(averageOf && { averageOf }),
    ...(heldOut && { heldOut }),
    ...(upscaledBy && { upscaledBy }),
  };
}

/**
 * The classes that any ONNX file names, whoever made it; undefined if it names none, or the seven expressions.
 * @throws UserError if it names none that a model may have.
 */
export function labelsIn({ metadata }: OnnxModel, file: string): readonly string[] | undefined {
  const parsed = z.safeDecode(MetadataSchema.pick({ labels: true }), metadata);
  if (!parsed.success) throw wrongField(file, metadata, parsed.error);
  return parsed.data.labels;
}

/** Where any ONNX file says that its network comes from; of a file of others nothing is known. */
export function originOf({ metadata }: OnnxModel): Origin {
  return z.safeDecode(OriginSchema, metadata).data ?? {};
}

function wrongField(file: string, metadata: Readonly<Record<string, string>>, { issues }: z.ZodError): UserError {
  const [{ path, message }] = issues;
  const field = String(path[0]);
  return new UserError(
    `${file}: the metadata field ${field} is ${JSON.stringify(metadata[field])}; ${message}. Export the model again`,
  );
}
