import { basename, extname } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { isFolder } from '../../core/files.ts';
import { refuseOtherFormats } from '../../core/other-formats.ts';
import type { SourceModel } from '../source.ts';
import { filesIn, type ModelFiles } from './files.ts';
import { labelsOfText } from './labels.ts';
import { readOnnx } from './onnx.ts';
import { readTfjs } from './tfjs.ts';
import { readTfliteSource } from './tflite.ts';

/** What Teachable Machine calls the labels of its TensorFlow Lite models. */
const LABELS = 'labels.txt';
const READERS: Readonly<Record<string, (files: ModelFiles, name: string) => Promise<SourceModel>>> = {
  '.onnx': readOnnx,
  '.json': readTfjs,
  '.tflite': async (files, name) => readTfliteSource(await files.read(name), files.path(name)),
};

/**
 * Reads a model of any format: ONNX, TensorFlow Lite, TensorFlow.js, Teachable Machine; a file, a folder, or a zip archive as it was
 * downloaded. It is not run.
 * @throws UserError if it is none, damaged, or of a kind that no lens can have.
 */
export async function readSource(place: string): Promise<SourceModel> {
  const files = await filesIn(place);
  const isWhole = (await isFolder(place)) || extname(place).toLowerCase() === '.zip';
  const name = isWhole ? modelIn(files) : basename(place);
  const reader = READERS[extname(name).toLowerCase()];
  if (!reader) {
    refuseOtherFormats(await files.read(name), files.path(name));
    throw new UserError(
      `${files.path(name)} is no model: its name ends in none of .onnx, .tflite, .json and .zip; choose a model file, a folder, or Teachable Machine's download`,
    );
  }
  const source = await reader(files, name);
  if (source.labels || !isWhole || !files.names.includes(LABELS)) return source;
  const from = files.path(LABELS);
  return { ...source, labels: { names: labelsOfText(new TextDecoder().decode(await files.read(LABELS)), from), from } };
}

/** The only model of a folder or archive. */
function modelIn({ names, place }: ModelFiles): string {
  if (names.includes('model.json')) return 'model.json';
  const models = names.filter((name) => /\.(onnx|tflite)$/i.test(name));
  if (models.length === 1) return models[0];
  // Teachable Machine's archive of both forms: the one of floats is more exact.
  if (models.includes('model_unquant.tflite')) return 'model_unquant.tflite';
  // Keras and PyTorch as such: the reader says how to convert them.
  const other = names.find((name) => /\.(h5|keras|pt|pth)$/i.test(name));
  if (models.length === 0 && other) return other;
  const found = models.length === 0 ? 'no model' : `several models (${models.slice(0, 5).join(', ')})`;
  throw new UserError(
    `${place} has ${found}; expected one model.json, .tflite or .onnx${models.length > 0 ? ': name the file' : ''}`,
  );
}
