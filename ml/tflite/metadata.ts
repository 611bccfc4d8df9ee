import { unzipSync, zipSync } from 'fflate';
import { encodeFlatbuffer } from './encode.ts';
import { table } from './flatbuffer.ts';

/*
 * The parts of TensorFlow Lite's metadata schema that an image classifier needs (metadata_schema.fbs in
 * github.com/tensorflow/tflite-support). Metadata is a FlatBuffers file of its own inside the model's.
 */

/** Bytes 4 to 7. */
const METADATA_IDENTIFIER = 'M001';

const AssociatedFile = table({
  name: [0, 'string'],
  description: [1, 'string'],
  type: [2, 'enum', { UNKNOWN: 0, DESCRIPTIONS: 1, TENSOR_AXIS_LABELS: 2, TENSOR_VALUE_LABELS: 3 }],
});

const Content = table({
  properties: [
    1,
    'union',
    {
      FeatureProperties: [1, table({})],
      ImageProperties: [2, table({ colourSpace: [0, 'enum', { UNKNOWN: 0, RGB: 1, GRAYSCALE: 2 }] })],
    },
  ],
});

const ProcessUnit = table({
  options: [
    1,
    'union',
    { NormalizationOptions: [1, table({ mean: [0, 'vector', 'float'], std: [1, 'vector', 'float'] })] },
  ],
});

const TensorMetadata = table({
  name: [0, 'string'],
  description: [1, 'string'],
  content: [3, 'table', Content],
  processUnits: [4, 'tables', ProcessUnit],
  stats: [5, 'table', table({ max: [0, 'vector', 'float'], min: [1, 'vector', 'float'] })],
  associatedFiles: [6, 'tables', AssociatedFile],
});

export const ModelMetadata = table({
  name: [0, 'string'],
  description: [1, 'string'],
  version: [2, 'string'],
  subgraphs: [3, 'tables', table({ inputs: [2, 'tables', TensorMetadata], outputs: [3, 'tables', TensorMetadata] })],
  author: [4, 'string'],
  licence: [5, 'string'],
  minParserVersion: [7, 'string'],
});

/** Under this name the metadata lies among the model's. */
export const METADATA_NAME = 'TFLITE_METADATA';

const LABELS_FILE = 'labels.txt';
/** Bytes of a list of labels that is read. */
const MAX_LABELS = 100_000;
/** The oldest parser that understands everything that is used here. */
const MIN_PARSER_VERSION = '1.0.0';

/** Signatures and fields of the ZIP format, PKWARE's APPNOTE.TXT 4.3.12 and 4.3.16. */
const ZIP = { directoryStart: 16, headerStart: 42, endBytes: 22 } as const;
/** The first date that a ZIP can hold, so that the same model is the same bytes at any time. */
const NO_TIME = new Date(1980, 0, 1);

/** What the metadata say of an input. */
interface DescribedInput {
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  readonly range: readonly [min: number, max: number];
}

const IMAGE = {
  content: { properties: { type: 'ImageProperties', value: { colourSpace: 'RGB' } } },
  processUnits: [{ options: { type: 'NormalizationOptions', value: { mean: [127.5], std: [127.5] } } }],
} as const;
const NUMBERS = { content: { properties: { type: 'FeatureProperties', value: {} } }, processUnits: [] } as const;

/**
 * The metadata of an image classifier (ai.google.dev/edge/litert/models/metadata): an image is a colour picture that is
 * normalized from 0..255 to [−1, 1], other inputs are plain numbers, and the output is a probability for each line of
 * `labels.txt`.
 * @param inputs of the model in their order.
 * @param output name of the output.
 * @param classes what its labels name.
 * @returns a FlatBuffers file, to be kept in the model as {@link METADATA_NAME}.
 */
export function describeTflite(
  inputs: readonly DescribedInput[],
  output: string,
  about: { readonly name: string; readonly description: string; readonly version: string },
  classes: 'expressions' | 'classes' = 'expressions',
): Uint8Array {
  return encodeFlatbuffer(
    ModelMetadata,
    {
      ...about,
      subgraphs: [
        {
          inputs: inputs.map(inputMetadata),
          outputs: [
            {
              name: output,
              description: `Probability of each ${classes === 'classes' ? 'class' : 'facial expression'}`,
              content: { properties: { type: 'FeatureProperties', value: {} } },
              processUnits: [],
              stats: { max: [1], min: [0] },
              associatedFiles: [
                { name: LABELS_FILE, description: `Names of the ${classes}`, type: 'TENSOR_AXIS_LABELS' },
              ],
            },
          ],
        },
      ],
      author: 'Emotion Lens',
      licence: 'MIT',
      minParserVersion: MIN_PARSER_VERSION,
    },
    METADATA_IDENTIFIER,
  );
}

const inputMetadata = ({ name, kind, description, range: [min, max] }: DescribedInput) =>
  ({
    name,
    description,
    ...(kind === 'image' ? IMAGE : NUMBERS),
    stats: { max: [max], min: [min] },
    associatedFiles: [],
  }) as const;

/**
 * Appends `labels.txt` to a model as TensorFlow's metadata writer does: as a ZIP whose positions count from the start of
 * the whole file, so that the file is a model and an archive at once.
 */
export function appendLabels(model: Uint8Array, labels: readonly string[]): Uint8Array {
  const text = new TextEncoder().encode(`${labels.join('\n')}\n`);
  const zip = zipSync({ [LABELS_FILE]: text }, { level: 0, mtime: NO_TIME });
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - ZIP.endBytes;
  const directory = view.getUint32(end + ZIP.directoryStart, true);
  view.setUint32(directory + ZIP.headerStart, model.length, true);
  view.setUint32(end + ZIP.directoryStart, model.length + directory, true);
  const whole = new Uint8Array(model.length + zip.length);
  whole.set(model);
  whole.set(zip, model.length);
  return whole;
}

/** The lines of `labels.txt` that {@link appendLabels} appended to a model; undefined if it has none. */
export function appendedLabels(model: Uint8Array): readonly string[] | undefined {
  try {
    const { [LABELS_FILE]: text } = unzipSync(model, {
      filter: ({ name, originalSize }) => name === LABELS_FILE && originalSize <= MAX_LABELS,
    });
    return text && new TextDecoder().decode(text).replace(/\n$/, '').split(/\r?\n/);
  } catch {
    // Most models are no archives.
    return undefined;
  }
}
