import { join } from 'node:path';
import { faultOfLabels } from '../../lens/Assets/EmotionDetector/Classes.ts';
import { checkContent } from '../../ml/check/check-model.ts';
import { ML_ASSETS_BYTES } from '../../ml/check/snapml.ts';
import { UserError } from '../../ml/core/errors.ts';
import { LANDMARK_VALUES } from '../../ml/core/landmarks68.ts';
import { sha256Of } from '../../ml/model/exported-file.ts';
import { LANDMARKS } from '../../ml/model/inputs.ts';
import { type ModelJson, readModelJson } from '../../ml/model/model-json.ts';
import { readModelFile } from '../../ml/runtime/model-file.ts';
import { modelInterface } from '../lens-studio/analysis/model-interface.ts';

/** What a channel's values are multiplied with, and what is added then. */
export interface Normalization {
  readonly scale: number;
  readonly bias: number;
}

/** An input or output of a model as Lens Studio shows it. */
export interface Port {
  readonly name: string;
  /** Width, height, channels, whatever the file's own layout is. */
  readonly shape: readonly [number, number, number];
  /** Of each channel. */
  readonly normalization: Normalization;
}

const LANDMARK_SHAPE = [1, 1, LANDMARK_VALUES] as const;
const IDENTITY: Normalization = { scale: 1, bias: 0 };

/** The ports of a model: a picture of 0..255, landmarks as the script writes them, a probability for each class. */
export function portsOf({ description, file, landmarks }: Pick<LensModel, 'description' | 'file' | 'landmarks'>): {
  readonly inputs: readonly Port[];
  readonly output: Port;
} {
  const { shape, layout, name } = file.input;
  const [side, channels] = layout === 'NHWC' ? [shape[1], shape[3]] : [shape[2], shape[1]];
  const picture: Port = { name, shape: [side, side, channels], normalization: description.pixels };
  const points: Port = { name: LANDMARKS, shape: LANDMARK_SHAPE, normalization: IDENTITY };
  return {
    inputs: landmarks ? [picture, points] : [picture],
    output: { name: file.output.name, shape: [1, 1, description.labels.length], normalization: IDENTITY },
  };
}

/** How SnapML gets the model: 8 bits as TFLite, or floats as ONNX. */
export type ModelFormat = 'tflite' | 'onnx';

/** A model that fits the lens. */
export interface LensModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly description: ModelJson;
  readonly file: ModelJson['files'][number];
  /** Whether it takes the points of the face in addition to the picture. */
  readonly landmarks: boolean;
}

/**
 * Reads a model for the lens from a folder with `model.json`.
 * @param wanted by default TFLite, or ONNX where there is no other.
 * @throws UserError if it is not what the lens expects: labels of which triggers can be named, a square RGB picture, 68 landmarks or
 *   none, a probability for each label, a file that `model.json` tells the truth about, and that SnapML takes.
 */
export async function readLensModel(folder: string, wanted?: ModelFormat): Promise<LensModel> {
  const json = join(folder, 'model.json');
  const description = await readModelJson(json);
  const refuse = (found: string, expected: string): never => {
    throw new UserError(`${json}: ${found}; ${expected}`);
  };
  const { labels } = description;
  const fault = faultOfLabels(labels);
  if (fault !== undefined)
    refuse(`labels: ${fault}`, 'name the classes otherwise and export or import the model again');
  const format = wanted ?? (description.files.some((file) => file.format === 'tflite') ? 'tflite' : 'onnx');
  // SnapML takes 8-bit numbers as TFLite only.
  const candidates = description.files.filter((file) => file.format === format);
  const file =
    candidates.find(({ numbers }) => numbers === (format === 'tflite' ? 'int8' : 'float32')) ??
    (format === 'tflite' ? candidates[0] : undefined) ??
    refuse(
      `there is no file for --format ${format} (files: ${description.files.map(({ name }) => name).join(', ')})`,
      `export one, or choose --format ${format === 'onnx' ? 'tflite' : 'onnx'}`,
    );
  const [, ...picture] = file.input.shape;
  const [width, height, channels] = file.input.layout === 'NHWC' ? picture : [picture[1], picture[2], picture[0]];
  if (file.input.shape[0] !== 1 || width !== height || channels !== 3)
    refuse(`${file.name} has the input [${file.input.shape}] (${file.input.layout})`, 'expected one square RGB image');
  const values = file.output.shape.reduce((product, side) => product * side, 1);
  if (values !== labels.length)
    refuse(
      `${file.name} has the output [${file.output.shape}]`,
      `expected ${labels.length} probabilities, one for each of the labels`,
    );
  const bytes = await readVerified(join(folder, file.name), file.sha256);
  const others = (modelInterface(bytes, file.name)?.inputs ?? []).filter(({ name }) => name !== file.input.name);
  for (const { name, shape } of others)
    if (name !== LANDMARKS || shape?.join() !== LANDMARK_SHAPE.join())
      refuse(
        `${file.name} has the further input ${name} (${shape?.join(' × ') ?? 'of unknown shape'})`,
        `expected ${LANDMARKS} (${LANDMARK_SHAPE.join(' × ')}) or none`,
      );
  return { name: file.name, bytes, description, file, landmarks: others.length > 0 };
}

async function readVerified(path: string, sha256: string): Promise<Uint8Array> {
  const bytes = await readModelFile(path);
  if (bytes.length > ML_ASSETS_BYTES)
    throw new UserError(
      `${path} has ${bytes.length.toLocaleString('en')} bytes; all ML assets of a lens together may have at most ` +
        `${ML_ASSETS_BYTES.toLocaleString('en')}, so choose a smaller network or the 8-bit TFLite`,
    );
  const actual = sha256Of(bytes);
  if (actual !== sha256)
    throw new UserError(
      `${path} is not the file that model.json describes: its SHA-256 is ${actual}, expected ${sha256}; ` +
        'it is damaged or belongs to another model, so export or download it again',
    );
  const { accepted, findings } = checkContent(bytes, path);
  const error = findings.find(({ severity }) => severity === 'error');
  if (!accepted) throw new UserError(`${path}: SnapML will reject it: ${error?.found}. ${error?.fix}`);
  return bytes;
}
