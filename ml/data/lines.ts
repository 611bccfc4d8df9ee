import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, UserError } from '../core/errors.ts';
import { fileError, fileSize } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';

const LF = 10;
const CR = 13;
const CHUNK_BYTES = 2 ** 20;
/** A row of FER2013 has about 9 kB; a much longer line means that the file is not a table. */
const MAX_LINE_BYTES = 2 ** 20;
/** FER2013 has 35,888 lines in 300 MB. A small gzip may unpack to any number of either. */
const MAX_LINES = 2_000_000;
const MAX_BYTES = 2 ** 32;

export interface ByteLine {
  /** 1 for the first line of the file. */
  readonly number: number;
  /** The line without its LF or CRLF. */
  readonly bytes: Uint8Array;
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path).catch((thrown) => {
    throw fileError('read', path, thrown);
  });
  try {
    const magic = new Uint8Array(2);
    await handle.read(magic, 0, 2, 0);
    return magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/**
 * The content of a file in chunks, unpacked if it begins like gzip (RFC 1952), regardless of its name.
 * Reports progress in MB of the file as it is stored.
 * @throws UserError if the file cannot be read, is empty, is a truncated or corrupt gzip, or has more than 4 GiB unpacked.
 */
export async function* readChunks(path: string, report: Reporter): AsyncGenerator<Uint8Array> {
  const size = await fileSize(path);
  if (size === 0) throw new UserError(`cannot use ${path}: the file is empty; download it again`);
  const packed = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  // The error of either stream surfaces in the loop below, so the callback has nothing to do.
  const stream = packed ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : file;

  const step = `reading ${basename(path)}`;
  const total = Math.ceil(size / 1e6);
  let done = -1;
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += (chunk as Uint8Array).length;
      if (bytes > MAX_BYTES)
        throw new UserError(`cannot use ${path}: it unpacks to more than ${MAX_BYTES} bytes; is this the right file?`);
      const megabytes = Math.floor(file.bytesRead / 1e6);
      if (megabytes > done && megabytes < total) {
        done = megabytes;
        report.progress({ step, done, total, unit: 'MB' });
      }
      yield chunk as Uint8Array;
    }
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    if (!(thrown as NodeJS.ErrnoException).code?.startsWith('Z_')) throw fileError('read', path, thrown);
    throw new UserError(
      `cannot unpack ${path}: it begins like gzip but is truncated or corrupt (${messageOf(thrown)}); download it again`,
      { cause: thrown },
    );
  }
  report.progress({ step, done: total, total, unit: 'MB' });
}

/**
 * Splits chunks of bytes into lines. The line end of the last line may be missing.
 * @param path names the file in errors.
 * @throws UserError at a line of more than 1 MiB, and after two million lines, blank ones included.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<ByteLine> {
  let number = 1;
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  const finish = (end: Uint8Array): ByteLine => {
    const bytes = begun.length === 0 ? end : Buffer.concat([...begun, end]);
    begun = [];
    begunBytes = 0;
    return { number: number++, bytes: bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes };
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      if (number > MAX_LINES)
        throw new UserError(
          `${path}: it has more than ${MAX_LINES} lines; expected a CSV table of faces, is this the right file?`,
        );
      yield finish(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === chunk.length) continue;
    begun.push(chunk.subarray(start));
    begunBytes += chunk.length - start;
    if (begunBytes > MAX_LINE_BYTES)
      throw new UserError(
        `${path} line ${number}: no line end within ${MAX_LINE_BYTES} bytes; expected a CSV table, is this the right file?`,
      );
  }
  if (begunBytes > 0) yield finish(new Uint8Array(0));
}
