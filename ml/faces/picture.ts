/** Pictures in memory and the parts of them that networks look at. Runs in Node and in the browser. */
import type { Affine } from './face.ts';

/** Red, green, blue and alpha, 0..255, [height, width, 4]; an ImageData is one. */
export interface Picture {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A part of a picture as a network looks at it. */
export interface View {
  /** Takes the square −1..1 (x right, y up) to the picture's pixels. */
  readonly square: Affine;
  /** Sides of what the network sees, in its pixels. */
  readonly width: number;
  readonly height: number;
}

/** What a network takes from red, green and blue, 0..255, before they are divided by 255. */
export type Means = readonly [red: number, green: number, blue: number];

/** What a picture shows beyond its border. */
export type Beyond = 'black' | 'edge';

/**
 * Draws a part of a picture: bilinearly, or, where it is made smaller, each pixel as the mean of evenly spread samples.
 * @param into red, green and blue, 0..255, [height, width, 3].
 */
export function samplePicture(
  picture: Picture,
  { square, width, height }: View,
  into: Uint8Array | Float32Array,
  beyond: Beyond = 'edge',
): void {
  const [a, b, c, d, e, f] = square;
  const samples = Math.max(1, Math.round(Math.max(Math.hypot(a, b) * (2 / width), Math.hypot(c, d) * (2 / height))));
  // A step of a sample to the right and down, in the picture.
  const [acrossX, acrossY] = [(2 * a) / (width * samples), (2 * b) / (width * samples)];
  const [downX, downY] = [(-2 * c) / (height * samples), (-2 * d) / (height * samples)];
  // The first sample lies half a step from the corner. Pixel centres lie at halves: the pixel at 0.5 has the index 0.
  const [startX, startY] = [e - a + c + (acrossX + downX) / 2 - 0.5, f - b + d + (acrossY + downY) / 2 - 0.5];
  const share = 1 / (samples * samples);
  const half = into instanceof Float32Array ? 0 : 0.5;
  const color = new Float64Array(3);
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      color[0] = color[1] = color[2] = half;
      for (let line = row * samples; line < (row + 1) * samples; line++) {
        let x = startX + column * samples * acrossX + line * downX;
        let y = startY + column * samples * acrossY + line * downY;
        for (let sample = 0; sample < samples; sample++, x += acrossX, y += acrossY) {
          if (samples === 1) addBilinear(picture, x, y, beyond, color);
          else addPixel(picture, Math.round(x), Math.round(y), share, beyond, color);
        }
      }
      into[at] = color[0];
      into[at + 1] = color[1];
      into[at + 2] = color[2];
      at += 3;
    }
  }
}

function addBilinear(picture: Picture, x: number, y: number, beyond: Beyond, color: Float64Array): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const [right, down] = [x - left, y - top];
  addPixel(picture, left, top, (1 - right) * (1 - down), beyond, color);
  addPixel(picture, left + 1, top, right * (1 - down), beyond, color);
  addPixel(picture, left, top + 1, (1 - right) * down, beyond, color);
  addPixel(picture, left + 1, top + 1, right * down, beyond, color);
}

function addPixel(
  { data, width, height }: Picture,
  column: number,
  row: number,
  weight: number,
  beyond: Beyond,
  color: Float64Array,
): void {
  if (column < 0 || row < 0 || column >= width || row >= height) {
    if (beyond === 'black') return;
    column = Math.min(width - 1, Math.max(0, column));
    row = Math.min(height - 1, Math.max(0, row));
  }
  const at = 4 * (row * width + column);
  color[0] += weight * data[at];
  color[1] += weight * data[at + 1];
  color[2] += weight * data[at + 2];
}

/** The square turned over, for models that want their picture so. */
export const flipped = ([a, b, c, d, e, f]: Affine, flipX: boolean, flipY: boolean): Affine => [
  flipX ? -a : a,
  flipX ? -b : b,
  flipY ? -c : c,
  flipY ? -d : d,
  e,
  f,
];

/**
 * What a network sees of a part of a picture; black beyond the picture, as in face-api.
 * @returns (value − mean) / 255, [3, height, width].
 */
export function networkInput(picture: Picture, view: View, means: Means): Float32Array {
  const area = view.width * view.height;
  const colors = new Float32Array(3 * area);
  samplePicture(picture, view, colors, 'black');
  const input = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++)
    for (let pixel = 0; pixel < area; pixel++)
      input[channel * area + pixel] = (colors[3 * pixel + channel] - means[channel]) / 255;
  return input;
}
