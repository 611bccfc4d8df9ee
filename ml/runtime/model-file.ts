import { UserError } from '../core/errors.ts';
import { fileSize, readBytes } from '../core/files.ts';

/** Nothing larger is read: it is no model for a lens. */
const MOST_BYTES = 100_000_000;

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
