import sharp, { type Sharp } from 'sharp';
import { messageOf } from './errors.ts';
import { fileSize } from './files.ts';

/** A small file may unpack to a picture of any size; no camera takes larger ones than this. */
export const MAX_PIXELS = 100_000_000;

/**
 * A picture file, ready to be decoded. Decoding fails if it is damaged or has more than 100 megapixels:
 * {@link pictureFault} says why. Only regular files are opened.
 * @throws UserError if the file does not exist.
 */
export async function openPicture(path: string): Promise<Sharp> {
  await fileSize(path);
  return sharp(path, { failOn: 'error', limitInputPixels: MAX_PIXELS });
}

/** Why a picture could not be opened or decoded. */
export function pictureFault(thrown: unknown): string {
  const message = messageOf(thrown);
  return /exceeds pixel limit/.test(message)
    ? `it has more than ${MAX_PIXELS / 1e6} megapixels; scale it down`
    : message;
}
