import { UserError } from '../core/errors.ts';
import type { Reporter } from '../core/progress.ts';
import { listPictures, readPicture } from './pictures.ts';
import { cropToMultiple, lumaOf, type Picture, type Plane } from './plane.ts';
import { compareLuma, type Quality, SSIM_WINDOW } from './quality.ts';
import { resizeBicubic, resizePicture } from './resize.ts';

/** Anything that upscales a luma by its factor. */
export interface LumaUpscaler {
  readonly scale: number;
  luma(source: Plane): Promise<Plane>;
}

/** The baseline for every method. */
export const bicubic = (scale: number): LumaUpscaler => ({
  scale,
  luma: async (source) => resizeBicubic(source, scale * source.width, scale * source.height),
});

/** A downscaled picture, the input of a method, and the original that it should recover. */
export interface Pair {
  readonly small: Plane;
  readonly truth: Plane;
}

/** Cuts a picture to a multiple of the factor and shrinks its colours bicubically to 8 bits, as the field does. */
export function pairOf(picture: Picture, scale: number): Pair {
  const whole = cropToMultiple(picture, scale);
  const small = resizePicture(whole, whole.width / scale, whole.height / scale);
  return { small: lumaOf(small), truth: lumaOf(whole) };
}

/** PSNR and SSIM of a method on one pair, the border of `scale` pixels left out. */
export async function qualityOf(method: LumaUpscaler, { small, truth }: Pair): Promise<Quality> {
  return compareLuma(await method.luma(small), truth, method.scale);
}

export interface PictureQuality extends Quality {
  readonly path: string;
}

/** Of each method, in their order. */
export interface SetQuality {
  readonly pictures: readonly PictureQuality[];
  readonly mean: Quality;
}

/**
 * Measures methods of one factor on all pictures of a folder.
 * @param makePair how pictures are downscaled.
 * @throws UserError if a picture cannot be read or is too small.
 */
export async function evaluateFolder(
  methods: readonly LumaUpscaler[],
  folder: string,
  reporter: Reporter,
  makePair = pairOf,
): Promise<SetQuality[]> {
  const { scale } = methods[0];
  const paths = await listPictures([folder]);
  const found: PictureQuality[][] = methods.map(() => []);
  for (const [i, path] of paths.entries()) {
    reporter.progress({ step: `measuring ${folder}`, done: i, total: paths.length, unit: 'img' });
    const picture = await readPicture(path);
    const least = SSIM_WINDOW + 3 * scale;
    if (Math.min(picture.width, picture.height) < least) {
      throw new UserError(`${path} has ${picture.width}×${picture.height} pixels; expected at least ${least}×${least}`);
    }
    const pair = makePair(picture, scale);
    for (const [m, method] of methods.entries()) found[m].push({ path, ...(await qualityOf(method, pair)) });
  }
  reporter.progress({ step: `measuring ${folder}`, done: paths.length, total: paths.length, unit: 'img' });
  return found.map((pictures) => ({ pictures, mean: meanQuality(pictures) }));
}

export function meanQuality(qualities: readonly Quality[]): Quality {
  const mean = (of: (quality: Quality) => number) =>
    qualities.reduce((sum, quality) => sum + of(quality), 0) / qualities.length;
  return { psnr: mean(({ psnr }) => psnr), ssim: mean(({ ssim }) => ssim) };
}
