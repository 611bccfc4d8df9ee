import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../../ml/core/errors.ts';
import { fileSize, readBytes } from '../../../ml/core/files.ts';
import { sha256Of } from '../../../ml/export/exported-file.ts';
import { readModelJson } from '../../../ml/export/model-json.ts';
import { SHIPPED_MODEL } from '../../lens/project/shipped.ts';
import type { ModelAsset } from '../../simulator/program.ts';

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

/** @throws UserError if this is no ONNX file. */
export async function checkModelFile(path: string): Promise<void> {
  if (!path.endsWith('.onnx'))
    throw new UserError(`--model ${path}: expected an .onnx file, which the page can run; its TFLite form it cannot`);
  await fileSize(path);
}
