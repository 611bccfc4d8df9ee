import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { fileError } from '../core/files.ts';
import { openPicture, pictureFault } from '../core/picture-file.ts';
import { Random } from '../core/random.ts';
import { FACE_SIZE, type Faces } from '../data/dataset.ts';
import { resizeGrey } from '../data/resize.ts';
import { drawFace } from '../data/synthetic/generate.ts';
import { PIXELS } from '../model/inputs.ts';
import type { FloatTensor } from '../runtime/session.ts';

/** Pictures in colours that a model is run on. */
export interface Pictures {
  /** For the report. */
  readonly from: string;
  /** Red, green and blue, 0..255, each [side, side, 3]. */
  readonly images: readonly Uint8Array[];
}

/** How many a model is compared on at least. */
export const LEAST_PICTURES = 64;
/** How many of a folder are used. */
const MOST_PICTURES = 512;
const PICTURE = /\.(png|jpe?g|webp|gif|tiff?|avif)$/i;
/** Subfolders of subfolders: of splits and classes. */
const MAX_DEPTH = 3;

/**
 * Drawn faces of all expressions, in coloured light.
 * @param side in pixels.
 */
export function drawnPictures(side: number, count = LEAST_PICTURES): Pictures {
  const images = Array.from({ length: count }, (_, index) => {
    const random = new Random(7, index);
    const grey = new Float32Array(side * side);
    resizeGrey(drawFace(index % EMOTIONS.length, 7, index), FACE_SIZE, side, grey);
    const light = [0, 1, 2].map(() => [random.uniform(0.6, 1), random.uniform(0, 40)]);
    return Uint8Array.from({ length: 3 * side * side }, (_, i) => {
      const [gain, offset] = light[i % 3];
      return Math.min(255, Math.round(gain * grey[Math.floor(i / 3)] + offset));
    });
  });
  return { from: `${count} drawn faces`, images };
}

/**
 * The faces of a data set, in grey.
 * @param from for the report.
 */
export function picturesOfFaces(faces: Faces, from: string, side: number): Pictures {
  const grey = new Float32Array(side * side);
  const images = Array.from({ length: faces.count }, (_, at) => {
    const face = faces.at(at);
    resizeGrey(face, Math.sqrt(face.length), side, grey);
    return Uint8Array.from({ length: 3 * side * side }, (_, i) => Math.round(grey[Math.floor(i / 3)]));
  });
  return { from: `${faces.count} faces of ${from}`, images };
}

/**
 * The pictures in a folder and its subfolders, cut to their central square; with fewer than 64, drawn faces are added.
 * @throws UserError if there are none, or one cannot be read.
 */
export async function picturesIn(folder: string, side: number): Promise<Pictures> {
  const all = await listed(folder, MAX_DEPTH);
  if (all.length === 0)
    throw new UserError(`${folder} has no pictures; expected .png, .jpg or .webp files, also in subfolders`);
  // Of many, as many of each subfolder.
  const step = Math.max(1, all.length / MOST_PICTURES);
  const paths = Array.from({ length: Math.min(all.length, MOST_PICTURES) }, (_, at) => all[Math.floor(at * step)]);
  const images: Uint8Array[] = [];
  for (const path of paths) images.push(await squareOf(path, side));
  const missing = LEAST_PICTURES - images.length;
  if (missing <= 0) return { from: `${images.length} pictures of ${folder}`, images };
  const drawn = drawnPictures(side, missing);
  return { from: `${images.length} pictures of ${folder} and ${drawn.from}`, images: [...images, ...drawn.images] };
}

/** A picture [side, side, 3] as the lens gives it to its model, in [−1, 1]. */
export function lensTensor(image: Uint8Array, side: number, channels: 'first' | 'last'): FloatTensor {
  const area = side * side;
  const values = Float32Array.from(
    image,
    (_, i) => image[channels === 'last' ? i : (i % area) * 3 + Math.floor(i / area)] * PIXELS.scale + PIXELS.bias,
  );
  return { shape: channels === 'last' ? [1, side, side, 3] : [1, 3, side, side], values };
}

async function listed(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown) => {
    throw fileError('read', folder, thrown);
  });
  const paths: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 0) paths.push(...(await listed(path, depth - 1)));
    else if (entry.isFile() && PICTURE.test(entry.name)) paths.push(path);
  }
  return paths;
}

async function squareOf(path: string, side: number): Promise<Uint8Array> {
  const picture = await openPicture(path);
  try {
    return await picture
      .autoOrient()
      .resize(side, side, { fit: 'cover' })
      .flatten({ background: 'black' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
  } catch (thrown) {
    throw new UserError(`${path} cannot be read: ${pictureFault(thrown)}; remove it from the folder`, {
      cause: thrown,
    });
  }
}
