import { createHash } from 'node:crypto';
import type { QuantizeMethod } from '../config/schema.ts';
import { writeAtomic } from '../core/files.ts';
import { LIMIT } from '../core/ibug.ts';

/** Version of what an exported model promises: names, shapes and ranges of its input and output. */
export const MODEL_VERSION = 2;

/** What scripts do to the 68 points of a face before a network takes them. */
export const LANDMARK_NORMALIZATION =
  'x and y of the 68 points in the order of iBUG, x to the right and y down in the picture that is not mirrored: from the ' +
  'middle between the eye centres, rolled until the eyes are level, divided by the distance of the eye centres, clamped ' +
  `to -${LIMIT}..${LIMIT}; all 0 if there are none`;

/** A model that was written. */
export interface ExportedFile {
  readonly path: string;
  readonly format: 'onnx' | 'tflite';
  readonly numbers: 'float32' | 'int8';
  readonly method: QuantizeMethod | null;
  /** Type of its input and output. */
  readonly edges: 'float32' | 'uint8';
  readonly bytes: number;
  readonly bytesByKind?: Record<string, number>;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What is known of a file before it is made. */
type FileKind = Omit<ExportedFile, 'path' | 'bytes' | 'sha256'>;

/** What is the same of every ONNX file of floats. */
export const FLOAT_ONNX = { format: 'onnx', numbers: 'float32', method: null, edges: 'float32' } as const;

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

/** What is known of a file that lies there. */
export function exportedFile(path: string, bytes: Uint8Array, kind: FileKind): ExportedFile {
  return { path, ...kind, bytes: bytes.length, sha256: sha256Of(bytes) };
}
