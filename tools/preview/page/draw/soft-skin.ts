/** Softens the skin of a face in a picture, and leaves its eyes, brows, nostrils and lips. */
import type { TrackedFace } from '../../../../ml/faces/face.ts';
import type { Region } from './displacement.ts';

/** Centimetres. */
const BLUR = 0.45;
/** The blurred picture is made of every second pixel: it has no detail to lose. */
const STEP = 2;
/** How far a feature reaches around its landmarks, and where the skin begins: centimetres. */
const FEATURE = 0.85;
const SKIN = 1.4;
/** How far the forehead reaches above the brows. */
const FOREHEAD = 3.5;
/** Differences from the blurred picture that are smoothed away fully, and those that are kept as edges: 0..255. */
const NOISE = 12;
const EDGE = 40;

/** First and last of the landmarks of brows, nose tip, eyes and mouth. */
const FEATURES = [
  [17, 26],
  [31, 35],
  [36, 67],
] as const;

/**
 * Where the skin is, at the points of a region.
 * @returns 0 (no skin) .. 1, [rows, columns].
 */
export function skinOf({ points, pose }: TrackedFace, region: Region): Float32Array {
  const { columns, rows, cell } = region;
  const outline = outlineOf({ points, pose });
  const features = FEATURES.flatMap(([first, last]) => [...points.subarray(2 * first, 2 * last + 2)]);
  const mask = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const x = region.left + column * cell;
      const y = region.top + row * cell;
      if (!isInside(outline, x, y)) continue;
      let nearest = Infinity;
      for (let i = 0; i < features.length; i += 2) {
        const fromX = features[i] - x;
        const fromY = features[i + 1] - y;
        nearest = Math.min(nearest, fromX * fromX + fromY * fromY);
      }
      const away = Math.sqrt(nearest) / pose.scale;
      mask[row * columns + column] = Math.min(1, Math.max(0, (away - FEATURE) / (SKIN - FEATURE)));
    }
  return mask;
}

/** The jaw from ear to ear, then back over the forehead. */
function outlineOf({ points, pose }: Pick<TrackedFace, 'points' | 'pose'>): ReadonlyArray<readonly [number, number]> {
  const up = FOREHEAD * pose.scale;
  const [upX, upY] = [up * Math.sin(pose.roll), -up * Math.cos(pose.roll)];
  const at = (i: number, x = 0, y = 0) => [points[2 * i] + x, points[2 * i + 1] + y] as const;
  const jaw = Array.from({ length: 17 }, (_, i) => at(i));
  const forehead = Array.from({ length: 10 }, (_, i) => at(26 - i, upX, upY));
  return [...jaw, ...forehead];
}

function isInside(outline: ReadonlyArray<readonly [number, number]>, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const a = outline[i];
    const b = outline[j];
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
  }
  return inside;
}

/**
 * Blurs where there is skin, but not over edges.
 * @param pixels red, green, blue, alpha of the region, [height, width, 4]; changed in place.
 * @param softness 0..1.
 */
