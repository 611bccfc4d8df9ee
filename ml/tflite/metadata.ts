import { zipSync } from 'fflate';
import { LIMIT } from '../core/ibug.ts';
import { encodeFlatbuffer } from './encode.ts';
import { METADATA_IDENTIFIER, ModelMetadata } from './metadata-schema.ts';

/** Under this name the metadata lies among the model's. */
export const METADATA_NAME = 'TFLITE_METADATA';

const LABELS_FILE = 'labels.txt';
/** The oldest parser that understands everything that is used here. */
const MIN_PARSER_VERSION = '1.0.0';

/** Signatures and fields of the ZIP format, PKWARE's APPNOTE.TXT 4.3.12 and 4.3.16. */
const ZIP = { directoryStart: 16, headerStart: 42, endBytes: 22 } as const;
/** The first date that a ZIP can hold, so that the same model is the same bytes at any time. */
const NO_TIME = new Date(1980, 0, 1);

/**
 * The metadata of an image classifier (ai.google.dev/edge/litert/models/metadata): its image is a colour picture that is
 * normalized from 0..255 to [−1, 1], its output a probability for each line of `labels.txt`; landmarks are plain numbers.
 * @param names of the model's inputs, in the order image, landmarks, and of its output.
 * @returns a FlatBuffers file, to be kept in the model as {@link METADATA_NAME}.
 */
export function describeTflite(
  names: { readonly image?: string | undefined; readonly landmarks?: string | undefined; readonly output: string },
  about: { readonly name: string; readonly description: string; readonly version: string },
): Uint8Array {
  return encodeFlatbuffer(
    ModelMetadata,
    {
      ...about,
      subgraphs: [
        {
          inputs: [
            ...(names.image === undefined ? [] : [imageInput(names.image)]),
            ...(names.landmarks === undefined ? [] : [landmarkInput(names.landmarks)]),
          ],
          outputs: [
            {
              name: names.output,
              description: 'Probability of each facial expression',
              content: { properties: { type: 'FeatureProperties', value: {} } },
              processUnits: [],
              stats: { max: [1], min: [0] },
              associatedFiles: [
                { name: LABELS_FILE, description: 'Names of the expressions', type: 'TENSOR_AXIS_LABELS' },
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

const imageInput = (name: string) =>
  ({
    name,
    description: 'A face, cropped tightly',
    content: { properties: { type: 'ImageProperties', value: { colourSpace: 'RGB' } } },
    processUnits: [{ options: { type: 'NormalizationOptions', value: { mean: [127.5], std: [127.5] } } }],
    stats: { max: [1], min: [-1] },
    associatedFiles: [],
  }) as const;

const landmarkInput = (name: string) =>
  ({
    name,
    description: 'The 68 points of the face in the order of iBUG, x and y of each in eye distances; zeros if unknown',
    content: { properties: { type: 'FeatureProperties', value: {} } },
    processUnits: [],
    stats: { max: [LIMIT], min: [-LIMIT] },
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
