import { type Picture, type Plane, plane, toByte } from './plane.ts';

/** Keys' cubic kernel (1981) with a = −½, which is Catmull and Rom's. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** For every target position its source positions and their weights, `taps` of each. */
interface Weights {
  readonly taps: number;
  readonly positions: Int32Array;
  readonly weights: Float64Array;
}

/** As MATLAB's `imresize`: shrinking widens the kernel against aliasing; beyond the edge the picture is mirrored. */
function weightsOf(source: number, target: number): Weights {
  const scale = target / source;
  const stretch = Math.max(1, 1 / scale);
  const taps = Math.ceil(4 * stretch) + 1;
  const positions = new Int32Array(target * taps);
  const weights = new Float64Array(target * taps);
  for (let i = 0; i < target; i++) {
    const centre = (i + 0.5) / scale - 0.5;
    const first = Math.ceil(centre - 2 * stretch);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = cubic((centre - first - tap) / stretch);
      weights[i * taps + tap] = weight;
      positions[i * taps + tap] = mirrored(first + tap, source);
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) weights[i * taps + tap] /= sum;
  }
  return { taps, positions, weights };
}

function mirrored(position: number, count: number): number {
  const within = ((position % (2 * count)) + 2 * count) % (2 * count);
  return within < count ? within : 2 * count - 1 - within;
}

/** Bicubic scaling to any size that gives what MATLAB's `imresize` does, with antialiasing where it shrinks. */
export function resizeBicubic(source: Plane, width: number, height: number): Plane {
  const down = weightsOf(source.height, height);
  const tall = plane(source.width, height);
  for (let row = 0; row < height; row++) {
    const out = tall.values.subarray(row * source.width, (row + 1) * source.width);
    for (let tap = row * down.taps; tap < (row + 1) * down.taps; tap++) {
      const weight = down.weights[tap];
      if (weight === 0) continue;
      const from = down.positions[tap] * source.width;
      for (let column = 0; column < source.width; column++) out[column] += weight * source.values[from + column];
    }
  }
  const across = weightsOf(source.width, width);
  const result = plane(width, height);
  for (let row = 0; row < height; row++) {
    const line = tall.values.subarray(row * source.width, (row + 1) * source.width);
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let tap = column * across.taps; tap < (column + 1) * across.taps; tap++) {
        sum += across.weights[tap] * line[across.positions[tap]];
      }
      result.values[row * width + column] = sum;
    }
  }
  return result;
}

/** {@link resizeBicubic} of each colour, rounded and clipped to bytes. */
export function resizePicture(picture: Picture, width: number, height: number): Picture {
  const values = new Uint8Array(3 * width * height);
  for (let colour = 0; colour < 3; colour++) {
    const channel = plane(picture.width, picture.height);
    for (let i = 0; i < channel.values.length; i++) channel.values[i] = picture.values[3 * i + colour];
    const resized = resizeBicubic(channel, width, height);
    for (let i = 0; i < resized.values.length; i++) values[3 * i + colour] = toByte(resized.values[i]);
  }
  return { width, height, values };
}
