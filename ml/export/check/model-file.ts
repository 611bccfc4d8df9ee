import { UserError } from '../../core/errors.ts';
import { fileSize, readBytes } from '../../core/files.ts';
import { error } from './mapping.ts';
import type { Finding } from './report.ts';

/** Nothing larger is read: it is no model for a lens. */
const MOST_BYTES = 100_000_000;
/** All ML assets of a lens together, by Snap's rules. */
export const ML_ASSETS_BYTES = 10_000_000;

/**
 * The bytes of a model.
 * @throws UserError if the file is missing, unreadable, a directory or far too large.
 */
export async function readModelFile(file: string): Promise<Uint8Array> {
  const bytes = await fileSize(file);
  if (bytes > MOST_BYTES) {
    throw new UserError(
      `${file} has ${bytes.toLocaleString('en')} bytes; all ML assets of a lens have 10,000,000 at most, so choose a smaller network`,
    );
  }
  return readBytes(file);
}

/** @param bytes of the model with its weights. */
export function sizeFindings(bytes: number): Finding[] {
  if (bytes <= ML_ASSETS_BYTES) return [];
  const found = `it has ${bytes.toLocaleString('en')} bytes; all ML assets of a lens together have 10 MB at most`;
  return [error(found, 'Choose a smaller network, a smaller width, or 8-bit TFLite')];
}
