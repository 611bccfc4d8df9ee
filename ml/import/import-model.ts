import { basename, join } from 'node:path';
import { checkContent, TOO_LARGE } from '../check/check-model.ts';
import type { CheckReport } from '../check/report.ts';
import { ML_ASSETS_BYTES } from '../check/snapml.ts';
import { ConfigSchema } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import type { Reporter } from '../core/progress.ts';
import { INT8_TFLITE } from '../export/export-model.ts';
import { FLOAT_ONNX, writeModel } from '../model/exported-file.ts';
import { IMAGE_NORMALIZATION } from '../model/inputs.ts';
import { describeModel, writeModelJson } from '../model/model-json.ts';
import { namesText } from '../model/onnx-metadata.ts';
import { encodeModel, type OnnxModel } from '../onnx/model.ts';
import { evaluateIsolated } from '../runtime/isolated-session.ts';
import { type MappedClasses, mapClasses } from './classes.ts';
import { asLensModel, classifierOf } from './classifier.ts';
import { calibrateLayers } from './int8/calibrate.ts';
import { int8Layers } from './int8/layers.ts';
import { int8File } from './int8/write.ts';
import { fedInputs } from './passes/edit.ts';
import { simplify } from './passes/simplify.ts';
import { fixShapes } from './passes/static-shapes.ts';
import { withoutRounding } from './passes/without-rounding.ts';
import { drawnPictures, type Pictures } from './pictures.ts';
import { isProven, type Proof, prove, TOLERANCES } from './proof.ts';
import { readLabels } from './readers/labels.ts';
import { readSource } from './readers/read.ts';
import type { PixelRange, SourceModel } from './source.ts';

export interface ImportOptions {
  /** File of labels, in place of those that come with the model. */
  readonly labels?: string;
  /** Names of classes by the source's, in lower case. */
  readonly map: ReadonlyMap<string, string>;
  /** What the network expects of pixels, where its files do not say. */
  readonly pixels?: PixelRange;
  /** Side of its pictures, where its file leaves it open. */
  readonly side?: number;
  /** Pictures of a side to compare on; drawn faces by default. */
  readonly pictures?: (side: number) => Promise<Pictures>;
  /** Pictures of a side to observe activations on, for a form in 8-bit integers. */
  readonly calibration?: (side: number) => Promise<Pictures>;
  /** Takes a model that answers differently. */
  readonly force?: boolean;
}

/** A model that is ready to be written. */
export interface Imported {
  readonly source: SourceModel;
  readonly classes: MappedClasses;
  readonly side: number;
  readonly grey: boolean;
  readonly softmaxAdded: boolean;
  /** Of floats. */
  readonly onnx: Form;
  /** In 8-bit integers, if it was asked for; or why it has no such form. */
  readonly int8?: Form | { readonly refused: string };
}

/** One file of a model. */
export interface Form {
  readonly bytes: Uint8Array;
  readonly report: CheckReport;
  readonly proof: Proof;
}

export const ONNX_NAME = 'emotion.onnx';
const INT8_KIND = { format: 'tflite', numbers: 'int8', method: 'ptq', ioType: 'float32' } as const;

/**
 * Reads a model of any format and makes it one for this project's lens, compared with the source in its own runtime. Nothing is
 * written.
 * @param place a file, a folder or a zip archive.
 * @throws UserError if it cannot be, or answers differently.
 */
export async function importModel(place: string, options: ImportOptions, reporter: Reporter): Promise<Imported> {
  const source = await readSource(place);
  const { file } = source;
  reporter.note(`${file}: ${source.format}`);
  const side = options.side === undefined ? {} : { side: options.side };
  const floats = source.quantized ? withoutRounding(source.model) : source.model;
  const simplified = await simplify(floats, file, {
    ...side,
    evaluate: (bytes) => evaluateIsolated(bytes, basename(file)),
  });
  const classifier = classifierOf(simplified, file);
  const classes = classesOf(source, await labelsOf(source, options), classifier.classes, options.map);
  const pixels = options.pixels ?? source.pixels ?? refusePixels(file);
  const model = asLensModel(classifier, pixels, classes.order);
  const { pictures = async (picture) => drawnPictures(picture) } = options;
  const shown = await pictures(classifier.side);
  const [input] = fedInputs(fixShapes(source.model, file, options.side));
  const given = { shape: input.shape as readonly number[], pixels };
  const formOf = async (bytes: Uint8Array, name: string, quantized: boolean): Promise<Form> => {
    const report = checkContent(bytes, name);
    refuseUnaccepted(report, file);
    const proof = await prove(source, given, classifier, { bytes, file: name }, classes.order, shown, reporter);
    if (!isProven(proof, quantized) && !options.force) throw unproven(file, proof, quantized);
    return { bytes, report, proof };
  };
  const labelled = encodeModel({
    ...model,
    metadata: { labels: namesText(classes.labels), inputRange: IMAGE_NORMALIZATION },
  });
  if (options.calibration === undefined) refuseLarge(labelled, file, TO_INTEGERS);
  const onnx = await formOf(labelled, ONNX_NAME, source.quantized);
  const calibration = await options.calibration?.(classifier.side);
  const integers = calibration && (await int8Of(model, classifier.side, classes.labels, calibration, reporter));
  const int8 = integers instanceof Uint8Array ? await formOf(integers, INT8_TFLITE, true) : integers;
  if (int8 && 'bytes' in int8) refuseLarge(int8.bytes, file, '');
  else refuseLarge(labelled, file, int8 ? `; it has no form in 8-bit integers: ${int8.refused}` : '');
  const { ending, channels } = classifier;
  const about = { source, classes, side: classifier.side, grey: channels === 1, softmaxAdded: ending === 'logits' };
  return { ...about, onnx, ...(int8 && { int8 }) };
}