export function softenSkin(
  pixels: Uint8Array | Uint8ClampedArray,
  region: Region,
  mask: Float32Array,
  softness: number,
  scale: number,
): void {
  const { width, height, cell, columns } = region;
  const bounds = boundsOf(mask, region);
  const means = blur(pixels, width, bounds, Math.max(1, Math.round((BLUR * scale) / STEP)));
  const most = Math.min(1, softness) * 256;
  for (let row = 0; row * cell < height; row++)
    for (let column = 0; column * cell < width; column++) {
      const at = row * columns + column;
      const [a, b, c, d] = [mask[at], mask[at + 1], mask[at + columns], mask[at + columns + 1]];
      if (a + b + c + d === 0) continue;
      const [right, bottom] = [Math.min(width, (column + 1) * cell), Math.min(height, (row + 1) * cell)];
      for (let y = row * cell; y < bottom; y++) {
        const down = y / cell - row;
        const line = (((y - bounds[1]) / STEP) | 0) * means.columns;
        const first = (a + (c - a) * down) * most;
        const step = ((b + (d - b) * down) * most - first) / cell;
        for (let x = column * cell; x < right; x++) {
          const skin = (first + step * (x - column * cell)) | 0;
          const i = 4 * (y * width + x);
          const mean = 4 * (line + (((x - bounds[0]) / STEP) | 0));
          const red = means.values[mean] - pixels[i];
          const green = means.values[mean + 1] - pixels[i + 1];
          const blue = means.values[mean + 2] - pixels[i + 2];
          const change = Math.max(Math.abs(red), Math.abs(green), Math.abs(blue));
          if (change === 0 || change >= EDGE) continue;
          const share = change <= NOISE ? skin : (skin * (EDGE - change)) / (EDGE - NOISE);
          pixels[i] += (red * share) / 256;
          pixels[i + 1] += (green * share) / 256;
          pixels[i + 2] += (blue * share) / 256;
        }
      }
    }
}

type Bounds = readonly [left: number, top: number, right: number, bottom: number];

/** The pixels of a region that skin may be at: first and, not counted, last. */
function boundsOf(mask: Float32Array, { columns, cell, width, height }: Region): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] === 0) continue;
    const [column, row] = [at % columns, Math.floor(at / columns)];
    [left, right] = [Math.min(left, column - 1), Math.max(right, column + 1)];
    [top, bottom] = [Math.min(top, row - 1), Math.max(bottom, row + 1)];
  }
  const [last, lowest] = [Math.min(width, right * cell), Math.min(height, bottom * cell)];
  return [Math.min(last, Math.max(0, left * cell)), Math.min(lowest, Math.max(0, top * cell)), last, lowest];
}

interface Means {
  /** Red, green, blue and nothing, of every {@link STEP}th pixel right and down from the first one. */
  readonly values: Uint8Array;
  readonly columns: number;
}

/** The means of the squares 2 · radius + 1 samples wide in the bounds: along the rows, then along the columns. */
function blur(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  [left, top, right, bottom]: Bounds,
  radius: number,
): Means {
  const [columns, rows] = [right - left, bottom - top].map((side) => Math.ceil(side / STEP));
  const across = new Uint8Array(4 * columns * rows);
  const values = new Uint8Array(4 * columns * rows);
  const [line, step] = [4 * columns, 4 * STEP];
  for (let row = 0; row < rows; row++)
    blurLine(pixels, 4 * ((top + row * STEP) * width + left), step, across, row * line, 4, columns, radius);
  for (let column = 0; column < columns; column++)
    blurLine(across, 4 * column, line, values, 4 * column, line, rows, radius);
  return { values, columns };
}

/** Beyond its ends a line goes on with its outermost pixels. @param stride from one pixel to the next, in numbers. */
function blurLine(
  from: Uint8Array | Uint8ClampedArray,
  start: number,
  stride: number,
  to: Uint8Array,
  toStart: number,
  toStride: number,
  length: number,
  radius: number,
): void {
  const end = start + (length - 1) * stride;
  const size = 2 * radius + 1;
  let [red, green, blue] = [0, 0, 0];
  for (let k = -radius; k < radius; k++) {
    const i = Math.min(end, start + Math.max(0, k) * stride);
    red += from[i];
    green += from[i + 1];
    blue += from[i + 2];
  }
  for (let k = 0; k < length; k++) {
    const next = Math.min(end, start + (k + radius) * stride);
    red += from[next];
    green += from[next + 1];
    blue += from[next + 2];
    const i = toStart + k * toStride;
    to[i] = red / size;
    to[i + 1] = green / size;
    to[i + 2] = blue / size;
    const last = Math.max(start, start + (k - radius) * stride);
    red -= from[last];
    green -= from[last + 1];
    blue -= from[last + 2];
  }
}
