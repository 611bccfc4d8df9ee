import { rgbOf, TO_YCBCR } from '../core/bt601.ts';

/** One channel of a picture, row by row; its user defines what the values mean. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** [height, width]. */
  readonly values: Float32Array;
}

/** A picture in colours: red, green and blue 0..255, [height, width, 3]. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
}

/** To the nearest whole number from 0 to 255. */
export const toByte = (value: number) => Math.min(255, Math.max(0, Math.round(value)));

export function plane(width: number, height: number): Plane {
  return { width, height, values: new Float32Array(width * height) };
}

/** A part of a plane, as a copy. */
export function crop(source: Plane, left: number, top: number, width: number, height: number): Plane {
  const part = plane(width, height);
  for (let row = 0; row < height; row++) {
    const from = (top + row) * source.width + left;
    part.values.set(source.values.subarray(from, from + width), row * width);
  }
  return part;
}

/** The largest part from the upper left corner whose sides are multiples of `step`; the field's "modcrop". */
export function cropToMultiple({ width, height, values }: Picture, step: number): Picture {
  const [across, down] = [width - (width % step), height - (height % step)];
  if (across === width) return { width, height: down, values: values.subarray(0, 3 * width * down) };
  const part = new Uint8Array(3 * across * down);
  for (let row = 0; row < down; row++) {
    part.set(values.subarray(3 * row * width, 3 * (row * width + across)), 3 * row * across);
  }
  return { width: across, height: down, values: part };
}

/** Channel 0 (Y), 1 (Cb) or 2 (Cr) of a picture, not rounded. */
function channelOf({ width, height, values }: Picture, channel: 0 | 1 | 2): Plane {
  const [red, green, blue, offset] = TO_YCBCR[channel];
  const result = plane(width, height);
  for (let i = 0, at = 0; i < result.values.length; i++, at += 3) {
    result.values[i] = offset + (red * values[at] + green * values[at + 1] + blue * values[at + 2]) / 255;
  }
  return result;
}

/** The luma Y of a picture, 16..235. */
export const lumaOf = (picture: Picture) => channelOf(picture, 0);

export const chromaOf = (picture: Picture): readonly [cb: Plane, cr: Plane] => [
  channelOf(picture, 1),
  channelOf(picture, 2),
];

/** The picture of these channels, rounded and clipped to bytes. */
export function pictureOf(luma: Plane, [cb, cr]: readonly [cb: Plane, cr: Plane]): Picture {
  const { width, height } = luma;
  const values = new Uint8Array(3 * width * height);
  for (let i = 0, at = 0; i < luma.values.length; i++, at += 3) {
    values.set(rgbOf(luma.values[i], cb.values[i], cr.values[i]).map(toByte), at);
  }
  return { width, height, values };
}