/** The model in 8-bit integers, or why there is no such form. */
async function int8Of(
  model: OnnxModel,
  side: number,
  labels: readonly string[],
  calibration: Pictures,
  reporter: Reporter,
): Promise<Uint8Array | { refused: string }> {
  try {
    const network = int8Layers(model);
    const { observer } = ConfigSchema.parse({}).quantize;
    return int8File(network, await calibrateLayers(model, network, side, calibration, observer, reporter), labels);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { refused: thrown.message };
  }
}

function unproven(file: string, { pictures, largest, top1 }: Proof, quantized: boolean): UserError {
  const expected = quantized
    ? `at most ${100 * TOLERANCES.disagreement} % other answers`
    : `at most ${TOLERANCES.difference}`;
  return new UserError(
    `${file}: on ${pictures} the probabilities of the new model${quantized ? ' in 8-bit integers' : ''} differ by up to ${largest.toPrecision(2)}, and ` +
      `${((1 - top1) * 100).toFixed(1)} % of its answers are others; expected ${expected}. ${quantized ? 'Calibrate on pictures like those that it will see, with --pictures' : 'Check --pixels'}, or take it as it is with --force`,
  );
}

async function labelsOf(
  source: SourceModel,
  { labels }: ImportOptions,
): Promise<{ names: readonly string[]; from: string }> {
  if (labels !== undefined) return { names: await readLabels(labels), from: labels };
  if (source.labels) return source.labels;
  throw new UserError(
    `${source.file} does not name its classes; write them into a file, one per line in the order of its output, and give it with --labels`,
  );
}

function classesOf(
  source: SourceModel,
  { names, from }: { names: readonly string[]; from: string },
  classes: number,
  map: ReadonlyMap<string, string>,
): MappedClasses {
  if (names.length !== classes) {
    throw new UserError(
      `${from} names ${names.length} classes, but ${source.file} has ${classes}; give a file with ${classes} labels with --labels`,
    );
  }
  return mapClasses(names, from, map);
}

function refusePixels(file: string): never {
  throw new UserError(
    `${file} does not say what values of pixels it expects; say it with --pixels: 0..255 (also where a Rescaling layer is in the network), ` +
      '0..1 (after division by 255), -1..1 (as of MobileNet in Keras), or imagenet (as of torchvision)',
  );
}

const TO_INTEGERS = ', or import it with --pictures, which makes a form in 8-bit integers of a quarter the size';

/** @param way out in addition. @throws UserError if a form is too large for a lens. */
function refuseLarge(bytes: Uint8Array, file: string, way: string): void {
  if (fitsLens(bytes)) return;
  throw new UserError(
    `${file} would have ${(bytes.length / 1e6).toFixed(1)} MB in a lens, which may have ${ML_ASSETS_BYTES / 1e6} MB of models; ` +
      `choose a smaller network or width, train at a smaller size, pool before a dense layer that follows Flatten${way}`,
  );
}

/** Whether a lens may have a file of this size. */
export const fitsLens = (bytes: Uint8Array): boolean => bytes.length <= ML_ASSETS_BYTES;

/** @throws UserError if SnapML would refuse the model for anything but its size. */
function refuseUnaccepted({ findings }: CheckReport, file: string): void {
  const error = findings.find(({ severity, code }) => severity === 'error' && code !== TOO_LARGE);
  if (error)
    throw new UserError(
      `${file}: SnapML would not accept it: ${error.node ? `${error.node}: ` : ''}${error.found}. ${error.fix}`,
    );
}

/** Writes the folder of an imported model: `emotion.onnx` if a lens may have it, `emotion.int8.tflite` if there is one, `model.json`. */
export async function writeImported(
  { source, classes, side, onnx, int8 }: Imported,
  folder: string,
): Promise<readonly string[]> {
  const files = fitsLens(onnx.bytes) ? [await writeModel(join(folder, ONNX_NAME), onnx.bytes, FLOAT_ONNX)] : [];
  if (int8 && 'bytes' in int8) files.push(await writeModel(join(folder, INT8_TFLITE), int8.bytes, INT8_KIND));
  const training = { run: basename(source.file), head: 'original', data: source.format, epochs: 0, config: {} };
  const json = join(folder, 'model.json');
  const described = files.map((file) => ({ file, metrics: [] }));
  await writeModelJson(json, describeModel({ size: side }, described, training, classes.labels));
  return [...files.map(({ path }) => path), json];
}
