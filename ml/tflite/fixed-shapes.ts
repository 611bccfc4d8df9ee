import { ByteBuffer } from 'flatbuffers';

/** Fields of the schema. */
const MODEL_SUBGRAPHS = 2;
const SUBGRAPH_TENSORS = 0;
const TENSOR_SHAPE = 0;
const TENSOR_SHAPE_SIGNATURE = 7;
const WORD = 4;

interface Vector {
  readonly start: number;
  readonly length: number;
}

/**
 * A file whose shapes stay as they are: each open side of a shape's signature (-1, as Keras' converter writes the batch) becomes
 * what the shape has, which is 1. LiteRT prepares no network with open sides.
 * @param bytes of a file that `readTflite` has read; they are left as they are.
 */
export function withFixedShapes(bytes: Uint8Array): Uint8Array {
  const fixed = bytes.slice();
  const buffer = new ByteBuffer(fixed);
  const vectorOf = (table: number, field: number): Vector => {
    const offset = buffer.__offset(table, WORD + 2 * field);
    if (offset === 0) return { start: 0, length: 0 };
    return { start: buffer.__vector(table + offset), length: buffer.__vector_len(table + offset) };
  };
  const tablesOf = (table: number, field: number): number[] => {
    const { start, length } = vectorOf(table, field);
    return Array.from({ length }, (_, at) => buffer.__indirect(start + WORD * at));
  };
  for (const graph of tablesOf(buffer.readInt32(0), MODEL_SUBGRAPHS))
    for (const tensor of tablesOf(graph, SUBGRAPH_TENSORS)) {
      const shape = vectorOf(tensor, TENSOR_SHAPE);
      const signature = vectorOf(tensor, TENSOR_SHAPE_SIGNATURE);
      for (let side = 0; side < Math.min(shape.length, signature.length); side++) {
        const place = signature.start + WORD * side;
        if (buffer.readInt32(place) < 0) buffer.writeInt32(place, buffer.readInt32(shape.start + WORD * side));
      }
    }
  return fixed;
}
