import { createRequire } from 'node:module';
import sharp from 'sharp';
import { writeAtomic } from '../../ml/core/files.ts';

/** What a browser shows in place of a camera: frames a second, and sides in pixels. */
const CAMERA = { width: 640, height: 480, framesPerSecond: 30 };

/** A photo inside the npm package `@vladmandic/face-api` (MIT), and where in it one smiling face and no face lie. */
const PHOTO = '@vladmandic/face-api/demo/sample3.jpg';
const FACE = { left: 765, top: 90, width: 800, height: 600 };
const NO_FACE = { left: 0, top: 700, width: 800, height: 600 };

/** How far the picture wanders, in pixels of the photo. */
const WANDERING = 30;
const WANDERINGS_PER_SECOND = 0.25;

/**
 * Writes a film for Chromium's `--use-file-for-fake-video-capture`, which plays it over and over: a face that moves, then
 * none. It is a row of JPEGs, one after the other (motion JPEG).
 * @param faceSeconds how long the face is seen.
 * @param emptySeconds how long nobody is; 0 for a face all the time.
 */
export async function writeFakeCamera(file: string, faceSeconds: number, emptySeconds: number): Promise<void> {
  const photo = createRequire(import.meta.url).resolve(PHOTO);
  const { data, info } = await sharp(photo).raw().toBuffer({ resolveWithObject: true });
  const { width, height, framesPerSecond } = CAMERA;
  const frame = (time: number) => {
    const { left, top, ...sides } = time < faceSeconds ? FACE : NO_FACE;
    const turn = 2 * Math.PI * WANDERINGS_PER_SECOND * time;
    const region = {
      left: Math.max(0, Math.round(left + WANDERING * Math.sin(turn))),
      top: Math.max(0, Math.round(top + 0.5 * WANDERING * Math.sin(2 * turn))),
      ...sides,
    };
    return sharp(data, { raw: info }).extract(region).resize(width, height).jpeg({ quality: 90 }).toBuffer();
  };
  const frames = Math.round((faceSeconds + emptySeconds) * framesPerSecond);
  const pictures: Buffer[] = [];
  for (let i = 0; i < frames; i++) pictures.push(await frame(i / framesPerSecond));
  await writeAtomic(file, Buffer.concat(pictures));
}
