import { resizeBilinear } from '../../../ml/data/resize.ts';
import type { PictureFormat } from '../lens.ts';

/** What a face crop shows. */
export interface Picture {
  /** Of each side, in pixels. */
  readonly size: number;
  /** 0..255, grey [size, size], or red, green and blue [size, size, 3]. */
  readonly pixels: Uint8Array;
}

const COLOURS = 3;

/** Scales a picture to the square that a model looks at. @param into red, green and blue, [height, width, 3]. */
export function drawPicture(
  { size, pixels }: Picture,
  { width, height, flipX, flipY }: PictureFormat,
  into: Uint8Array,
): void {
  if (width !== height) throw new Error(`the crop is asked for with ${width} × ${height} pixels, a square is expected`);
  const channels = pixels.length / (size * size);
  const plane = new Uint8Array(size * size);
  const scaled = new Float32Array(width * height);
  for (let colour = 0; colour < COLOURS; colour++) {
    if (colour < channels) {
      for (let i = 0; i < plane.length; i++) plane[i] = pixels[channels * i + colour];
      resizeBilinear(plane, size, width, scaled);
    }
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const from = (flipY ? height - 1 - row : row) * width + (flipX ? width - 1 - column : column);
        into[COLOURS * (row * width + column) + colour] = Math.round(scaled[from]);
      }
  }
}
