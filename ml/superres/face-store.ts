import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../core/errors.ts';
import { fileError, openInPlace } from '../core/files.ts';

/** Raise it with every change of the file layout. */
const VERSION = 1;
const MAGIC = 'LARGE\r\n\x1a';
const DIGEST_BYTES = 32;
/** Faces that are written, and sealed with a checksum, at a time. */
export const CHUNK = 256;

/** What a store holds. */
export interface StoreKey {
  /** Names everything that the faces were computed from. */
  readonly content: string;
  readonly count: number;
  /** Side of a face in pixels. */
  readonly size: number;
}

/**
 * Where everything lies in a store of `count` grey faces. Layout: magic, length of the header (32 bits, little-endian),
 * header in JSON, then chunks of 256 faces, the last one of what is left, each followed by the SHA-256 of the header, its
 * number and its faces. A store grows by whole chunks, so that one that was cut off keeps all that is sealed.
 */
class StoreLayout {
  readonly header: Uint8Array;

  constructor(readonly key: StoreKey) {
    const json = Buffer.from(JSON.stringify({ version: VERSION, chunk: CHUNK, ...key }));
    const header = Buffer.alloc(MAGIC.length + 4 + json.length);
    header.write(MAGIC, 'latin1');
    header.writeUInt32LE(json.length, MAGIC.length);
    header.set(json, MAGIC.length + 4);
    this.header = new Uint8Array(header);
  }

  get chunks(): number {
    return Math.ceil(this.key.count / CHUNK);
  }

  get faceBytes(): number {
    return this.key.size ** 2;
  }

  /** Bytes of the faces of a chunk. */
  bytesOf(chunk: number): number {
    return Math.min(CHUNK, this.key.count - chunk * CHUNK) * this.faceBytes;
  }

  /** Where a chunk begins; that of the chunk after the last is the end of the file. */
  startOf(chunk: number): number {
    const faces = Math.min(chunk * CHUNK, this.key.count);
    return this.header.length + faces * this.faceBytes + chunk * DIGEST_BYTES;
  }

  seal(chunk: number, faces: Uint8Array): Uint8Array {
    return createHash('sha256').update(this.header).update(String(chunk)).update(faces).digest();
  }

  /** How many chunks from the first on are whole and sealed; none if the header is another one. */
  async sealedChunks(file: FileHandle, onChunk: (chunk: number) => void): Promise<number> {
    const header = new Uint8Array(this.header.length);
    await file.read(header, 0, header.length, 0);
    if (Buffer.compare(header, this.header) !== 0) return 0;
    const buffer = new Uint8Array(this.bytesOf(0) + DIGEST_BYTES);
    for (let chunk = 0; chunk < this.chunks; chunk++) {
      const length = this.bytesOf(chunk);
      const { bytesRead } = await file.read(buffer, 0, length + DIGEST_BYTES, this.startOf(chunk));
      const faces = buffer.subarray(0, length);
      const whole = bytesRead === length + DIGEST_BYTES;
      if (!whole || Buffer.compare(this.seal(chunk, faces), buffer.subarray(length, bytesRead)) !== 0) return chunk;
      onChunk(chunk);
    }
    return this.chunks;
  }
}

/** Writes a store chunk by chunk under a temporary name, on which a later call goes on. */
export class FaceStoreWriter {
  readonly #layout: StoreLayout;
  readonly #path: string;
  readonly #file: FileHandle;
  #chunk: number;

  private constructor(layout: StoreLayout, path: string, file: FileHandle, chunk: number) {
    this.#layout = layout;
    this.#path = path;
    this.#file = file;
    this.#chunk = chunk;
  }

