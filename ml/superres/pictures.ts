import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { UserError } from '../core/errors.ts';
import { fileError, writeAtomic } from '../core/files.ts';
import { openPicture, pictureFault } from '../core/picture-file.ts';
import type { Picture } from './plane.ts';

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.avif', '.gif', '.bmp'];

/**
 * The picture files of folders, by name; a path of a file stands for itself. Hidden and other files are skipped.
 * @throws UserError if a path does not exist or a folder has no pictures.
 */
export async function listPictures(paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      const info = await stat(path).catch((thrown) => {
        throw fileError('read', path, thrown);
      });
      if (!info.isDirectory()) return [path];
      const names = await readdir(path).catch((thrown) => {
        throw fileError('read', path, thrown);
      });
      const found = names
        .filter((name) => !name.startsWith('.') && EXTENSIONS.includes(extname(name).toLowerCase()))
        .sort();
      if (found.length === 0) {
        throw new UserError(`${path} has no pictures; expected files ending in ${EXTENSIONS.join(', ')}`);
      }
      return found.map((name) => join(path, name));
    }),
  );
  return lists.flat();
}

/**
 * Reads a picture of any kind, upright by its EXIF orientation, its transparent parts black.
 * @throws UserError if it is missing, damaged, not a picture, or has more than 100 megapixels.
 */
export async function readPicture(path: string): Promise<Picture> {
  try {
    const { data, info } = await (await openPicture(path))
      .autoOrient()
      .flatten()
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels === 3) return { width: info.width, height: info.height, values: data };
    const values = new Uint8Array(3 * info.width * info.height);
    for (let i = 0; i < values.length; i++) values[i] = data[Math.floor(i / 3) * info.channels];
    return { width: info.width, height: info.height, values };
  } catch (thrown) {
    throw new UserError(`${path}: the picture cannot be read (${pictureFault(thrown)})`, { cause: thrown });
  }
}

/** Writes a picture as PNG, whole or not at all. */
export async function writePicture(path: string, { width, height, values }: Picture): Promise<void> {
  await writeAtomic(
    path,
    await sharp(values, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}
