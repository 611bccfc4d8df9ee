import { extname } from 'node:path';
import { UserError } from '../core/errors.ts';
import { fileSize, readBytes } from '../core/files.ts';
import type { ModelSession, SessionOptions } from './session.ts';

/** Ten times what all models of a lens may have together; nothing larger is read. */
const MAX_BYTES = 100_000_000;

/**
 * Opens a model file in this process. For untrusted files, use `loadIsolatedPredictor`.
 * @throws UserError if the file is missing, broken, too large or of another format.
 */
export async function openModelFile(file: string, options?: SessionOptions): Promise<ModelSession> {
  checkEnding(file);
  return openModel(await readModelFile(file), file, options);
}

/**
 * Opens a model in the runtime of its format, ONNX Runtime or LiteRT. Either is loaded only when it is needed.
 * @param file its name, which tells the format; also for messages.
 * @throws UserError if it is broken or of another format.
 */
export async function openModel(bytes: Uint8Array, file: string, options?: SessionOptions): Promise<ModelSession> {
  return RUNTIMES[checkEnding(file)](bytes, file, options);
}

const RUNTIMES = {
  '.onnx': async (bytes: Uint8Array, file: string, options?: SessionOptions) =>
    (await import('./onnx-session.ts')).openOnnx(bytes, file, options),
  '.tflite': async (bytes: Uint8Array, file: string, options?: SessionOptions) =>
    (await import('./litert-session.ts')).openTflite(bytes, file, options),
} as const;

/** @throws UserError if the name is not that of a model file that can be run. @param fix what to do about it. */
export function checkEnding(file: string, fix = 'choose an ONNX or TensorFlow Lite file'): keyof typeof RUNTIMES {
  const ending = extname(file).toLowerCase();
  if (Object.hasOwn(RUNTIMES, ending)) return ending as keyof typeof RUNTIMES;
  throw new UserError(`cannot load ${file}: its name ends in neither .onnx nor .tflite; ${fix}`);
}

/**
 * The bytes of a model.
 * @throws UserError if the file is missing, unreadable, a directory or far too large.
 */
export async function readModelFile(file: string): Promise<Uint8Array> {
  refuseLargeModel(file, await fileSize(file));
  return readBytes(file);
}

/** @throws UserError if a file is far too large to be a model for a lens. */
export function refuseLargeModel(file: string, bytes: number): void {
  if (bytes > MAX_BYTES)
    throw new UserError(
      `${file} has ${bytes.toLocaleString('en')} bytes; all ML assets of a lens together may have at most 10,000,000, ` +
        'so choose a smaller network',
    );
}
