import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import type { Reporter } from '../core/progress.ts';
import { FACE_PIXELS, SPLITS } from './dataset.ts';
import { type ByteLine, linesOf, readChunks } from './lines.ts';
import { BadRows, type LoadedFaces } from './loaded.ts';

const decoder = new TextDecoder();
const COMMA = 44;
const SPACE = 32;
const ZERO = 48;
const COLUMNS = ['emotion', 'pixels', 'usage'] as const;
const BLOCK_ROWS = 1024;

/** Position of each column in a row. */
type Layout = Readonly<Record<(typeof COLUMNS)[number], number>>;

interface Row {
  readonly label: number;
  readonly split: number;
}

/**
 * Reads the `fer2013.csv` of Kaggle's FER2013 competition (Goodfellow et al. 2013, arXiv:1307.0414): a label 0..6,
 * 48×48 grey values 0..255 separated by spaces, and the usage. Any order of the three columns, any case and spaces in the
 * header (so `icml_face_data.csv` too), LF or CRLF, plain or gzip. Blank lines are ignored.
 * @param skipBadRows skip malformed rows and count them.
 * @throws UserError with file and line for a malformed row unless skipped, and always for an unreadable, empty or
 * corrupt file, an unknown header and a file without any good row.
 */
export async function readFer2013(path: string, skipBadRows: boolean, report: Reporter): Promise<LoadedFaces> {
  const lines = linesOf(readChunks(path, report), path);
  const header = await lines.next();
  // An empty gzip unpacks to nothing, so to no header.
  const layout = parseHeader(path, header.done ? '' : decoder.decode(header.value.bytes));

  const badRows = new BadRows(skipBadRows);
  const faces = new FaceBlocks();
  const labels: number[] = [];
  const splits: number[] = [];
  const rows: number[] = [];
  let sourceRows = 0;
  for await (const line of lines) {
    if (line.bytes.length === 0) continue;
    const row = parseRow(line, layout, faces.next());
    if (typeof row === 'string') {
      badRows.add(path, `line ${line.number}`, row);
    } else {
      faces.keep();
      labels.push(row.label);
      splits.push(row.split);
      rows.push(sourceRows);
    }
    sourceRows++;
  }
  if (labels.length === 0)
    throw new UserError(
      sourceRows === 0
        ? `cannot use ${path}: it has a header but no rows; download it again`
        : `cannot use ${path}: all of its ${sourceRows} rows are malformed; first error: ${badRows.first[0]}`,
    );
  const dataset = {
    source: path,
    count: labels.length,
    pixels: faces.join(),
    labels: Uint8Array.from(labels),
    splits: Uint8Array.from(splits),
    rows: Uint32Array.from(rows),
  };
  return { dataset, sourceRows, badRows: { count: badRows.count, first: badRows.first } };
}

/** Text of a file for a message: quoted, control characters escaped, shortened. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function parseHeader(path: string, header: string): Layout {
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  if (names.length !== COLUMNS.length || !COLUMNS.every((column) => names.includes(column)))
    throw new UserError(
      `${path} line 1: unknown header ${quote(header)}; expected emotion,pixels,Usage in any order ` +
        '(unpack a .zip or .tar archive first)',
    );
  return {
    emotion: names.indexOf('emotion'),
    pixels: names.indexOf('pixels'),
    usage: names.indexOf('usage'),
  };
}

/** One row; its pixels go to `pixels`. Returns what is wrong with a malformed row. */
function parseRow(line: ByteLine, layout: Layout, pixels: Uint8Array): Row | string {
  const fields = splitFields(line.bytes);
  if (fields === null) return `found ${1 + countOf(line.bytes, COMMA)} columns, expected ${COLUMNS.length}`;
  const emotion = decoder.decode(fields[layout.emotion]).trim();
  if (!/^[0-6]$/.test(emotion)) return `unknown emotion ${quote(emotion)}, expected 0 to ${EMOTIONS.length - 1}`;
  const usage = decoder.decode(fields[layout.usage]).trim();
  const split = SPLITS.findIndex((name) => name.toLowerCase() === usage.toLowerCase());
  if (split < 0) return `unknown Usage ${quote(usage)}, expected ${SPLITS.join(', ')}`;
  return parsePixels(fields[layout.pixels], pixels) ?? { label: Number(emotion), split };
}

/** The fields of a line; null unless there is one for each column. */
function splitFields(line: Uint8Array): Uint8Array[] | null {
  const fields: Uint8Array[] = [];
  let start = 0;
  for (let end = line.indexOf(COMMA); end >= 0; end = line.indexOf(COMMA, start)) {
    fields.push(line.subarray(start, end));
    if (fields.length === COLUMNS.length) return null;
    start = end + 1;
  }
  fields.push(line.subarray(start));
  return fields.length === COLUMNS.length ? fields : null;
}

function countOf(bytes: Uint8Array, wanted: number): number {
  let count = 0;
  for (const byte of bytes) if (byte === wanted) count++;
  return count;
}

/** Decimal grey values separated by white space. Bytes rather than strings: the whole file is 300 MB of them. */
function parsePixels(field: Uint8Array, pixels: Uint8Array): string | undefined {
  let count = 0;
  let value = -1;
  for (let i = 0; i <= field.length; i++) {
    const byte = i < field.length ? field[i] : SPACE;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      value = value < 0 ? digit : value * 10 + digit;
    } else if (byte > SPACE || value > 255) {
      return `pixel ${count + 1} is ${quote(tokenAt(field, i))}, expected a whole number from 0 to 255`;
    } else if (value >= 0) {
      // Values past the end of a typed array are not stored; their number is an error below.
      pixels[count++] = value;
      value = -1;
    }
  }
  return count === FACE_PIXELS ? undefined : `found ${count} pixels, expected ${FACE_PIXELS} (48x48)`;
}

/** The word that ends at or spans a position. */
function tokenAt(field: Uint8Array, position: number): string {
  let start = position;
  while (start > 0 && field[start - 1] > SPACE) start--;
  let end = position;
  while (end < field.length && field[end] > SPACE) end++;
  return decoder.decode(field.subarray(start, end));
}

/** A growing number of faces, stored in blocks so that none is ever moved. */
class FaceBlocks {
  readonly #blocks: Uint8Array[] = [];
  #count = 0;

  /** Room for the next face; handed out again until {@link keep}. */
  next(): Uint8Array {
    const row = this.#count % BLOCK_ROWS;
    if (this.#count === this.#blocks.length * BLOCK_ROWS) this.#blocks.push(new Uint8Array(BLOCK_ROWS * FACE_PIXELS));
    return this.#blocks[this.#blocks.length - 1].subarray(row * FACE_PIXELS, (row + 1) * FACE_PIXELS);
  }

  keep(): void {
    this.#count++;
  }

  /** All faces kept, [count, 48, 48]; ends the life of the blocks. */
  join(): Uint8Array {
    const joined = new Uint8Array(this.#count * FACE_PIXELS);
    for (let at = 0; at < joined.length; at += BLOCK_ROWS * FACE_PIXELS)
      joined.set((this.#blocks.shift() as Uint8Array).subarray(0, joined.length - at), at);
    return joined;
  }
}
