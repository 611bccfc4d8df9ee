import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../../ml/core/errors.ts';
import { readBytes } from '../../../ml/core/files.ts';
import { sha256Of } from '../../../ml/export/exported-file.ts';
import { readModelJson } from '../../../ml/export/model-json.ts';
import { decodeModel } from '../../../ml/onnx/decode.ts';
import { inferShapes } from '../../../ml/onnx/shapes/infer.ts';
import { readModelFile } from '../../../ml/runtime/model-file.ts';
import { SHIPPED_MODEL } from '../../lens/project/shipped.ts';
import type { ModelAsset, ModelPort } from '../../simulator/program.ts';

/** Folders of trained models, one model in each. */
const MODELS = dirname(SHIPPED_MODEL);

/**
 * The ONNX file that the page runs for a model of the lens: the file itself, or of an 8-bit TFLite the ONNX file with the
 * same integers, which lies beside it in the folder that it was exported to.
 * @param project folder of the project.
 * @throws UserError if there is none.
 */
export async function onnxFileOf(project: string, { path, name }: ModelAsset): Promise<string> {
  const file = join(project, path);
  const bytes = await readBytes(file);
  if (path.endsWith('.onnx')) return file;
  const twin = await findTwin(sha256Of(bytes));
  if (twin !== null) return twin;
  throw new UserError(
    `${name} is not run: the page runs ONNX files, and no folder in ${MODELS} holds this TFLite beside an ONNX file of ` +
      'the same network; start the preview with --model FILE.onnx, which lies beside the TFLite where it was exported',
  );
}

async function findTwin(sha256: string): Promise<string | null> {
  for (const folder of await readdir(MODELS)) {
    const json = join(MODELS, folder, 'model.json');
    const { files } = await readModelJson(json).catch(() => ({ files: [] }));
    const original = files.find((file) => file.sha256 === sha256);
    const twin = files.find(({ format, numbers }) => format === 'onnx' && numbers === original?.numbers);
    if (twin === undefined) continue;
    const path = join(MODELS, folder, twin.name);
    if (sha256Of(await readBytes(path)) === twin.sha256) return path;
  }
  return null;
}

/** @throws UserError if this is no ONNX file that can be loaded. */
export async function checkModelFile(path: string): Promise<void> {
  if (!path.endsWith('.onnx'))
    throw new UserError(`--model ${path}: expected an .onnx file, which the page can run; its TFLite form it cannot`);
  await portsOf(path);
}

/**
 * Makes sure that an ONNX file can be run for a model of the lens.
 * @throws UserError if it cannot be loaded, or has other inputs or outputs than the model's import settings say.
 */
export async function checkInterface(file: string, { path, inputs, outputs }: ModelAsset): Promise<void> {
  const found = await portsOf(file);
  const fits =
    found.inputs.length === inputs.length &&
    found.outputs.length >= outputs.length &&
    inputs.every((port, at) => takes(found.inputs[at], port)) &&
    outputs.every((port, at) => valuesOf(found.outputs[at]) === valuesOf(port.shape));
  if (fits) return;
  const list = (shapes: readonly Shape[]) => shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ') || 'nothing';
  const shapes = (ports: readonly ModelPort[]) => list(ports.map(({ shape }) => shape));
  throw new UserError(
    `${path} is not run: ${file} takes ${list(found.inputs)} and gives ${list(found.outputs)}; its import settings say that ` +
      `it takes ${shapes(inputs)} and gives ${shapes(outputs)} (width, height, channels): choose a file of the same network`,
  );
}

type Shape = readonly (number | string)[];

/** Shapes of a file's inputs and outputs, as the network has them. It is not run here: the page's own sandbox is for that. */
async function portsOf(file: string): Promise<{ inputs: Shape[]; outputs: Shape[] }> {
  const model = decodeModel(await readModelFile(file), file);
  const { inputs, outputs, initializers } = model.graph;
  const known = inferShapes(model);
  const constants = new Set(initializers.map(({ name }) => name));
  const shapes = (values: typeof inputs) =>
    values.map(({ name }) => known.get(name)?.shape?.map((side) => side ?? '?') ?? []);
  return { inputs: shapes(inputs.filter(({ name }) => !constants.has(name))), outputs: shapes(outputs) };
}

/** Whether an input is one picture of this size, channels first or last, or a row of as many numbers. */
function takes(found: Shape, { shape: [width, height, channels] }: ModelPort): boolean {
  if (width === 1 && height === 1) return valuesOf(found) === channels;
  const sides = found.slice(1).join();
  return sides === [channels, height, width].join() || sides === [height, width, channels].join();
}

/** Sides that the file does not fix are of the batch, which is 1. */
function valuesOf(shape: Shape): number {
  return shape.reduce<number>((product, side) => (typeof side === 'number' ? product * side : product), 1);
}
