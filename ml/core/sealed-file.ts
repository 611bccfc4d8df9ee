import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError, fileSize, openInPlace } from './files.ts';

/**
 * Cache files that are trusted only as far as their checksums match. Layout: magic, length of the header (32 bits,
 * little-endian), header in JSON, then chunks. A chunk is its length (32 bits, little-endian), its content, and the seal:
 * the SHA-256 of the seal before it (of all that precedes it, for the first chunk), the length and the content. A file grows by
 * whole chunks, and a truncated or damaged one keeps every chunk before the damage.
 */
const MAGIC = 'SEALED\r\n';
const LENGTH_BYTES = 4;
const SEAL_BYTES = 32;

/** Identifies the content and everything it was computed from; a file with another header is not read. */
export interface SealedHeader {
  /** Name of the content in messages: `faces`. */
  readonly format: string;
  /** Version of the content of the chunks; increase it with every change. */
  readonly version: number;
  readonly [key: string]: string | number;
}

/** Where the content of a chunk lies in its file. */
interface Chunk {
  readonly position: number;
  readonly length: number;
}

/** What {@link SealedFile.read} found. */
export interface ReadResult {
  /** Grows after the last chunk that was sealed. */
  readonly file: SealedFile;
  readonly exists: boolean;
  /** Why the file, or what follows the sealed chunks, cannot be used. */
  readonly problem?: string;
}

/** A growing file of sealed chunks. */
export class SealedFile {
  readonly path: string;
  readonly #header: SealedHeader;
  readonly #chunks: Chunk[] = [];
  #seal: Uint8Array = new Uint8Array();
  #end = 0;
  #file: FileHandle | undefined;

  private constructor(path: string, header: SealedHeader) {
    this.path = path;
    this.#header = header;
  }

  /** A file that will be written from scratch, replacing any at its path. */
  static create(path: string, header: SealedHeader): SealedFile {
    return new SealedFile(path, header);
  }

  /**
   * Reads the sealed chunks of a file up to the first damage. A missing file and one with another header have none.
   * @param onChunk takes the content of each.
   * @throws UserError if the file is there but cannot be read.
   */
  static async read(
    path: string,
    header: SealedHeader,
    onChunk: (content: Uint8Array<ArrayBuffer>) => void,
  ): Promise<ReadResult> {
    const file = new SealedFile(path, header);
    const size = await sizeOf(path);
    if (size === null) return { file, exists: false };
    const handle = await open(path).catch((thrown) => {
      throw fileError('read', path, thrown);
    });
    try {
      const problem = await file.#readFrom(handle, size, onChunk);
      return { file, exists: true, problem };
    } catch (thrown) {
      throw (thrown as NodeJS.ErrnoException).syscall ? fileError('read', path, thrown) : thrown;
    } finally {
      await handle.close();
    }
  }

