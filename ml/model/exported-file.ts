import { createHash } from 'node:crypto';
import type { QuantizeMethod } from '../config/schema.ts';
import { writeAtomic } from '../core/files.ts';

/** Version of what an exported model promises: names, shapes and ranges of its inputs and output. */
export const MODEL_VERSION = 2;

/** A model that was written. */
export interface ExportedFile {
  readonly path: string;
  readonly format: 'onnx' | 'tflite';
  readonly numbers: 'float32' | 'int8';
  readonly method: QuantizeMethod | null;
  /** Type of its input and output. */
  readonly ioType: 'float32' | 'uint8';
  readonly bytes: number;
  readonly bytesByKind?: Record<string, number>;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What is known of a file before it is written. */
type FileKind = Omit<ExportedFile, 'path' | 'bytes' | 'sha256'>;

/** The kind of every ONNX file of floats. */
export const FLOAT_ONNX = { format: 'onnx', numbers: 'float32', method: null, ioType: 'float32' } as const;

/** Hexadecimal. */
export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes a model.
 * @throws UserError if the file cannot be written.
 */
export async function writeModel(path: string, bytes: Uint8Array, kind: FileKind): Promise<ExportedFile> {
  await writeAtomic(path, bytes);
  return exportedFile(path, bytes, kind);
}

/** Describes a file that was written before. */
export function exportedFile(path: string, bytes: Uint8Array, kind: FileKind): ExportedFile {
  return { path, ...kind, bytes: bytes.length, sha256: sha256Of(bytes) };
}
