import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ClassListSchema } from '../core/class-list.ts';
import { messageOf } from '../core/errors.ts';
import { fileError, fileSize, writeAtomic } from '../core/files.ts';
import { withCacheLock } from '../core/lock.ts';
import type { Reporter } from '../core/progress.ts';
import { encodeSealed, SealedFile, type SealedHeader } from '../core/sealed-file.ts';
import { COLUMNS } from './columns.ts';
import type { LoadedFaces } from './loaded.ts';

/** Increase it whenever the content of the chunks changes, or what the parser accepts. */
const VERSION = 2;

/** The first chunk in JSON; the others are these columns. */
const FactsSchema = z.strictObject({
  count: z.number().int().positive(),
  sourceRows: z.number().int().positive(),
  /** Absent if they are the seven expressions. */
  classes: ClassListSchema.readonly().optional(),
  badRows: z.strictObject({ count: z.number().int().min(0), first: z.array(z.string()).readonly() }),
});
const CACHED = ['rows', 'labels', 'splits', 'pixels'] as const;

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

/** Path of the cache of a source with this SHA-256. */
export function cachePath(folder: string, sourceSha256: string): string {
  return join(folder, `${sourceSha256}.v${VERSION}.faces`);
}

const headerOf = (source: string): SealedHeader => ({ format: 'faces', version: VERSION, source });

/**
 * The faces that {@link writeCache} cached for a source, if any. A file that is damaged, truncated or of another source is
 * noted and ignored.
 * @param source name of the source in the data set; the cache knows only its content.
 */
export async function readCache(
  folder: string,
  sourceSha256: string,
  source: string,
  report: Reporter,
): Promise<LoadedFaces | undefined> {
  const path = cachePath(folder, sourceSha256);
  try {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const { exists, problem } = await SealedFile.read(path, headerOf(sourceSha256), (chunk) => chunks.push(chunk));
    if (!exists) return undefined;
    if (problem !== undefined) throw new Error(problem);
    return facesOf(chunks, source);
  } catch (thrown) {
    report.note(`ignoring the cache ${path} (${messageOf(thrown)}); it will be rebuilt`);
    return undefined;
  }
}

/** Caches parsed faces, without votes, for the next run. A failure is noted and otherwise ignored. */
export async function writeCache(
  folder: string,
  sourceSha256: string,
  faces: LoadedFaces,
  report: Reporter,
): Promise<void> {
  try {
    const file = encodeSealed(headerOf(sourceSha256), chunksOf(faces));
    const write = () => writeAtomic(cachePath(folder, sourceSha256), file);
    await withCacheLock(folder, 'faces', report, write);
  } catch (thrown) {
    report.note(`could not cache the parsed faces (${messageOf(thrown)}); the next run will parse them again`);
  }
}

function chunksOf({ dataset, sourceRows, badRows }: LoadedFaces): Uint8Array[] {
  const facts: z.infer<typeof FactsSchema> = {
    count: dataset.count,
    sourceRows,
    ...(dataset.classes && { classes: dataset.classes }),
    badRows,
  };
  const columns = CACHED.map((name) => {
    const { buffer, byteOffset, byteLength } = dataset[name];
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  return [Buffer.from(JSON.stringify(facts)), ...columns];
}

function facesOf([first, ...columns]: readonly Uint8Array<ArrayBuffer>[], source: string): LoadedFaces {
  const { count, classes, ...facts } = FactsSchema.parse(JSON.parse(new TextDecoder().decode(first)));
  const values = CACHED.map((name, i) => {
    const { type: Type, width } = COLUMNS[name];
    if (columns[i]?.length !== count * width * Type.BYTES_PER_ELEMENT)
      throw new Error(`its length does not match its ${count} faces`);
    return [name, new Type(columns[i].buffer)];
  });
  return { ...facts, dataset: { source, count, ...Object.fromEntries(values), ...(classes && { classes }) } };
}
