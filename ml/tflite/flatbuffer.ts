/** Numbers that lie in a table or in a vector: 8, 32 (signed and unsigned), 32 (IEEE) and 64 bits, little-endian. */

export type Scalar = 'byte' | 'int' | 'uint' | 'float' | 'long';

/** The names of an enumeration's codes; a code takes one byte. */
export type Enum = Readonly<Record<string, number>>;

/** The tables that a union may hold, each with its code; the code is stored in the field before the union's own. */
export interface Union {
  readonly [name: string]: readonly [code: number, table: Table];
}

/** One field of a table: its id in the FlatBuffers schema, then what it holds. */
export type Field =
  | readonly [id: number, kind: Scalar, byDefault?: number]
  | readonly [id: number, kind: 'bool', byDefault?: boolean]
  | readonly [id: number, kind: 'string' | 'bytes']
  | readonly [id: number, kind: 'vector', of: Scalar]
  | readonly [id: number, kind: 'enum', of: Enum]
  | readonly [id: number, kind: 'table' | 'tables', of: Table]
  | readonly [id: number, kind: 'union', of: Union];

/** A FlatBuffers table (flatbuffers.dev/internals) as far as it is of use; fields left out are passed over. */
export interface Table {
  readonly [name: string]: Field;
}

/** What a field holds in memory. */
type Value<F> = F extends readonly [number, Scalar, number?]
  ? number
  : F extends readonly [number, 'bool', boolean?]
    ? boolean
    : F extends readonly [number, 'string']
      ? string
      : F extends readonly [number, 'bytes']
        ? Uint8Array
        : F extends readonly [number, 'vector', Scalar]
          ? readonly number[]
          : F extends readonly [number, 'enum', infer E]
            ? keyof E
            : F extends readonly [number, 'table', infer T extends Table]
              ? Decoded<T> | undefined
              : F extends readonly [number, 'tables', infer T extends Table]
                ? readonly Decoded<T>[]
                : F extends readonly [number, 'union', infer U extends Union]
                  ? { [K in keyof U]: { readonly type: K; readonly value: Decoded<U[K][1]> } }[keyof U] | undefined
                  : never;

/** A table in memory: numbers for scalars, names for enumerations, `undefined` for a table or union that is absent. */
export type Decoded<T extends Table> = { readonly [K in keyof T]: Value<T[K]> };

/** Describes a table; its type carries every field's kind. */
export function table<const T extends Table>(fields: T): T {
  return fields;
}
