import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import type { Reporter } from '../core/progress.ts';
import { ClassNames } from './class-names.ts';
import { FACE_PIXELS, SPLITS } from './dataset.ts';
import { type ByteLine, linesOf, readChunks } from './lines.ts';
import { BadRows, type LoadedFaces } from './loaded.ts';
import { SPLIT_NAMES } from './splits.ts';

const decoder = new TextDecoder();
const QUOTE = 34;
const SEPARATORS = [',', ';', '\t'] as const;
const SPACE = 32;
const ZERO = 48;
/** The numbers that an unmapped table has. */
const FER2013 = new ClassNames(['fer2013']);
const BLOCK_ROWS = 1024;

/** Where the columns of a row are. */
interface Layout {
  /** Code of the character between two columns. */
  readonly separator: number;
  readonly columns: number;
  readonly emotion: number;
  readonly pixels: number;
  /** −1 for tables without it, whose faces are all Training. */
  readonly usage: number;
}

interface Row {
  /** Null for a class that is left out. */
  readonly label: number | null;
  readonly split: number;
}

/**
 * Reads the `fer2013.csv` of Kaggle's FER2013 competition (Goodfellow et al. 2013, arXiv:1307.0414): a label 0..6,
 * 48×48 grey values 0..255 separated by spaces, and the usage. Also the forms that others gave it: columns in any order, more
 * of them or no usage, names of classes and splits, any case and spaces in the header (so `icml_face_data.csv` too), commas,
 * semicolons or tabs, values in quotes, LF or CRLF, with or without a byte order mark, plain or gzip. Blank lines are ignored.
 * @param how.skipBadRows skip malformed rows and count them.
 * @param how.names of the classes, which are settled then; those that it maps to none are left out. Where they are the seven
 * expressions, unmapped numbers 0 to 6 are FER2013's.
 * @throws UserError with file and line for a malformed row unless skipped, and always for an unreadable, empty or
 * corrupt file, an unknown header and a file without any good row.
 */
export async function readFer2013(
  path: string,
  { skipBadRows, names }: { readonly skipBadRows: boolean; readonly names: ClassNames },
  report: Reporter,
): Promise<LoadedFaces> {
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
  let leftOut = 0;
  for await (const line of lines) {
    if (line.bytes.length === 0) continue;
    const row = parseRow(line, layout, { names, path }, faces.next());
    if (typeof row === 'string') {
      badRows.add(path, `line ${line.number}`, row);
    } else if (row.label === null) leftOut++;
    else {
      faces.keep();
      labels.push(row.label);
      splits.push(row.split);
      rows.push(sourceRows);
    }
    sourceRows++;
  }
  if (leftOut > 0) report.note(`${path}: left out ${leftOut} rows of classes that are mapped to none`);
  if (labels.length === 0)
    throw new UserError(
      sourceRows === 0
        ? `cannot use ${path}: it has a header but no rows; download it again`
        : `cannot use ${path}: none of its ${sourceRows} rows has a face; ${leftOut} are mapped to none, ` +
            `${badRows.count} are malformed${badRows.first[0] ? `; first error: ${badRows.first[0]}` : ''}`,
    );
  const settled = names.settle(path);
  const dataset = {
    source: path,
    count: labels.length,
    pixels: faces.join(),
    labels: Uint8Array.from(labels, settled),
    ...(names.classes && { classes: names.classes }),
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
  const namesBy = (separator: string) => header.split(separator).map((name) => unquoted(name).trim().toLowerCase());
  const separator = SEPARATORS.find((character) => namesBy(character).length > 1) ?? ',';
  const names = namesBy(separator);
  const times = (column: string) => names.filter((name) => name === column).length;
  if (times('emotion') !== 1 || times('pixels') !== 1 || times('usage') > 1)
    throw new UserError(
      `${path} line 1: unknown header ${quote(header)}; expected emotion,pixels,Usage in any order, of which only Usage may be missing ` +
        '(unpack a .zip or .tar archive first)',
    );
  return {
    separator: separator.charCodeAt(0),
    columns: names.length,
    emotion: names.indexOf('emotion'),
    pixels: names.indexOf('pixels'),
    usage: names.indexOf('usage'),
  };
}

const unquoted = (text: string) => text.trim().replace(/^"(.*)"$/, '$1');

/** One row; its pixels go to `pixels`. Returns what is wrong with a malformed row. */
function parseRow(
  line: ByteLine,
  layout: Layout,
  { names, path }: { readonly names: ClassNames; readonly path: string },
  pixels: Uint8Array,
): Row | string {
  const fields = splitFields(line.bytes, layout);
  if (fields === null) return `found ${1 + countOf(line.bytes, layout.separator)} columns, expected ${layout.columns}`;
  const emotion = decoder.decode(fields[layout.emotion]).trim();
  const label = names.isOpen ? undefined : knownLabel(emotion, names);
  if (label === undefined && !names.isOpen) {
    const expected = names.classes?.join(', ') ?? `0 to ${EMOTIONS.length - 1} or a name`;
    return `unknown emotion ${quote(emotion)}, expected ${expected}, or --map "${emotion}=CLASS"`;
  }
  const usage = layout.usage < 0 ? SPLITS[0] : decoder.decode(fields[layout.usage]).trim();
  const split = Object.hasOwn(SPLIT_NAMES, usage.toLowerCase()) ? SPLIT_NAMES[usage.toLowerCase()] : undefined;
  if (split === undefined) return `unknown Usage ${quote(usage)}, expected ${SPLITS.join(', ')}`;
  const problem = parsePixels(fields[layout.pixels], pixels);
  if (problem !== undefined) return problem;
  // Only a row that is used can bring a new class.
  return {
    label: label === undefined ? names.labelOf(emotion, `${path} line ${line.number}`) : label,
    split: SPLITS.indexOf(split),
  };
}

/** Unmapped numbers 0 to 6 are FER2013's. */
function knownLabel(emotion: string, names: ClassNames): number | null | undefined {
  const label = names.find(emotion);
  return label === undefined && !names.classes ? FER2013.find(emotion) : label;
}

/** The fields of a line, without the quotes around them; null unless there is one for each column. */
function splitFields(line: Uint8Array, { separator, columns }: Layout): Uint8Array[] | null {
  const fields: Uint8Array[] = [];
  let start = 0;
  while (fields.length < columns) {
    const quoted = line[start] === QUOTE;
    const closing = quoted ? line.indexOf(QUOTE, start + 1) : -1;
    if (quoted && closing < 0) return null;
    const found = line.indexOf(separator, quoted ? closing : start);
    const end = found < 0 ? line.length : found;
    fields.push(quoted ? line.subarray(start + 1, closing) : line.subarray(start, end));
    if (found < 0) break;
    start = end + 1;
    if (fields.length === columns) return null;
  }
  return fields.length === columns ? fields : null;
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
