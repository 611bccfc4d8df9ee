import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../ml/core/errors.ts';
import { simplify } from '../../../ml/import/passes/simplify.ts';
import { withoutRounding } from '../../../ml/import/passes/without-rounding.ts';
import { readTfliteSource } from '../../../ml/import/readers/tflite.ts';
import { sha256Of } from '../../../ml/model/exported-file.ts';
import { type ModelJson, readModelJson } from '../../../ml/model/model-json.ts';
import { decodeModel } from '../../../ml/onnx/decode.ts';
import { encodeModel } from '../../../ml/onnx/model.ts';
import { inferShapes } from '../../../ml/onnx/shapes/infer.ts';
import { evaluateIsolated } from '../../../ml/runtime/isolated-session.ts';
import { readModelFile, refuseLargeModel } from '../../../ml/runtime/model-file.ts';
import { SHIPPED_MODEL } from '../../lens-build/shipped.ts';
import { storedFile } from '../../lens-studio/files/stored-file.ts';
import type { ModelAsset, ModelPort } from '../../simulator/program.ts';

/** Folders of trained models, one model in each. */
const MODELS = dirname(SHIPPED_MODEL);

/** A model file. */
export interface ModelFile {
  /** Its path, for messages. */
  readonly path: string;
  readonly content: Uint8Array;
  /** What the `model.json` next to it says; absent where there is none. */
  readonly described?: Described;
}

/** A file with the description that it is part of. */
export interface Described {
  readonly description: ModelJson;
  readonly file: ModelJson['files'][number];
}

/**
 * The ONNX file that the page runs for a model of the lens: the file itself; of an 8-bit TFLite the ONNX file with the same integers,
 * which lies next to it in the folder that it was exported to; of another TFLite the network of floats that it stands for.
 * @param project folder of the project.
 * @throws UserError if there is none.
 */
export async function onnxFileOf(project: string, { path }: ModelAsset): Promise<ModelFile> {
  const file = await storedFile(project, path);
  refuseLargeModel(path, file.bytes);
  const content = await file.read();
  if (path.endsWith('.onnx')) return { path, content };
  return (await findTwin(sha256Of(content))) ?? fromTflite(content, path);
}

/**
 * A TFLite file as ONNX, of floats.
 * @throws UserError if it has an operator that no lens can have.
 */
async function fromTflite(content: Uint8Array, path: string): Promise<ModelFile> {
  const { model, quantized } = readTfliteSource(content, path);
  const floats = await simplify(quantized ? withoutRounding(model) : model, path, {
    evaluate: (bytes) => evaluateIsolated(bytes, basename(path)),
  });
  return { path: path.replace(/\.tflite$/i, '.onnx'), content: encodeModel(floats) };
}

async function findTwin(sha256: string): Promise<ModelFile | null> {
  for (const folder of await readdir(MODELS)) {
    const twin = await twinIn(join(MODELS, folder), sha256);
    if (twin !== null) return twin;
  }
  return null;
}

/** The ONNX file of a model folder with the same numbers as one of its files; null if there is none, or it is no such folder. */
async function twinIn(folder: string, sha256: string): Promise<ModelFile | null> {
  const description = await readModelJson(join(folder, 'model.json')).catch(() => null);
  if (description === null) return null;
  const { files } = description;
  const original = files.find((file) => file.sha256 === sha256);
  const twin = files.find(({ format, numbers }) => format === 'onnx' && numbers === original?.numbers);
  return twin ? readDescribed(folder, { description, file: twin }) : null;
}

/** A file of a model folder; null if it is not what `model.json` describes. */
async function readDescribed(folder: string, described: Described): Promise<ModelFile | null> {
  const { name, sha256 } = described.file;
  const path = join(folder, name);
  const content = await readModelFile(path);
  return sha256Of(content) === sha256 ? { path, content, described } : null;
}

/**
 * What is run in place of the project's models: an ONNX or a TFLite file, or a folder with `model.json`, of which the 8-bit form is
 * run if there is one. It is read, not run: that the page does.
 * @throws UserError if it cannot be read, or is far too large.
 */
