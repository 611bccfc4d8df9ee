import { z } from 'zod';
import { UserError } from './errors.ts';

const Entry = z.strictObject({
  dtype: z.literal('F32'),
  shape: z.array(z.number().int().min(0)).length(1),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});
const Header = z.object({ __metadata__: z.record(z.string(), z.string()) }).catchall(Entry);

/** Length of the header's own length. */
const PREFIX = 8;
/** Of a header; ours have some hundred bytes. */
const MOST_HEADER = 1_000_000;

/** Named flat vectors of floats, with strings beside them. */
export interface TensorFile {
  readonly vectors: Readonly<Record<string, Float32Array>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes vectors in the safetensors format (github.com/huggingface/safetensors): length, JSON header, numbers. */
export function encodeSafetensors({ vectors, metadata }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, values] of Object.entries(vectors)) {
    header[name] = { dtype: 'F32', shape: [values.length], data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX + padded + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, PREFIX, PREFIX + padded);
  bytes.set(text, PREFIX);
  let position = PREFIX + padded;
  for (const values of Object.values(vectors)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position);
    position += values.byteLength;
  }
  return bytes;
}

/**
 * Reads what {@link encodeSafetensors} wrote.
 * @throws UserError if the file is truncated, corrupt or holds other kinds of tensors.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const broken = (found: string) =>
    new UserError(`${file} is not a whole safetensors file: ${found}; use another checkpoint`);
  if (bytes.length < PREFIX) throw broken(`it has ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const start = PREFIX + length;
  if (length > MOST_HEADER) throw broken(`its header has ${length} bytes, at most ${MOST_HEADER} are expected`);
  if (start > bytes.length) throw broken(`its header of ${length} bytes goes past the end`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX, start)));
  } catch (thrown) {
    throw broken(`its header is no JSON (${(thrown as Error).message})`);
  }
  const parsed = Header.safeParse(json);
  if (!parsed.success) throw broken(`its header does not fit: ${z.prettifyError(parsed.error)}`);
  const { __metadata__: metadata, ...entries } = parsed.data;
  const vectors: Record<string, Float32Array> = {};
  let total = 0;
  for (const [name, entry] of Object.entries(entries)) {
    const [begin, end] = entry.data_offsets;
    if (end - begin !== entry.shape[0] * 4)
      throw broken(`${name} has ${end - begin} bytes, ${entry.shape[0] * 4} were expected`);
    if (start + end > bytes.length) throw broken(`${name} goes past the end`);
    // Tensors that share their bytes would make much of a small file.
    total += end - begin;
    if (start + total > bytes.length) throw broken('its tensors overlap');
    vectors[name] = new Float32Array(bytes.slice(start + begin, start + end).buffer);
  }
  return { vectors, metadata };
}