  async #readFrom(
    handle: FileHandle,
    size: number,
    onChunk: (content: Uint8Array<ArrayBuffer>) => void,
  ): Promise<string | undefined> {
    const expected = encodeHeader(this.#header);
    const found = await readAt(handle, 0, Math.min(size, expected.length));
    if (Buffer.compare(found, expected) !== 0) return problemOf(found, this.#header);
    this.#begin(expected);
    if (this.#end === size) return 'it is cut off';
    while (this.#end < size) {
      const room = size - this.#end - LENGTH_BYTES - SEAL_BYTES;
      if (room < 0) return 'it is cut off';
      const prefix = await readAt(handle, this.#end, LENGTH_BYTES);
      const length = prefix.length < LENGTH_BYTES ? Infinity : new DataView(prefix.buffer).getUint32(0, true);
      if (length > room) return 'it is cut off';
      const position = this.#end + LENGTH_BYTES;
      const content = await readAt(handle, position, length);
      const seal = sealOf(this.#seal, prefix, content);
      if (Buffer.compare(seal, await readAt(handle, position + length, SEAL_BYTES)) !== 0)
        return 'its checksum does not match';
      onChunk(content);
      this.#grow({ position, length }, seal);
    }
    return undefined;
  }

  /** The sealed chunks, in order. */
  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /**
   * Prepares the file for appending: writes the header, or truncates after the last sealed chunk. {@link append} does this too;
   * call it before long work to find out whether the file can be written.
   * @throws UserError if it cannot be written, or is a link.
   */
  async prepare(): Promise<void> {
    if (this.#file) return;
    await this.#writing(async () => {
      await mkdir(dirname(this.path), { recursive: true });
      await openInPlace(this.path, 'a').then((handle) => handle.close());
      this.#file = await openInPlace(this.path, 'r+');
      await this.#file.truncate(this.#end);
      if (this.#end > 0) return;
      const header = encodeHeader(this.#header);
      await writeAt(this.#file, 0, header);
      this.#begin(header);
    });
  }

  /**
   * Appends a chunk and seals it.
   * @throws UserError if the disk is full or the file cannot be written; the next chunk takes the place of this one.
   */
  async append(content: Uint8Array): Promise<void> {
    await this.prepare();
    const file = this.#file as FileHandle;
    const parts = chunkOf(this.#seal, content);
    await this.#writing(async () => {
      let at = this.#end;
      for (const part of parts) {
        await writeAt(file, at, part);
        at += part.length;
      }
      await file.datasync();
    });
    this.#grow({ position: this.#end + LENGTH_BYTES, length: content.length }, parts[2]);
  }

  /** Closes the file if it was prepared. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #begin(header: Uint8Array): void {
    this.#seal = header;
    this.#end = header.length;
  }

  #grow(chunk: Chunk, seal: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#seal = seal;
    this.#end = chunk.position + chunk.length + SEAL_BYTES;
  }

  async #writing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      throw (thrown as NodeJS.ErrnoException).syscall ? fileError('write', this.path, thrown) : thrown;
    }
  }
}

/** The content of a complete file with these chunks. */
export function encodeSealed(header: SealedHeader, chunks: readonly Uint8Array[]): Uint8Array {
  const parts = [encodeHeader(header)];
  for (const content of chunks) parts.push(...chunkOf(parts[parts.length - 1], content));
  return Buffer.concat(parts);
}

function encodeHeader(header: SealedHeader): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(MAGIC.length + LENGTH_BYTES + json.length);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(json.length, MAGIC.length);
  bytes.set(json, MAGIC.length + LENGTH_BYTES);
  return bytes;
}

/** @param before the seal of the chunk before, or the header. */
function chunkOf(before: Uint8Array, content: Uint8Array): [length: Uint8Array, content: Uint8Array, seal: Uint8Array] {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(content.length);
  return [length, content, sealOf(before, length, content)];
}

function sealOf(before: Uint8Array, length: Uint8Array, content: Uint8Array): Uint8Array {
  return createHash('sha256').update(before).update(length).update(content).digest();
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return await fileSize(path);
  } catch (thrown) {
    if (((thrown as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null;
    throw thrown;
  }
}

/** Why the beginning of a file is not the header expected. */
function problemOf(found: Uint8Array, header: SealedHeader): string {
  const text = Buffer.from(found).toString('latin1');
  if (!text.startsWith(MAGIC)) return `it is not a cache of ${header.format}`;
  if (found.length < encodeHeader(header).length) return 'it is cut off';
  const keys = Object.keys(header).filter((key) => {
    const field = JSON.stringify({ [key]: header[key] }).slice(1, -1);
    return !text.includes(`${field},`) && !text.includes(`${field}}`);
  });
  return keys.length > 0 ? `it belongs to another ${keys[0]}` : 'its header is damaged';
}

/** As many of these bytes as the file has. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) return bytes.slice(0, at);
    at += bytesRead;
  }
  return bytes;
}

async function writeAt(handle: FileHandle, position: number, bytes: Uint8Array): Promise<void> {
  // One write may take less than all of it.
  for (let at = 0; at < bytes.length; ) {
    at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
  }
}
