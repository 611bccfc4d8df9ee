import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cancellable } from '../core/async.ts';
import { UserError } from '../core/errors.ts';
import { withCacheLock } from '../core/lock.ts';
import type { Reporter } from '../core/progress.ts';
import { FACE_PIXELS, FACE_SIZE } from '../data/dataset.ts';
import { CHUNK, FaceStore, FaceStoreWriter, type StoreKey } from './face-store.ts';
import type { EdsrModel } from './model-file.ts';
import { Upscaler } from './upscaler.ts';

/** Faces of one run of the network. */
const BATCH = 16;

/** Upscaled faces in a cache. */
export interface UpscaledFaces {
  readonly path: string;
  readonly key: StoreKey;
}

/**
 * Where the upscaled faces belong: the name is a hash of the faces and the network.
 * @param pixels grey values 0..255, [n, 48, 48].
 */
function upscaledPath(cache: string, pixels: Uint8Array, { edsr, sha256 }: EdsrModel): UpscaledFaces {
  const faces = createHash('sha256').update(pixels).digest('hex');
  const content = createHash('sha256').update(`${faces} ${sha256}`).digest('hex');
  const key = { content, count: pixels.length / FACE_PIXELS, size: edsr.scale * FACE_SIZE };
  return { path: join(cache, `${content}.${key.size}.faces`), key };
}

/** How an upscaling of faces went. */
export interface UpscaleResult extends UpscaledFaces {
  /** False if it was stopped by its signal; another call resumes. */
  readonly completed: boolean;
  /** Faces upscaled in this call; 0 if all of them were in the cache. */
  readonly upscaled: number;
  /** Faces that are done. */
  readonly done: number;
}

/**
 * Upscales faces into a file in the cache, unless it is already there and complete. It resumes where it was stopped or
 * killed, rebuilds a damaged file, and waits while another process upscales faces in the same cache.
 * @param pixels grey values 0..255, [n, 48, 48].
 * @throws UserError if the cache cannot be written.
 */
export async function upscaleFaces(
  pixels: Uint8Array,
  model: EdsrModel,
  cache: string,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<UpscaleResult> {
  const faces = upscaledPath(cache, pixels, model);
  const upscale = async (): Promise<UpscaleResult> => {
    const checked = await openChecked(faces, reporter);
    if (!checked) return makeFaces(pixels, model, faces, reporter, signal);
    checked.close();
    return { ...faces, completed: true, upscaled: 0, done: faces.key.count };
  };
  return withCacheLock(cache, 'upscaling', reporter, upscale, signal).catch((thrown) => {
    if (thrown !== signal?.reason) throw thrown;
    return { ...faces, completed: false, upscaled: 0, done: 0 };
  });
}

/**
 * The upscaled faces of the cache, computed first if they are missing; see {@link upscaleFaces}.
 * @throws UserError if the cache cannot be written or read.
 * @throws the reason of the signal if it stops the upscaling; another call resumes.
 */
export async function openUpscaled(
  pixels: Uint8Array,
  model: EdsrModel,
  cache: string,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<FaceStore> {
  const faces = upscaledPath(cache, pixels, model);
  const open = async (): Promise<FaceStore> => {
    const checked = await openChecked(faces, reporter);
    if (checked) return checked;
    await makeFaces(pixels, model, faces, reporter, signal);
    signal?.throwIfAborted();
    const made = await openChecked(faces, reporter);
    if (made) return made;
    throw new UserError(`${faces.path} was damaged or removed while it was being read; check the disk and try again`);
  };
  return withCacheLock(cache, 'upscaling', reporter, open, signal);
}

async function openChecked({ path, key }: UpscaledFaces, reporter: Reporter): Promise<FaceStore | undefined> {
  const before = existsSync(path);
  const checked = await FaceStore.open(path, key, (done) =>
    reporter.progress({ step: 'checking upscaled faces', done, total: key.count, unit: 'img' }),
  );
  if (before && !checked) reporter.note(`${path} was damaged; rebuilding it`);
  return checked;
}

async function makeFaces(
  pixels: Uint8Array,
  model: EdsrModel,
  { path, key }: UpscaledFaces,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<UpscaleResult> {
  const { count: total, size } = key;
  const upscaler = await Upscaler.open(model);
  const writer = await FaceStoreWriter.open(path, key);
  const kept = writer.done;
  if (kept > 0) reporter.note(`resuming after ${kept} of ${total} faces`);
  const faces = new Uint8Array(CHUNK * size ** 2);
  try {
    await cancellable(signal, async () => {
      while (writer.done < total && !signal?.aborted) {
        const first = writer.done;
        const count = Math.min(CHUNK, total - first);
        for (let i = 0; i < count; i += BATCH) {
          reporter.progress({ step: 'upscaling faces', done: first + i, total, unit: 'img' });
          const batch = pixels.subarray((first + i) * FACE_PIXELS, (first + Math.min(i + BATCH, count)) * FACE_PIXELS);
          await upscaler.grey(batch, FACE_SIZE, faces.subarray(i * size ** 2));
        }
        await writer.append(faces.subarray(0, count * size ** 2));
      }
    });
    if (writer.done === total) reporter.progress({ step: 'upscaling faces', done: total, total, unit: 'img' });
  } finally {
    await writer.close();
    await upscaler.close();
  }
  return { path, key, completed: writer.done === total, upscaled: writer.done - kept, done: writer.done };
}