export async function readGivenModel(path: string): Promise<ModelFile> {
  const file = await onnxOf(path);
  portsOf(file);
  return file;
}

async function onnxOf(path: string): Promise<ModelFile> {
  if ((await stat(path).catch(() => null))?.isDirectory()) return onnxIn(path);
  if (!/\.(onnx|tflite)$/.test(path))
    throw new UserError(`--model ${path}: expected an .onnx or .tflite file, or a folder with model.json`);
  const content = await readModelFile(path);
  const twin = await twinIn(dirname(path), sha256Of(content));
  return twin ?? (path.endsWith('.onnx') ? { path, content } : fromTflite(content, path));
}

async function onnxIn(folder: string): Promise<ModelFile> {
  const description = await readModelJson(join(folder, 'model.json'));
  const { files } = description;
  const onnx = files.filter(({ format }) => format === 'onnx');
  const chosen = onnx.find(({ numbers }) => numbers === 'int8') ?? onnx[0] ?? files[0];
  const file = await readDescribed(folder, { description, file: chosen });
  if (file === null)
    throw new UserError(
      `${join(folder, chosen.name)} is not the file that model.json describes; export the model again`,
    );
  if (chosen.format === 'onnx') return file;
  return { ...(await fromTflite(file.content, file.path)), described: file.described! };
}

/**
 * Makes sure that an ONNX file can be run for a model of the lens.
 * @throws UserError if it cannot be read, or has other inputs or outputs than the model's import settings say.
 */
export function checkInterface(file: ModelFile, { path, inputs, outputs }: ModelAsset): void {
  const found = portsOf(file);
  const fits =
    found.inputs.length === inputs.length &&
    found.outputs.length >= outputs.length &&
    inputs.every((port, at) => takes(found.inputs[at], port)) &&
    // A file may leave the shape of what it gives to be inferred; the page then counts the values.
    outputs.every((port, at) => found.outputs[at] === null || valuesOf(found.outputs[at]) === valuesOf(port.shape));
  if (fits) return;
  const list = (shapes: readonly (Shape | null)[]) =>
    shapes.map((shape) => (shape ? `[${shape.map((side) => side ?? '?').join(', ')}]` : 'any shape')).join(' and ') ||
    'nothing';
  const shapes = (ports: readonly ModelPort[]) => list(ports.map(({ shape }) => shape));
  throw new UserError(
    `${path} is not run: ${file.path} takes ${list(found.inputs)} and outputs ${list(found.outputs)}; its import settings say that ` +
      `it takes ${shapes(inputs)} and outputs ${shapes(outputs)} (width, height, channels): choose a file of the same network`,
  );
}

type Shape = readonly (number | string | null)[];

/** Shapes of a file's inputs and outputs, as the network has them; null where they cannot be told. It is not run here. */
function portsOf({ path, content }: ModelFile): { inputs: (Shape | null)[]; outputs: (Shape | null)[] } {
  const model = decodeModel(content, path);
  const { inputs, outputs, initializers } = model.graph;
  const known = inferShapes(model);
  const constants = new Set(initializers.map(({ name }) => name));
  const shapes = (values: typeof inputs) => values.map(({ name }) => known.get(name)?.shape ?? null);
  return { inputs: shapes(inputs.filter(({ name }) => !constants.has(name))), outputs: shapes(outputs) };
}

/** Whether an input is one picture of this size, channels first or last, or a row of as many numbers. */
function takes(found: Shape | null, { shape: [width, height, channels] }: ModelPort): boolean {
  if (found === null) return false;
  if (width === 1 && height === 1) return valuesOf(found) === channels;
  const sides = found.slice(1).join();
  return sides === [channels, height, width].join() || sides === [height, width, channels].join();
}

/** Sides that the file does not fix are of the batch, which is 1. */
function valuesOf(shape: Shape): number {
  return shape.reduce<number>((product, side) => (typeof side === 'number' ? product * side : product), 1);
}
