import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../../core/errors.ts';
import { readBytes, writeAtomic } from '../../core/files.ts';
import { LANDMARK_VALUES } from '../../core/ibug.ts';
import type { Reporter } from '../../core/progress.ts';
import { type FoundLandmarks, OUTCOMES } from './find.ts';

/** Raise it with every change of the file layout or of how points are looked for and judged. */
const VERSION = 1;
const MAGIC = 'POINTS\r\n';
const DIGEST_BYTES = 32;
const PREFIX_BYTES = MAGIC.length + 4;
const POINT_BYTES = LANDMARK_VALUES * Float32Array.BYTES_PER_ELEMENT;
/** Digest of the face, code of the outcome and points. */
const ENTRY_BYTES = DIGEST_BYTES + 1 + POINT_BYTES;

const HeaderSchema = z.strictObject({
  version: z.literal(VERSION),
  network: z.string(),
  count: z.number().int().min(0),
});

/**
 * Landmarks by the content of their faces, in a file of the cache. Whatever the data set, the same face has the same
 * points: leaving faces out, joining sets or changing labels makes nothing stale, and points never go to another face.
 */
export class LandmarkStore {
  readonly #entries: Map<string, FoundLandmarks>;

  private constructor(
    readonly path: string,
    /** SHA-256 of the network that finds the points. */
    readonly network: string,
    entries: Map<string, FoundLandmarks>,
  ) {
    this.#entries = entries;
  }

  /**
   * Reads what {@link save} kept for a network. A file that is damaged, truncated or of another network is noted and left
   * aside, never trusted.
   */
  static async open(folder: string, network: string, reporter: Reporter): Promise<LandmarkStore> {
    const path = join(folder, `${network}.v${VERSION}.landmarks`);
    return new LandmarkStore(path, network, await readEntries(path, network, reporter));
  }

  /** Landmarks of a face, if they are there. @param digest of {@link digestOf}. */
  get(digest: string): FoundLandmarks | undefined {
    return this.#entries.get(digest);
  }

  set(digest: string, landmarks: FoundLandmarks): void {
    this.#entries.set(digest, landmarks);
  }

  /** Writes the file anew. Failing to is noted and does no harm. */
  async save(reporter: Reporter): Promise<void> {
    try {
      await writeAtomic(this.path, encode(this.#entries, this.network));
    } catch (thrown) {
      reporter.note(`the landmarks are not cached, the next run finds them again (${messageOf(thrown)})`);
    }
  }
}

/** What a face is found by: SHA-256 of its pixels in hexadecimal. */
export const digestOf = (face: Uint8Array): string => createHash('sha256').update(face).digest('hex');

async function readEntries(path: string, network: string, reporter: Reporter): Promise<Map<string, FoundLandmarks>> {
  try {
    return decode(await readBytes(path), network);
  } catch (thrown) {
    const cause = thrown instanceof UserError ? (thrown.cause as NodeJS.ErrnoException | undefined) : undefined;
    if (cause?.code !== 'ENOENT')
      reporter.note(`the cache ${path} is not used (${messageOf(thrown)}); it is built anew`);
    return new Map();
  }
}

/**
 * Layout: magic, length of the header (32 bits, little-endian), header in JSON, for each face its SHA-256, the code of its
 * outcome and its points (32-bit floats, little-endian), and the SHA-256 of all before it.
 */
function encode(entries: ReadonlyMap<string, FoundLandmarks>, network: string): Uint8Array {
  const fields: z.infer<typeof HeaderSchema> = { version: VERSION, network, count: entries.size };
  const header = Buffer.from(JSON.stringify(fields));
  const file = Buffer.alloc(PREFIX_BYTES + header.length + entries.size * ENTRY_BYTES + DIGEST_BYTES);
  file.write(MAGIC, 'latin1');
  file.writeUInt32LE(header.length, MAGIC.length);
  file.set(header, PREFIX_BYTES);
  let at = PREFIX_BYTES + header.length;
  for (const [digest, { outcome, points }] of entries) {
    at += file.write(digest, at, 'hex');
    at = file.writeUInt8(OUTCOMES.indexOf(outcome), at);
    file.set(new Uint8Array(points.buffer, points.byteOffset, POINT_BYTES), at);
    at += POINT_BYTES;
  }
  file.set(sha256(file.subarray(0, at)), at);
  return file;
}

function decode(content: Uint8Array, network: string): Map<string, FoundLandmarks> {
  const file = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const end = file.length - DIGEST_BYTES;
  if (end < PREFIX_BYTES || file.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new Error('no cache of landmarks');
  if (!sha256(file.subarray(0, end)).equals(file.subarray(end))) throw new Error('its checksum does not fit');
  const start = PREFIX_BYTES + file.readUInt32LE(MAGIC.length);
  const header = HeaderSchema.parse(JSON.parse(file.toString('utf8', PREFIX_BYTES, start)));
  if (header.network !== network) throw new Error('it belongs to another network');
  if (start + header.count * ENTRY_BYTES !== end) throw new Error('its length does not fit its header');
  const entries = new Map<string, FoundLandmarks>();
  for (let at = start; at < end; at += ENTRY_BYTES) {
    const [code, points] = [at + DIGEST_BYTES, at + DIGEST_BYTES + 1];
    const outcome = OUTCOMES[file[code]];
    if (outcome === undefined) throw new Error(`it has the unknown outcome ${file[code]}`);
    const values = new Float32Array(content.slice(points, points + POINT_BYTES).buffer);
    entries.set(file.toString('hex', at, code), { outcome, points: values });
  }
  return entries;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
