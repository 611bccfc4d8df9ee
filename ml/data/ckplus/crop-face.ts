import { existsSync } from 'node:fs';
import sharp from 'sharp';
import { readText } from '../../core/files.ts';
import { eyesOf, LANDMARK_VALUES, POINTS } from '../../core/landmarks68.ts';
import { MAX_PIXELS, openPicture, pictureFault } from '../../core/picture-file.ts';
import { FACE_SIZE } from '../dataset.ts';

/** Position of the eyes in FER2013 as fractions of the picture's side, as `npm run bench:framing` measures them. */
const EYE_LINE = 0.376;
const EYE_DISTANCE = 0.375;

/** Of a file with the points of a face; those of CK+ have 4 kB. */
const MAX_POINT_BYTES = 100_000;

/** A grey picture, 0..255, [height, width]. */
export interface GreyPicture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Finds the points of the one face in a picture.
 * @returns x and y of 68 points in pixels, [136], in the order of 300-W; undefined if there is no face.
 */
export type FaceFinder = (picture: GreyPicture) => Promise<Float32Array | undefined>;

/**
 * Cuts the face out of a frame as FER2013 frames its faces: an upright square whose side is the distance of the eyes
 * divided by 0.375, with the eyes at 0.376 of its height and centred. The frame's edge pixels are repeated beyond it.
 * @param landmarks file with the points of the face, if there is one; otherwise they are found.
 * @returns the face, [48, 48], or why there is none.
 */
export async function cropFace(
  picture: GreyPicture,
  landmarks: string | undefined,
  find: FaceFinder | undefined,
): Promise<Uint8Array | string> {
  const points = landmarks !== undefined && existsSync(landmarks) ? await readPoints(landmarks) : await find?.(picture);
  if (typeof points === 'string') return points;
  if (!points)
    return find ? 'no face was found in it' : `its landmarks are missing; expected ${landmarks ?? 'Landmarks'}`;
  const [left, right] = eyesOf(points);
  const side = Math.round(Math.hypot(right[0] - left[0], right[1] - left[1]) / EYE_DISTANCE);
  if (!(side > 0 && side <= 2 * Math.max(picture.width, picture.height) && side ** 2 <= MAX_PIXELS))
    return 'the landmarks of its face put the eyes at the same place, or further apart than the picture is wide';
  const x = Math.round((left[0] + right[0]) / 2 - side / 2);
  const y = Math.round((left[1] + right[1]) / 2 - EYE_LINE * side);
  return cutOut(picture, x, y, side);
}

/** @returns the square with this corner and side, scaled to [48, 48]. */
async function cutOut({ pixels, width, height }: GreyPicture, x: number, y: number, side: number) {
  const square = new Uint8Array(side * side);
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  for (let row = 0; row < side; row++) {
    const line = clamp(y + row, height) * width;
    for (let column = 0; column < side; column++) {
      square[row * side + column] = pixels[line + clamp(x + column, width)];
    }
  }
  const raw = { width: side, height: side, channels: 1 } as const;
  const scaled = await sharp(square, { raw }).resize(FACE_SIZE, FACE_SIZE).toColourspace('b-w').raw().toBuffer();
  return new Uint8Array(scaled);
}

/** The points of a file of CK+, in the order of 300-W: a line for each, x and y. */
async function readPoints(path: string): Promise<Float32Array | string> {
  const numbers = (await readText(path, MAX_POINT_BYTES)).trim().split(/\s+/).map(Number);
  if (numbers.length !== LANDMARK_VALUES || !numbers.every(Number.isFinite))
    return `${path} has ${numbers.length} numbers; expected x and y of ${POINTS} points`;
  return Float32Array.from(numbers);
}

/** A picture as grey values, or why it cannot be read. */
export async function readGrey(path: string): Promise<GreyPicture | string> {
  try {
    const image = (await openPicture(path)).flatten().greyscale().toColourspace('b-w');
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height };
  } catch (thrown) {
    return `the image cannot be read (${pictureFault(thrown)})`;
  }
}
