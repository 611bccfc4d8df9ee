import { createHash } from 'node:crypto';
import { messageOf, UserError } from '../core/errors.ts';
import type { Reporter } from '../core/progress.ts';
import { type Pair, pairOf } from './evaluate.ts';
import { listPictures, readPicture } from './pictures.ts';

/** One in so many photos is held out for validation. */
const HELD_OUT_EVERY = 20;

/** Which photos to read, and what patches they must have room for. */
export interface PhotoOptions {
  /** Folders of photos, or their files. */
  readonly data: readonly string[];
  readonly scale: number;
  /** Side of the small patches in pixels. */
  readonly patch: number;
  readonly skipBadPhotos: boolean;
}

/** A photo that patches are cut from. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  /** Luma of the downscaled photo, 0..255, [height, width]. */
  readonly lowResolution: Float32Array;
  /** Luma of the photo, rounded, [scale·height, scale·width]. A byte each, to save memory. */
  readonly highResolution: Uint8Array;
}

export interface Photos {
  readonly training: readonly Photo[];
  /** One in twenty of the photos, and at least one. */
  readonly heldOut: readonly Pair[];
  /** SHA-256 of all of them, in their order. */
  readonly fingerprint: string;
}

/**
 * Reads the photos of a training, in the order of their names.
 * @throws UserError if one cannot be read or is smaller than a patch, unless skipped; always if fewer than two are left.
 */
export async function readPhotos(options: PhotoOptions, reporter: Reporter): Promise<Photos> {
  const paths = await listPictures(options.data);
  const training: Photo[] = [];
  const heldOut: Pair[] = [];
  const leftOut: string[] = [];
  const hash = createHash('sha256');
  for (const [i, path] of paths.entries()) {
    reporter.progress({ step: 'reading photos', done: i, total: paths.length, unit: 'img' });
    let pair: Pair;
    try {
      pair = await readPair(path, options);
    } catch (thrown) {
      if (!options.skipBadPhotos || !(thrown instanceof UserError)) throw thrown;
      leftOut.push(messageOf(thrown));
      continue;
    }
    hash.update(`${pair.truth.width}×${pair.truth.height};`).update(pair.truth.values);
    if ((training.length + heldOut.length) % HELD_OUT_EVERY === 1) heldOut.push(pair);
    else training.push(photoOf(pair));
  }
  reporter.progress({ step: 'reading photos', done: paths.length, total: paths.length, unit: 'img' });
  if (leftOut.length > 0)
    reporter.note(`skipped ${leftOut.length} of ${paths.length} photos; first error: ${leftOut[0]}`);
  if (heldOut.length === 0) {
    throw new UserError(
      `${options.data.join(', ')}: found ${training.length} usable photos, expected at least 2; ` +
        'add folders with --data',
    );
  }
  return { training, heldOut, fingerprint: hash.digest('hex') };
}

async function readPair(path: string, { scale, patch }: PhotoOptions): Promise<Pair> {
  const picture = await readPicture(path);
  const least = scale * patch;
  if (Math.min(picture.width, picture.height) < least) {
    throw new UserError(
      `${path} has ${picture.width}×${picture.height} pixels, but a patch needs ${least}×${least}; ` +
        'skip such photos with --skip-bad-photos, or choose smaller patches with --patch',
    );
  }
  return pairOf(picture, scale);
}

function photoOf({ small, truth }: Pair): Photo {
  const { width, height, values } = small;
  return { width, height, lowResolution: values, highResolution: Uint8Array.from(truth.values, Math.round) };
}
