import { closeSync, openSync, readSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { fileError } from '../core/files.ts';
import { SealedFile, type SealedHeader } from '../core/sealed-file.ts';

/** Increase it whenever the content of the chunks changes. */
const VERSION = 2;
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

/** A chunk holds {@link CHUNK} faces [size, size] one after the other, the last one those that are left. */
const headerOf = (key: StoreKey): SealedHeader => ({ format: 'upscaled faces', version: VERSION, ...key });

const partOf = (path: string) => `${path}.part`;

/** Writes a store chunk by chunk under a temporary name, where a later call resumes. */
export class FaceStoreWriter {
  readonly #path: string;
  readonly #key: StoreKey;
  readonly #file: SealedFile;

  private constructor(path: string, key: StoreKey, file: SealedFile) {
    this.#path = path;
    this.#key = key;
    this.#file = file;
  }

  /**
   * Resumes after the chunks that an earlier writer sealed, if any.
   * @param path of the store once it is complete.
   * @throws UserError if the file cannot be written.
   */
  static async open(path: string, key: StoreKey): Promise<FaceStoreWriter> {
    const { file } = await SealedFile.read(partOf(path), headerOf(key), () => {});
    await file.prepare();
    return new FaceStoreWriter(path, key, file);
  }

  /** Faces that are sealed. */
  get done(): number {
    return Math.min(this.#file.chunks.length * CHUNK, this.#key.count);
  }

  /**
   * Writes and seals the next chunk.
   * @param faces of 256 faces, or of those that are left.
   */
  async append(faces: Uint8Array): Promise<void> {
    const { count, size } = this.#key;
    if (faces.length !== Math.min(CHUNK, count - this.done) * size ** 2)
      throw new Error(`${faces.length} bytes are not a chunk`);
    await this.#file.append(faces);
  }

  /** Ends the writing. A complete store gets its name; a later call resumes any other. */
  async close(): Promise<void> {
    await this.#file.close();
    if (this.done < this.#key.count) return;
    try {
      await rename(partOf(this.#path), this.#path);
    } catch (thrown) {
      throw fileError('write', this.#path, thrown);
    }
  }
}

/** Grey faces in a file, each read when it is needed; the operating system keeps in memory what fits. */
export class FaceStore {
  readonly #sealed: SealedFile;
  readonly #file: number;

  private constructor(
    readonly path: string,
    readonly key: StoreKey,
    sealed: SealedFile,
  ) {
    this.#sealed = sealed;
    this.#file = openSync(path, 'r');
  }

  /**
   * Opens a store after checking every checksum.
   * @param onFaces receives how many faces have been checked so far.
   * @returns undefined if the file is missing, damaged or of another content; in the latter cases it is removed.
   */
  static async open(path: string, key: StoreKey, onFaces = (_: number) => {}): Promise<FaceStore | undefined> {
    let bytes = 0;
    const { file, exists, problem } = await SealedFile.read(path, headerOf(key), (faces) => {
      bytes += faces.length;
      onFaces(bytes / key.size ** 2);
    });
    if (!exists) return undefined;
    if (problem === undefined && bytes === key.count * key.size ** 2) return new FaceStore(path, key, file);
    await rm(path);
    return undefined;
  }

  get count(): number {
    return this.key.count;
  }

  /** Side of a face in pixels. */
  get size(): number {
    return this.key.size;
  }

  /**
   * Reads one face.
   * @param out receives grey values 0..255, [size, size].
   * @throws UserError if the file can no longer be read.
   */
  read(index: number, out: Uint8Array): void {
    const faceBytes = this.size ** 2;
    const position = this.#sealed.chunks[Math.floor(index / CHUNK)].position + (index % CHUNK) * faceBytes;
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
