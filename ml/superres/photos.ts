import { createHash } from 'node:crypto';
import { messageOf, UserError } from '../core/errors.ts';
import type { Reporter } from '../core/progress.ts';
import { type Pair, pairOf } from './evaluate.ts';
import { listPictures, readPicture } from './pictures.ts';
import type { Settings } from './settings.ts';

/** Every so many photos, one is kept from training to watch it by. */
const HELD_OUT_EVERY = 20;

/** A photo that patches are cut from. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  /** Luma of the photo made small, 0..255, [height, width]. */
  readonly small: Float32Array;
  /** Luma of the photo, rounded, [scale·height, scale·width]. A byte each, since photos fill much memory. */
  readonly large: Uint8Array;
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
 * @throws UserError if one cannot be read or is smaller than a patch, unless such are left out; always if fewer than two
 * are left.
 */
export async function readPhotos(settings: Settings, reporter: Reporter): Promise<Photos> {
  const paths = await listPictures(settings.data);
  const training: Photo[] = [];
  const heldOut: Pair[] = [];
  const leftOut: string[] = [];
  const hash = createHash('sha256');
  for (const [i, path] of paths.entries()) {
    reporter.progress({ step: 'reading photos', done: i, total: paths.length, unit: 'img' });
    let pair: Pair;
    try {
      pair = await readPair(path, settings);
    } catch (thrown) {
      if (!settings.skipBadPhotos || !(thrown instanceof UserError)) throw thrown;
      leftOut.push(messageOf(thrown));
      continue;
    }
    hash.update(`${pair.truth.width}×${pair.truth.height};`).update(pair.truth.values);
    if ((training.length + heldOut.length) % HELD_OUT_EVERY === 1) heldOut.push(pair);
    else training.push(photoOf(pair));
  }
  reporter.progress({ step: 'reading photos', done: paths.length, total: paths.length, unit: 'img' });
  if (leftOut.length > 0)
    reporter.note(`left out ${leftOut.length} of ${paths.length} photos, the first: ${leftOut[0]}`);
  if (heldOut.length === 0) {
    throw new UserError(
      `${settings.data.join(', ')}: found ${training.length} photos that can be used, at least 2 are needed; ` +
        'add folders with --data',
    );
  }
  return { training, heldOut, fingerprint: hash.digest('hex') };
}

async function readPair(path: string, { scale, patch }: Settings): Promise<Pair> {
  const picture = await readPicture(path);
  const least = scale * patch;
  if (Math.min(picture.width, picture.height) < least) {
    throw new UserError(
      `${path} has ${picture.width}×${picture.height} pixels, a patch needs ${least}×${least}; ` +
        'leave such photos out with --skip-bad-photos, or make patches smaller with --patch',
    );
  }
  return pairOf(picture, scale);
}

function photoOf({ small, truth }: Pair): Photo {
  const { width, height, values } = small;
  return { width, height, small: values, large: Uint8Array.from(truth.values, Math.round) };
}
