/** One channel of a picture, row by row; what its values mean is told where it is used. */
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