  /**
   * Goes on with what an earlier writer sealed, if anything.
   * @param path where the store will be once it is whole.
   * @throws UserError if the place cannot be written.
   */
  static async open(path: string, key: StoreKey): Promise<FaceStoreWriter> {
    const layout = new StoreLayout(key);
    const part = partOf(path);
    try {
      await mkdir(dirname(path), { recursive: true });
      await openInPlace(part, 'a').then((handle) => handle.close());
      const file = await openInPlace(part, 'r+');
      const sealed = await layout.sealedChunks(file, () => {});
      await file.truncate(sealed > 0 ? layout.startOf(sealed) : 0);
      if (sealed === 0) await file.write(layout.header, 0, layout.header.length, 0);
      return new FaceStoreWriter(layout, path, file, sealed);
    } catch (thrown) {
      throw thrown instanceof UserError ? thrown : fileError('write', part, thrown);
    }
  }

  /** Faces that are sealed. */
  get done(): number {
    return Math.min(this.#chunk * CHUNK, this.#layout.key.count);
  }

  /**
   * Writes and seals the next chunk.
   * @param faces of 256 faces, or of those that are left.
   */
  async append(faces: Uint8Array): Promise<void> {
    const layout = this.#layout;
    if (faces.length !== layout.bytesOf(this.#chunk)) throw new Error(`${faces.length} bytes are no chunk`);
    const sealed = new Uint8Array(faces.length + DIGEST_BYTES);
    sealed.set(faces);
    sealed.set(layout.seal(this.#chunk, faces), faces.length);
    try {
      // One write may take less than all of it.
      for (let at = 0; at < sealed.length; ) {
        const position = layout.startOf(this.#chunk) + at;
        at += (await this.#file.write(sealed, at, sealed.length - at, position)).bytesWritten;
      }
    } catch (thrown) {
      throw fileError('write', partOf(this.#path), thrown);
    }
    this.#chunk += 1;
  }

  /** Ends the writing: a whole store gets its name, another one stays to be gone on with. */
  async close(): Promise<void> {
    try {
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
    if (this.#chunk < this.#layout.chunks) return;
    try {
      await rename(partOf(this.#path), this.#path);
    } catch (thrown) {
      throw fileError('write', this.#path, thrown);
    }
  }
}

const partOf = (path: string) => `${path}.part`;

/** Grey faces in a file, each read when it is wanted; the operating system keeps in memory what fits. */
export class FaceStore {
  readonly #layout: StoreLayout;
  readonly #file: number;

  private constructor(
    readonly path: string,
    layout: StoreLayout,
  ) {
    this.#layout = layout;
    this.#file = openSync(path, 'r');
  }

  /**
   * Opens a store after a look at every checksum.
   * @param onFaces is told how many faces were found well so far.
   * @returns nothing if there is no file, or it is damaged or of another content; a damaged one is removed.
   */
  static async open(path: string, key: StoreKey, onFaces = (_: number) => {}): Promise<FaceStore | undefined> {
    const layout = new StoreLayout(key);
    const file = await open(path, 'r').catch((thrown) => {
      if (thrown.code === 'ENOENT') return undefined;
      throw fileError('read', path, thrown);
    });
    if (!file) return undefined;
    try {
      const sealed = await layout.sealedChunks(file, (chunk) => onFaces(Math.min((chunk + 1) * CHUNK, key.count)));
      const { size } = await file.stat();
      if (sealed === layout.chunks && size === layout.startOf(layout.chunks)) return new FaceStore(path, layout);
    } finally {
      await file.close();
    }
    await rm(path);
    return undefined;
  }

  get count(): number {
    return this.#layout.key.count;
  }

  /** Side of a face in pixels. */
  get size(): number {
    return this.#layout.key.size;
  }

  /**
   * Reads one face.
   * @param out receives grey values 0..255, [size, size].
   * @throws UserError if the file cannot be read any more.
   */
  read(index: number, out: Uint8Array): void {
    const { faceBytes } = this.#layout;
    const position = this.#layout.startOf(Math.floor(index / CHUNK)) + (index % CHUNK) * faceBytes;
    try {
      const bytes = readSync(this.#file, out, 0, faceBytes, position);
      if (bytes !== faceBytes) throw new Error(`face ${index} ends after ${bytes} bytes`);
    } catch (thrown) {
      throw fileError('read', this.path, thrown);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
