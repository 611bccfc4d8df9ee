import { crop, type Plane, plane, toByte } from './plane.ts';

/** How alike two pictures are. */
export interface Quality {
  /** Peak signal-to-noise ratio in dB; infinite where they are the same. */
  readonly psnr: number;
  /** Structural similarity, up to 1. */
  readonly ssim: number;
}

/** Side of the window of SSIM. */
export const SSIM_WINDOW = 11;
/** A Gaussian with a deviation of 1.5 that sums to 1. */
const BELL = normalized(Array.from({ length: SSIM_WINDOW }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2))));
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * Compares lumas as papers on super-resolution do: both rounded to 8 bits, without the border.
 * @param border pixels left out on each side, by custom as many as the factor of scaling.
 * @throws Error if the sizes differ or less than a window of SSIM is left.
 */
export function compareLuma(result: Plane, truth: Plane, border: number): Quality {
  if (result.width !== truth.width || result.height !== truth.height) throw new Error('two sizes cannot be compared');
  const smallest = Math.min(result.width, result.height) - 2 * border;
  if (smallest < SSIM_WINDOW) throw new Error('less than a window of SSIM is left of the picture');
  const [a, b] = [result, truth].map((whole) => {
    const inner = crop(whole, border, border, whole.width - 2 * border, whole.height - 2 * border);
    return { ...inner, values: inner.values.map(toByte) };
  });
  return { psnr: psnr(a, b), ssim: ssim(a, b) };
}

function psnr(a: Plane, b: Plane): number {
  const squares = a.values.reduce((sum, value, i) => sum + (value - b.values[i]) ** 2, 0);
  return 10 * Math.log10((255 ** 2 * a.values.length) / squares);
}

function normalized(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Mean SSIM (Wang et al. 2004) over the places where its Gaussian window of 11×11 fits. */
function ssim(a: Plane, b: Plane): number {
  const product = (p: Plane, q: Plane): Plane => ({ ...p, values: p.values.map((value, i) => value * q.values[i]) });
  const [meanA, meanB, squareA, squareB, cross] = [a, b, product(a, a), product(b, b), product(a, b)].map(
    (map) => blur(map).values,
  );
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const means = meanA[i] * meanB[i];
    const powers = meanA[i] ** 2 + meanB[i] ** 2;
    const variances = squareA[i] + squareB[i] - powers;
    sum += ((2 * means + C1) * (2 * (cross[i] - means) + C2)) / ((powers + C1) * (variances + C2));
  }
  return sum / meanA.length;
}

/** Gaussian-weighted mean around every place where the window fits. */
function blur({ width, height, values }: Plane): Plane {
  const across = plane(width - SSIM_WINDOW + 1, height);
  const result = plane(across.width, height - SSIM_WINDOW + 1);
  for (let row = 0; row < height; row++) {
    for (let tap = 0; tap < SSIM_WINDOW; tap++) {
      const from = row * width + tap;
      for (let column = 0; column < across.width; column++)
        across.values[row * across.width + column] += BELL[tap] * values[from + column];
    }
  }
  for (let tap = 0; tap < SSIM_WINDOW; tap++) {
    const from = tap * across.width;
    for (let i = 0; i < result.values.length; i++) result.values[i] += BELL[tap] * across.values[from + i];
  }
  return result;
}
