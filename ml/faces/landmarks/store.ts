import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import { LANDMARK_VALUES } from '../../core/landmarks68.ts';
import type { Reporter } from '../../core/progress.ts';
import { SealedFile, type SealedHeader } from '../../core/sealed-file.ts';
import { type FoundLandmarks, OUTCOMES } from './find.ts';

/** Increase it whenever the content of the chunks changes, or how landmarks are found and judged. */
const VERSION = 2;
const DIGEST_BYTES = 32;
const POINT_BYTES = LANDMARK_VALUES * Float32Array.BYTES_PER_ELEMENT;
/** Digest of the face, code of the outcome and points. */
const ENTRY_BYTES = DIGEST_BYTES + 1 + POINT_BYTES;

/** Of each face, the SHA-256 of its pixels in hexadecimal. */
type Entries = Map<string, FoundLandmarks>;

/**
 * Landmarks by the content of their faces, in a file of the cache. The same face has the same points in every data set:
 * omitting faces, joining sets or changing labels makes nothing stale, and points never get to another face.
 */
export class LandmarkStore {
  readonly #entries: Entries = new Map();
  /** Those that are not in the file yet. */
  #added: Entries = new Map();
  #file: SealedFile;

  private constructor(file: SealedFile) {
    this.#file = file;
  }

  /**
   * Reads what {@link save} kept for a network. A file that is damaged, cut off or of another network is noted, and used up
   * to the damage only.
   * @param network SHA-256 of the network that finds the points.
   */
  static async open(folder: string, network: string, reporter: Reporter): Promise<LandmarkStore> {
    const path = join(folder, `${network}.v${VERSION}.landmarks`);
    const header: SealedHeader = { format: 'landmarks', version: VERSION, network };
    const store = new LandmarkStore(SealedFile.create(path, header));
    try {
      const { file, problem } = await SealedFile.read(path, header, (chunk) => decode(chunk, store.#entries));
      store.#file = file;
      if (problem !== undefined) throw new Error(problem);
    } catch (thrown) {
      // If a sealed chunk holds anything else than entries, nothing of the file is used.
      if (store.#file.chunks.length === 0) store.#entries.clear();
      const kept = store.#entries.size;
      reporter.note(
        kept > 0
          ? `the cache ${path} is damaged after ${kept} faces (${messageOf(thrown)}); the rest will be rebuilt`
          : `ignoring the cache ${path} (${messageOf(thrown)}); it will be rebuilt`,
      );
    }
    return store;
  }

  get path(): string {
    return this.#file.path;
  }

  /** Landmarks of a face, if they are there. @param digest of {@link digestOf}. */
  get(digest: string): FoundLandmarks | undefined {
    return this.#entries.get(digest);
  }

  set(digest: string, landmarks: FoundLandmarks): void {
    this.#entries.set(digest, landmarks);
    this.#added.set(digest, landmarks);
  }

  /** Appends what was added to the file. Failing to is noted and does no harm. */
  async save(reporter: Reporter): Promise<void> {
    try {
      await this.#file.append(encode(this.#added));
      this.#added = new Map();
    } catch (thrown) {
      reporter.note(`could not cache the landmarks (${messageOf(thrown)}); the next run will find them again`);
    } finally {
      await this.#file.close();
    }
  }
}

/** Key of a face: SHA-256 of its pixels in hexadecimal. */
export const digestOf = (face: Uint8Array): string => createHash('sha256').update(face).digest('hex');

/** A chunk: of each face its SHA-256, the code of its outcome and its points (32-bit floats, little-endian). */
function encode(entries: Entries): Uint8Array {
  const chunk = Buffer.alloc(entries.size * ENTRY_BYTES);
  let at = 0;
  for (const [digest, { outcome, points }] of entries) {
    at += chunk.write(digest, at, 'hex');
    at = chunk.writeUInt8(OUTCOMES.indexOf(outcome), at);
    chunk.set(new Uint8Array(points.buffer, points.byteOffset, POINT_BYTES), at);
    at += POINT_BYTES;
  }
  return chunk;
}

/** @throws Error if a chunk holds anything else. */
function decode(chunk: Uint8Array<ArrayBuffer>, entries: Entries): void {
  if (chunk.length % ENTRY_BYTES !== 0) throw new Error('its length does not match its faces');
  for (let at = 0; at < chunk.length; at += ENTRY_BYTES) {
    const [code, points] = [at + DIGEST_BYTES, at + DIGEST_BYTES + 1];
    const outcome = OUTCOMES[chunk[code]];
    if (outcome === undefined) throw new Error(`it has the unknown outcome ${chunk[code]}`);
    const values = new Float32Array(chunk.slice(points, points + POINT_BYTES).buffer);
    entries.set(Buffer.from(chunk.subarray(at, code)).toString('hex'), { outcome, points: values });
  }
}
