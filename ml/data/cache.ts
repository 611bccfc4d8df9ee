import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withCacheLock } from '../core/cache-lock.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { fileError, fileSize, readBytes, writeAtomic } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';
import { FACE_PIXELS } from './dataset.ts';
import type { LoadedFaces } from './loaded.ts';

/** Raise it with every change of the file layout or of what the parser accepts. */
const VERSION = 1;
const MAGIC = 'FACES\r\n\x1a';
const DIGEST_BYTES = 32;
const PREFIX_BYTES = MAGIC.length + 4;

const HeaderSchema = z.strictObject({
  version: z.literal(VERSION),
  sourceSha256: z.string(),
  count: z.number().int().positive(),
  sourceRows: z.number().int().positive(),
  badRows: z.strictObject({ count: z.number().int().min(0), first: z.array(z.string()).readonly() }),
});

/**
 * SHA-256 of a file in hexadecimal.
 * @throws UserError if it cannot be read.
 */
export async function sha256OfFile(path: string): Promise<string> {
  await fileSize(path);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Uint8Array);
  } catch (thrown) {
    throw fileError('read', path, thrown);
  }
  return hash.digest('hex');
}

/** Where the faces of a source with this SHA-256 are kept. */
export function cachePath(folder: string, sourceSha256: string): string {
  return join(folder, `${sourceSha256}.v${VERSION}.faces`);
}

/**
 * The faces that {@link writeCache} kept for a source, or nothing if there are none. A file that is damaged, truncated
 * or not ours is noted and left aside, never trusted.
 * @param source what to call the source in the data set; the cache knows content alone.
 */
export async function readCache(
  folder: string,
  sourceSha256: string,
  source: string,
  report: Reporter,
): Promise<LoadedFaces | undefined> {
  const path = cachePath(folder, sourceSha256);
  try {
    return decodeCache(await readBytes(path), sourceSha256, source);
  } catch (thrown) {
    const cause = thrown instanceof UserError ? (thrown.cause as NodeJS.ErrnoException | undefined) : undefined;
    if (cause?.code !== 'ENOENT') report.note(`the cache ${path} is not used (${messageOf(thrown)}); it is built anew`);
    return undefined;
  }
}

/** Keeps parsed faces for the next run. Failing to is noted and does no harm. Votes are not kept. */
export async function writeCache(
  folder: string,
  sourceSha256: string,
  faces: LoadedFaces,
  report: Reporter,
): Promise<void> {
  try {
    const write = () => writeAtomic(cachePath(folder, sourceSha256), encodeCache(faces, sourceSha256));
    await withCacheLock(folder, 'faces', report, write);
  } catch (thrown) {
    report.note(`the parsed faces are not cached, the next run parses again (${messageOf(thrown)})`);
  }
}

/**
 * Layout: magic, length of the header (32 bits, little-endian), header in JSON, rows (32 bits each, little-endian),
 * labels, splits, pixels, and the SHA-256 of all before it.
 */
function encodeCache({ dataset, sourceRows, badRows }: LoadedFaces, sourceSha256: string): Uint8Array {
  const fields: z.infer<typeof HeaderSchema> = {
    version: VERSION,
    sourceSha256,
    count: dataset.count,
    sourceRows,
    badRows,
  };
  const header = Buffer.from(JSON.stringify(fields));
  const file = Buffer.alloc(PREFIX_BYTES + header.length + payloadBytes(dataset.count) + DIGEST_BYTES);
  file.write(MAGIC, 'latin1');
  file.writeUInt32LE(header.length, MAGIC.length);
  file.set(header, PREFIX_BYTES);
  let at = PREFIX_BYTES + header.length;
  for (const row of dataset.rows) at = file.writeUInt32LE(row, at);
  for (const part of [dataset.labels, dataset.splits, dataset.pixels]) {
    file.set(part, at);
    at += part.length;
  }
  file.set(sha256(file.subarray(0, at)), at);
  return file;
}

function decodeCache(content: Uint8Array, sourceSha256: string, source: string): LoadedFaces {
  const file = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const end = file.length - DIGEST_BYTES;
  if (end < PREFIX_BYTES || file.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('not a cache of faces');
  if (!sha256(file.subarray(0, end)).equals(file.subarray(end))) throw new Error('its checksum does not fit');
  const headerEnd = PREFIX_BYTES + file.readUInt32LE(MAGIC.length);
  const header = HeaderSchema.parse(JSON.parse(file.toString('utf8', PREFIX_BYTES, headerEnd)));
  const { count, sourceRows, badRows } = header;
  if (header.sourceSha256 !== sourceSha256) throw new Error('it belongs to another source');
  if (headerEnd + payloadBytes(count) !== end) throw new Error('its length does not fit its header');

  // A plain array, as the parser gives: the slice of a Buffer would not be a copy.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, end);
  const labels = headerEnd + 4 * count;
  const splits = labels + count;
  const pixels = splits + count;
  const dataset = {
    source,
    count,
    pixels: bytes.subarray(pixels),
    labels: bytes.slice(labels, splits),
    splits: bytes.slice(splits, pixels),
    rows: Uint32Array.from({ length: count }, (_, i) => file.readUInt32LE(headerEnd + 4 * i)),
  };
  return { dataset, sourceRows, badRows };
}

/** Row number, label, split and pixels of every face. */
function payloadBytes(count: number): number {
  return count * (4 + 1 + 1 + FACE_PIXELS);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
