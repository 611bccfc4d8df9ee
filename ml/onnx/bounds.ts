import protobuf from 'protobufjs';
import { ModelProto } from './schema.ts';

/** Nodes, tensors, attributes, names and the like of a file; the largest networks have some hundred thousands. */
const MAX_PARTS = 1_000_000;
/** Numbers that a file spells out one by one; weights lie in one piece. */
const MAX_NUMBERS = 20_000_000;

const { Reader, Type } = protobuf;

/** Types of the wire format. */
const LENGTH_DELIMITED = 2;
const VARINT = 0;

/**
 * Reads only the framing of a file, before memory is allocated for its content: a message of two bytes takes hundreds in memory.
 * @throws Error if it has more parts than any network, or is not a protobuf message.
 */
export function checkBounds(bytes: Uint8Array): void {
  let parts = 0;
  let numbers = 0;
  const count = (ofParts: number, ofNumbers: number) => {
    parts += ofParts;
    numbers += ofNumbers;
    if (parts > MAX_PARTS) {
      throw new Error(`it has more than ${MAX_PARTS.toLocaleString('en')} nodes, tensors, attributes and names`);
    }
    if (numbers > MAX_NUMBERS) throw new Error(`it has more than ${MAX_NUMBERS.toLocaleString('en')} single numbers`);
  };
  // A list in place of a recursion, which a file could make as deep as it likes.
  const rest: { type: protobuf.Type; start: number; end: number }[] = [
    { type: ModelProto, start: 0, end: bytes.length },
  ];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { type, start, end } = next;
    const reader = Reader.create(bytes.subarray(0, end));
    reader.pos = start;
    while (reader.pos < end) {
      const tag = reader.uint32();
      const wire = tag & 7;
      const field = type.fieldsById[tag >>> 3];
      if (wire === LENGTH_DELIMITED) {
        const length = reader.uint32();
        const from = reader.pos;
        reader.skip(length);
        if (field?.resolvedType instanceof Type) {
          count(1, 0);
          rest.push({ type: field.resolvedType, start: from, end: from + length });
        } else if (field?.type === 'string' || field?.type === 'bytes') {
          count(1, 0);
        } else if (field?.repeated && field.type !== 'float' && field.type !== 'double') {
          // Packed, each takes one byte at least.
          count(0, length);
        }
      } else {
        if (wire === VARINT || field?.repeated) count(0, 1);
        reader.skipType(wire);
      }
    }
  }
}
