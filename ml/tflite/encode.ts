import { Builder } from 'flatbuffers';
import type { Decoded, Enum, Field, Scalar, Table } from './flatbuffer.ts';

/** Where an object lies, as the builder counts. */
type Offset = number;

const SCALARS: Record<
  Scalar,
  {
    readonly size: number;
    /** Appends one element of a vector. */
    readonly append: (builder: Builder, value: number) => void;
    /** Sets a field of a table. */
    readonly set: (builder: Builder, id: number, value: number, byDefault: number) => void;
  }
> = {
  byte: { size: 1, append: (b, v) => b.addInt8(v), set: (b, id, v, d) => b.addFieldInt8(id, v, d) },
  int: { size: 4, append: (b, v) => b.addInt32(v), set: (b, id, v, d) => b.addFieldInt32(id, v, d) },
  uint: { size: 4, append: (b, v) => b.addInt32(v | 0), set: (b, id, v, d) => b.addFieldInt32(id, v | 0, d | 0) },
  float: { size: 4, append: (b, v) => b.addFloat32(v), set: (b, id, v, d) => b.addFieldFloat32(id, v, d) },
  long: {
    size: 8,
    append: (b, v) => b.addInt64(BigInt(v)),
    set: (b, id, v, d) => b.addFieldInt64(id, BigInt(v), BigInt(d)),
  },
};

/** TensorFlow Lite maps data where it lies in the file, and its kernels want it aligned. */
const DATA_ALIGNMENT = 16;

/**
 * Writes a FlatBuffers file by the description of its root table, the same that `decodeFlatbuffer` reads by. Fields that
 * are empty or have their default are left out, and equal vectors of numbers are stored once.
 * @param identifier four characters after the first offset.
 */
export function encodeFlatbuffer<T extends Table>(root: T, value: Decoded<T>, identifier: string): Uint8Array {
  const encoder = new Encoder();
  return encoder.finish(encoder.table(root, value), identifier);
}

class Encoder {
  readonly #builder = new Builder(1 << 16);
  readonly #vectors = new Map<string, Offset>();

  finish(root: Offset, identifier: string): Uint8Array {
    this.#builder.finish(root, identifier);
    return this.#builder.asUint8Array();
  }

  table(description: Table, values: Readonly<Record<string, unknown>>): Offset {
    // What a table refers to must be written before it.
    const setters = Object.entries(description).map(([name, field]) => this.#field(field, values[name]));
    this.#builder.startObject(1 + Math.max(-1, ...Object.values(description).map(([id]) => id)));
    for (const set of setters) set?.();
    return this.#builder.endObject();
  }

  /** Writes what the field refers to; returns what sets the field itself, if it is not left out. */
  #field(field: Field, value: unknown): (() => void) | undefined {
    const builder = this.#builder;
    const [id, kind] = field;
    const refer = (offset: Offset | undefined) =>
      offset === undefined ? undefined : () => builder.addFieldOffset(id, offset, 0);
    switch (kind) {
      case 'enum':
        return () => builder.addFieldInt8(id, (field[2] as Enum)[value as string], 0);
      case 'bool':
        return () => builder.addFieldInt8(id, Number(value), Number(field[2] ?? false));
      case 'union': {
        const union = value as { type: string; value: Readonly<Record<string, unknown>> } | undefined;
        if (!union) return undefined;
        const [code, table] = field[2][union.type];
        const offset = this.table(table, union.value);
        return () => {
          builder.addFieldInt8(id - 1, code, 0);
          builder.addFieldOffset(id, offset, 0);
        };
      }
      case 'table':
        return value === undefined
          ? undefined
          : refer(this.table(field[2], value as Readonly<Record<string, unknown>>));
      case 'tables': {
        const tables = (value as readonly Readonly<Record<string, unknown>>[]).map((item) =>
          this.table(field[2], item),
        );
        return refer(this.#vector(tables, 4, (offset) => builder.addOffset(offset)));
      }
      case 'vector':
        return refer(this.#numbers(value as readonly number[], field[2]));
      case 'bytes':
        return refer(this.#bytes(value as Uint8Array));
      case 'string':
        return value === '' ? undefined : refer(builder.createString(value as string));
      default:
        return () => SCALARS[kind].set(builder, id, value as number, field[2] ?? 0);
    }
  }

  #numbers(values: readonly number[], kind: Scalar): Offset | undefined {
    const key = `${kind} ${values}`;
    const known = this.#vectors.get(key);
    if (known !== undefined) return known;
    const { size, append } = SCALARS[kind];
    const offset = this.#vector(values, size, (value) => append(this.#builder, value));
    if (offset !== undefined) this.#vectors.set(key, offset);
    return offset;
  }

  #vector<V>(values: readonly V[], size: number, append: (value: V) => void): Offset | undefined {
    if (values.length === 0) return undefined;
    this.#builder.startVector(size, values.length, size);
    for (const value of values.toReversed()) append(value);
    return this.#builder.endVector();
  }

  #bytes(bytes: Uint8Array): Offset | undefined {
    if (bytes.length === 0) return undefined;
    this.#builder.startVector(1, bytes.length, DATA_ALIGNMENT);
    for (let i = bytes.length - 1; i >= 0; i--) this.#builder.addInt8(bytes[i]);
    return this.#builder.endVector();
  }
}
