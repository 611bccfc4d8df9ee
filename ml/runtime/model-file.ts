import { UserError } from '../core/errors.ts';
import { fileSize, readBytes } from '../core/files.ts';

/** Ten times what all models of a lens may have together; nothing larger is read. */
const MOST_BYTES = 100_000_000;

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
  if (bytes > MOST_BYTES)
    throw new UserError(
      `${file} has ${bytes.toLocaleString('en')} bytes; all ML assets of a lens have 10,000,000 at most, so choose a smaller network`,
    );
}
