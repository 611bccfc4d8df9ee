/** Fields of FlatBuffers tables by their ids in the public schema, without this project's description of it. */
export function rawReader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = (at: number) => at + view.getUint32(at, true);
  const field = (at: number, id: number): number | undefined => {
    const vtable = at - view.getInt32(at, true);
    const offset = 4 + 2 * id < view.getUint16(vtable, true) ? view.getUint16(vtable + 4 + 2 * id, true) : 0;
    return offset === 0 ? undefined : at + offset;
  };
  /** Where a table, or a vector's length, is. */
  const refer = (at: number, id: number) => target(field(at, id) as number);
  return {
    view,
    root: target(0),
    field,
    refer,
    text(at: number, id: number): string {
      const start = refer(at, id);
      return new TextDecoder().decode(bytes.subarray(start + 4, start + 4 + view.getUint32(start, true)));
    },
    tables(at: number, id: number): number[] {
      const start = refer(at, id);
      return Array.from({ length: view.getUint32(start, true) }, (_, i) => target(start + 4 + 4 * i));
    },
  };
}
