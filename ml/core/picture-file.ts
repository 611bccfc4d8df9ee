import sharp, { type Sharp } from 'sharp';
import { messageOf } from './errors.ts';
import { fileSize } from './files.ts';

/** A small file may unpack to a picture of any size; more than this no camera takes. */
export const MOST_PIXELS = 100_000_000;

/**
 * A picture of a file, to be decoded; that fails for a damaged one, and for one of more than 100 megapixels, with what
 * {@link pictureFault} puts into words. Nothing but a regular file is opened.
 * @throws UserError if there is no such file.
 */
export async function openPicture(path: string): Promise<Sharp> {
  await fileSize(path);
  return sharp(path, { failOn: 'error', limitInputPixels: MOST_PIXELS });
}

/** Why a picture could not be opened or decoded. */
export function pictureFault(thrown: unknown): string {
  const message = messageOf(thrown);
  return /exceeds pixel limit/.test(message)
    ? `it has more than ${MOST_PIXELS / 1e6} megapixels; make it smaller`
    : message;
}
