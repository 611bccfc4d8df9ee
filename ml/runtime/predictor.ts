import { extname } from 'node:path';
import { UserError } from '../core/errors.ts';
import { readModelFile } from './model-file.ts';
import type { Predictor } from './predict-each.ts';

/**
 * Loads an exported model in the runtime of its format, in this process: ONNX Runtime or LiteRT. Either is loaded only where
 * it is needed. For files that may be anybody's there is `loadIsolatedPredictor`.
 * @throws UserError if the file is missing, broken, of another format or has other inputs or outputs.
 */
export async function loadPredictor(file: string): Promise<Predictor> {
  return openPredictor(await readPredictor(file), file);
}

/**
 * The bytes of a file whose name says that it is a model.
 * @throws UserError if it is missing, far too large or of another format.
 */
export async function readPredictor(file: string): Promise<Uint8Array> {
  const ending = extname(file).toLowerCase();
  if (ending in LOADERS) return readModelFile(file);
  throw new UserError(
    `cannot load ${file}: its name ends in neither .onnx nor .tflite; choose an exported model or the folder of a run`,
  );
}

/** @param bytes by {@link readPredictor}. @throws as {@link loadPredictor}. */
export async function openPredictor(bytes: Uint8Array, file: string): Promise<Predictor> {
  return LOADERS[extname(file).toLowerCase() as keyof typeof LOADERS](bytes, file);
}

const LOADERS = {
  '.onnx': async (bytes: Uint8Array, file: string) =>
    (await import('./onnx-predictor.ts')).openOnnxPredictor(bytes, file),
  '.tflite': async (bytes: Uint8Array, file: string) =>
    (await import('./litert/tflite-predictor.ts')).openTflitePredictor(bytes, file),
} as const;
