import { z } from 'zod';
import { UserError } from './errors.ts';

const length = z.number().int().min(0);
const Entry = z.strictObject({
  dtype: z.literal('F32'),
  shape: z.array(length).max(8),
  data_offsets: z.tuple([length, length]),
});
const Header = z.object({ __metadata__: z.record(z.string(), z.string()).default({}) }).catchall(Entry);

/** Length of the header's own length. */
const PREFIX = 8;
/** Maximum size of a header; a checkpoint of the largest network has 200 kB. */
const MAX_HEADER = 1_000_000;

/** Floats in their shape, row by row. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Named tensors in the order of the file, and metadata. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes tensors in the safetensors format (github.com/huggingface/safetensors): length, JSON header, numbers. */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX + padded + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, PREFIX, PREFIX + padded);
  bytes.set(text, PREFIX);
  let position = PREFIX + padded;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position);
    position += values.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file of float32 tensors.
 * @throws UserError if the file is truncated, corrupt or holds other kinds of tensors.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const broken = (found: string) =>
    new UserError(`${file} is not a complete safetensors file: ${found}; use another checkpoint`);
  if (bytes.length < PREFIX) throw broken(`it has ${bytes.length} bytes`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const start = PREFIX + headerLength;
  if (headerLength > MAX_HEADER) throw broken(`its header has ${headerLength} bytes; expected at most ${MAX_HEADER}`);
  if (start > bytes.length) throw broken(`its header of ${headerLength} bytes goes past the end`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX, start)));
  } catch (thrown) {
    throw broken(`its header is not JSON (${(thrown as Error).message})`);
  }
  const parsed = Header.safeParse(json);
  if (!parsed.success) throw broken(`its header is invalid: ${z.prettifyError(parsed.error)}`);
  const { __metadata__: metadata, ...entries } = parsed.data;
  const tensors = new Map<string, StoredTensor>();
  let total = 0;
  for (const [name, { shape, data_offsets }] of Object.entries(entries)) {
    const [begin, end] = data_offsets;
    const expected = shape.reduce((product, side) => product * side, 4);
    if (end - begin !== expected) throw broken(`${name} has ${end - begin} bytes; expected ${expected}`);
    if (start + end > bytes.length) throw broken(`${name} goes past the end`);
    // Tensors that share bytes would make a small file use much memory.
    total += end - begin;
    if (start + total > bytes.length) throw broken('its tensors overlap');
    tensors.set(name, { shape, values: new Float32Array(bytes.slice(start + begin, start + end).buffer) });
  }
  return { tensors, metadata };
}
