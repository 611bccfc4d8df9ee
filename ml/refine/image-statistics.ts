import { FACE_SIZE } from '../data/dataset.ts';

const GREY_BINS = 16;
/** Grey levels around a peak of the histogram that belong to it. */
const PEAK_RADIUS = 3;
/** Grey levels at either end that count as black and white. */
const EXTREME = 6;
const SCALES = 3;
/** Bounds of the bins of gradients and of the Laplacian, in grey levels. */
const BOUNDS = [0.5, 1, 2, 4, 8, 16, 32, 64];
const BINS = BOUNDS.length + 1;
/** Rotation-invariant uniform patterns: 0 to 8 bright neighbours in one run, or several runs. */
const PATTERNS = 10;
/** Grey levels that a neighbour must be brighter by. */
const BRIGHTER = 2;
const GREY_STATISTICS = GREY_BINS + 7;

/** Length of the output of {@link imageStatistics}. */
export const STATISTICS = GREY_STATISTICS + SCALES * (2 * BINS + PATTERNS);

/**
 * Statistics that distinguish a drawing or a text from a photograph: few grey levels, flat areas and hard edges. They are the histogram of the grey values with its entropy, levels, two highest peaks and ends; and, at full,
 * half and quarter size, roots of the shares of gradients, of Laplacians and of local binary patterns (Ojala et al. 2002)
 * in each bin.
 * @param face grey values 0..255, [48, 48].
 * @param out receives {@link STATISTICS} numbers.
 */
export function imageStatistics(face: Uint8Array, out: Float64Array): void {
  writeGreyStatistics(face, out);
  let image = Float64Array.from(face);
  let size = FACE_SIZE;
  for (let scale = 0; scale < SCALES; scale++) {
    if (scale > 0) {
      image = halve(image, size);
      size /= 2;
    }
    writeTexture(image, size, out, GREY_STATISTICS + scale * (2 * BINS + PATTERNS));
  }
}

const histogram = new Float64Array(256);
const peaks = new Float64Array(256);

function writeGreyStatistics(face: Uint8Array, out: Float64Array): void {
  histogram.fill(0);
  for (const value of face) histogram[value] += 1 / face.length;
  out.fill(0, 0, GREY_STATISTICS);
  let levels = 0;
  let entropy = 0;
  let around = 0;
  for (let grey = 0; grey < 256 + PEAK_RADIUS; grey++) {
    around += (histogram[grey] ?? 0) - (histogram[grey - 2 * PEAK_RADIUS - 1] ?? 0);
    if (grey >= PEAK_RADIUS) peaks[grey - PEAK_RADIUS] = around;
    const share = histogram[grey] ?? 0;
    if (share === 0) continue;
    out[grey >> 4] += share;
    levels++;
    entropy -= share * Math.log2(share);
  }
  const first = highest(peaks, -1);
  const second = highest(peaks, first);
  let black = 0;
  let white = 0;
  for (let i = 0; i < EXTREME; i++) {
    black += histogram[i];
    white += histogram[255 - i];
  }
  const apart = Math.abs(first - second) / 255;
  out.set([entropy, levels / 256, peaks[first], peaks[second], apart * peaks[second], black, white], GREY_BINS);
}

/** Where the highest value is, away from another place. */
function highest(values: Float64Array, from: number): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (from >= 0 && Math.abs(i - from) <= 4 * PEAK_RADIUS) continue;
    if (best < 0 || values[i] > values[best]) best = i;
  }
  return best;
}

function halve(image: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const half = size / 2;
  const smaller = new Float64Array(half * half);
  for (let y = 0; y < half; y++)
    for (let x = 0; x < half; x++) {
      const at = 2 * y * size + 2 * x;
      smaller[y * half + x] = (image[at] + image[at + 1] + image[at + size] + image[at + size + 1]) / 4;
    }
  return smaller;
}

const counts = new Float64Array(2 * BINS + PATTERNS);

function writeTexture(image: Float64Array, size: number, out: Float64Array, offset: number): void {
  const ring = [-size - 1, -size, -size + 1, 1, size + 1, size, size - 1, -1];
  counts.fill(0);
  for (let y = 1; y < size - 1; y++)
    for (let x = 1; x < size - 1; x++) {
      const at = y * size + x;
      const [left, right, up, down] = [image[at - 1], image[at + 1], image[at - size], image[at + size]];
      const across = (right - left) / 2;
      const along = (down - up) / 2;
      counts[binOf(Math.sqrt(across * across + along * along))]++;
      counts[BINS + binOf(Math.abs(left + right + up + down - 4 * image[at]) / 2)]++;
      const bright = image[at] + BRIGHTER;
      let ones = 0;
      let changes = 0;
      let former = left > bright;
      for (let i = 0; i < ring.length; i++) {
        const is = image[at + ring[i]] > bright;
        if (is) ones++;
        if (is !== former) changes++;
        former = is;
      }
      counts[2 * BINS + (changes <= 2 ? ones : PATTERNS - 1)]++;
    }
  const area = (size - 2) ** 2;
  for (let i = 0; i < counts.length; i++) out[offset + i] = Math.sqrt(counts[i] / area);
}

function binOf(value: number): number {
  let bin = 0;
  while (bin < BOUNDS.length && value >= BOUNDS[bin]) bin++;
  return bin;
}

/** Mean and standard deviation of grey values. */
export interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

export function momentsOf(pixels: Uint8Array): Moments {
  let sum = 0;
  let squares = 0;
  for (const value of pixels) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / pixels.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / pixels.length - mean * mean)) };
}
