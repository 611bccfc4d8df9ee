import { ByteBuffer } from 'flatbuffers';
import type { Decoded, Enum, Field, Scalar, Table, Union } from './flatbuffer.ts';

const SCALARS: Record<Scalar, { size: number; read: (buffer: ByteBuffer, at: number) => number }> = {
  byte: { size: 1, read: (buffer, at) => buffer.readInt8(at) },
  int: { size: 4, read: (buffer, at) => buffer.readInt32(at) },
  uint: { size: 4, read: (buffer, at) => buffer.readUint32(at) },
  float: { size: 4, read: (buffer, at) => buffer.readFloat32(at) },
  long: { size: 8, read: (buffer, at) => Number(buffer.readInt64(at)) },
};

/** Size of an offset, of a vector's length and of the file identifier. */
const WORD = 4;

/**
 * How often a byte may be read. Offsets of a damaged file can make many tables share one long vector, which would take
 * for ever to read. Sound files share the scales and zero points of channels: of 24 bytes, for 5 of weight and bias.
 */
const MAX_SHARING = 8;

/** Tables take far more memory than bytes of the file; the largest networks have some ten thousands. */
const MAX_TABLES = 300_000;

/** Where a field lies in the file, or `undefined` if it is absent. */
type Slot = (id: number, size: number) => number | undefined;

/**
 * Reads a FlatBuffers file by the description of its root table. Every offset and length is checked before it is used.
 * `bytes` fields are views of the file, everything else is copied.
 * @param broken makes the error to throw out of what was found.
 */
export function decodeFlatbuffer<T extends Table>(
  bytes: Uint8Array,
  root: T,
  broken: (found: string) => Error,
): Decoded<T> {
  return new Decoder(bytes, broken).root(root);
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #buffer: ByteBuffer;
  readonly #broken: (found: string) => Error;
  readonly #text = new TextDecoder();
  #budget: number;
  #tables = 0;

  constructor(bytes: Uint8Array, broken: (found: string) => Error) {
    this.#bytes = bytes;
    this.#buffer = new ByteBuffer(bytes);
    this.#broken = broken;
    this.#budget = MAX_SHARING * bytes.length;
  }

  root<T extends Table>(description: T): Decoded<T> {
    return this.#table(this.#target(0), description);
  }

  #table<T extends Table>(at: number, description: T): Decoded<T> {
    this.#spend(WORD);
    this.#tables += 1;
    if (this.#tables > MAX_TABLES) throw this.#broken(`it has more than ${MAX_TABLES.toLocaleString('en')} tables`);
    const vtable = at - this.#buffer.readInt32(this.#inside(at, WORD));
    const vtableSize = this.#buffer.readUint16(this.#inside(vtable, WORD));
    const tableSize = this.#buffer.readUint16(vtable + 2);
    this.#inside(vtable, vtableSize);
    this.#inside(at, tableSize);
    const slot: Slot = (id, size) => {
      const entry = WORD + 2 * id;
      const offset = entry + 2 <= vtableSize ? this.#buffer.readUint16(vtable + entry) : 0;
      if (offset === 0) return undefined;
      if (offset + size > tableSize) throw this.#broken(`field ${id} of the table at byte ${at} lies outside of it`);
      return at + offset;
    };
    const values = Object.entries(description).map(([name, field]) => [name, this.#field(field, slot)]);
    return Object.fromEntries(values) as Decoded<T>;
  }

  #field(field: Field, slot: Slot): unknown {
    const [id, kind] = field;
    switch (kind) {
      case 'enum':
        return this.#enum(field[2], slot(id, 1));
      case 'bool': {
        const at = slot(id, 1);
        return at === undefined ? (field[2] ?? false) : this.#buffer.readUint8(at) !== 0;
      }
      case 'union':
        return this.#union(field[2], slot(id - 1, 1), slot(id, WORD));
      case 'table': {
        const at = slot(id, WORD);
        return at === undefined ? undefined : this.#table(this.#target(at), field[2]);
      }
      case 'tables':
        return this.#vector(slot(id, WORD), WORD, (at) => this.#table(this.#target(at), field[2]));
      case 'vector': {
        const { size, read } = SCALARS[field[2]];
        return this.#vector(slot(id, WORD), size, (at) => read(this.#buffer, at));
      }
      case 'bytes':
        return this.#run(slot(id, WORD));
      case 'string': {
        const text = this.#run(slot(id, WORD));
        this.#spend(text.length);
        return this.#text.decode(text);
      }
      default: {
        const { size, read } = SCALARS[kind];
        const at = slot(id, size);
        return at === undefined ? (field[2] ?? 0) : read(this.#buffer, at);
      }
    }
  }

  #enum(names: Enum, at: number | undefined): string {
    const code = at === undefined ? 0 : this.#buffer.readUint8(at);
    const name = Object.keys(names).find((key) => names[key] === code);
    if (name === undefined)
      throw this.#broken(`the code ${code} at byte ${at} is none of ${Object.keys(names).join(', ')}`);
    return name;
  }

  #union(tables: Union, codeAt: number | undefined, at: number | undefined): unknown {
    if (codeAt === undefined || at === undefined) return undefined;
    const code = this.#buffer.readUint8(codeAt);
    const type = Object.keys(tables).find((key) => tables[key][0] === code);
    return type === undefined ? undefined : { type, value: this.#table(this.#target(at), tables[type][1]) };
  }

  #vector<V>(slot: number | undefined, size: number, read: (at: number) => V): V[] {
    if (slot === undefined) return [];
    const { start, length } = this.#extent(slot, size);
    this.#spend(length * size);
    const values: V[] = [];
    for (let i = 0; i < length; i++) values.push(read(start + i * size));
    return values;
  }

  #run(slot: number | undefined): Uint8Array {
    if (slot === undefined) return new Uint8Array();
    const { start, length } = this.#extent(slot, 1);
    return this.#bytes.subarray(start, start + length);
  }

  #extent(slot: number, size: number): { start: number; length: number } {
    const at = this.#target(slot);
    const length = this.#buffer.readUint32(this.#inside(at, WORD));
    return { start: this.#inside(at + WORD, length * size), length };
  }

  /** Where the offset at `at` points to. */
  #target(at: number): number {
    return at + this.#buffer.readUint32(this.#inside(at, WORD));
  }

  #inside(at: number, size: number): number {
    const { length } = this.#bytes;
    if (at < 0 || at + size > length) {
      throw this.#broken(`it refers to bytes ${at} to ${at + size - 1}, but has ${length} bytes`);
    }
    return at;
  }

  #spend(size: number): void {
    this.#budget -= size;
    if (this.#budget < 0) throw this.#broken('its tables overlap');
  }
}
