import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LUMA } from '../core/bt601.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { nearestName, UserError } from '../core/errors.ts';
import { readText } from '../core/files.ts';
import { openPicture, pictureFault } from '../core/picture-file.ts';
import type { Reporter } from '../core/progress.ts';
import { isInside } from '../core/untrusted-path.ts';
import { CLASS_NAMES } from '../data/class-names.ts';
import type { PosedFaces } from '../data/dataset.ts';
import { type FaceSquare, placeOf } from './landmarks/square.ts';
import { samplePicture } from './picture.ts';

/** The table in a folder of posed photographs. */
const POSED_FILE = 'faces.csv';
const COLUMNS = ['file', 'expression', 'subject', 'session', 'centre_x', 'centre_y', 'half_side', 'roll_degrees'];
const MAX_FACES = 50_000;
/** A face with fewer pixels across shows no expression. */
const MIN_SIDE = 24;
/** Share of a square that may lie outside its picture; FER2013's framing exceeds a tight portrait a little. */
const MAX_OUTSIDE = 0.5;

const text = z.string().min(1).max(200);
const RowSchema = z.strictObject({
  file: text,
  expression: text,
  subject: text,
  session: text,
  centre_x: z.coerce.number(),
  centre_y: z.coerce.number(),
  half_side: z.coerce.number().min(MIN_SIDE / 2),
  roll_degrees: z.coerce.number().min(-180).max(180),
});

/**
 * Reads a folder of posed photographs: `faces.csv` with the columns `file` (a path in the folder), `expression` (the usual names),
 * `subject`, `session`, and the square to crop in pixels of the file: `centre_x`, `centre_y`, `half_side`, `roll_degrees`
 * (clockwise). Each square is cropped from its picture as the lens crops a face, without passing through 48 × 48 pixels.
 * @param size side of a crop in pixels, as the model sees it.
 * @throws UserError with file and line if the table is malformed, a picture is missing or damaged, or a square lies
 * outside its picture.
 */
export async function readPosed(root: string, size: number, report: Reporter): Promise<PosedFaces> {
  const table = join(root, POSED_FILE);
  const rows = await readTable(table);
  const folder = await realpath(root);
  const pixels = new Uint8Array(rows.length * size ** 2);
  const step = `reading ${root}`;
  for (const [i, { row, line }] of rows.entries()) {
    if (i % 32 === 0) report.progress({ step, done: i, total: rows.length, unit: 'img' });
    const here = `${table} line ${line}`;
    const path = await pictureIn(folder, row.file, here);
    const square = { x: row.centre_x, y: row.centre_y, half: row.half_side, roll: (row.roll_degrees * Math.PI) / 180 };
    pixels.set(await cropOf(path, square, size, here), i * size ** 2);
  }
  report.progress({ step, done: rows.length, total: rows.length, unit: 'img' });
  return {
    source: root,
    count: rows.length,
    size,
    pixels,
    labels: Uint8Array.from(rows, ({ label }) => label),
    subjects: rows.map(({ row }) => row.subject),
    sessions: rows.map(({ row }) => row.session),
  };
}

interface TableRow {
  readonly line: number;
  readonly label: number;
  readonly row: z.infer<typeof RowSchema>;
}

async function readTable(table: string): Promise<TableRow[]> {
  const [header = '', ...lines] = (await readText(table)).split(/\r?\n/);
  if (header.trim() !== COLUMNS.join(','))
    throw new UserError(
      `${table} line 1: found ${JSON.stringify(header.slice(0, 120))}; expected the columns ${COLUMNS.join(',')}`,
    );
  const rows = lines.flatMap((text, i) =>
    text.trim() === '' ? [] : [parseRow(text, `${table} line ${i + 2}`, i + 2)],
  );
  if (rows.length === 0) throw new UserError(`${table} has no faces; expected a line for each picture`);
  if (rows.length > MAX_FACES)
    throw new UserError(`${table} has ${rows.length} faces; at most ${MAX_FACES} are read, so use a part of them`);
  return rows;
}

function parseRow(text: string, here: string, line: number): TableRow {
  const fields = text.split(',');
  if (fields.length !== COLUMNS.length)
    throw new UserError(`${here}: found ${fields.length} columns, expected ${COLUMNS.length}: ${COLUMNS.join(',')}`);
  const parsed = RowSchema.safeParse(Object.fromEntries(COLUMNS.map((name, i) => [name, fields[i].trim()])));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    const found = JSON.stringify(fields[COLUMNS.indexOf(String(path[0]))]);
    throw new UserError(`${here}: ${String(path[0])} is ${found}: ${message}; correct this line`);
  }
  const row = parsed.data;
  const name = row.expression.toLowerCase();
  const emotion = Object.hasOwn(CLASS_NAMES, name) ? CLASS_NAMES[name] : undefined;
  if (emotion === undefined) {
    const meant = nearestName(name, Object.keys(CLASS_NAMES));
    const hint = meant ? `did you mean ${meant}?` : `expected one of ${EMOTIONS.join(', ').toLowerCase()}`;
    throw new UserError(`${here}: unknown expression ${JSON.stringify(row.expression)}; ${hint}`);
  }
  return { line, label: EMOTIONS.indexOf(emotion), row };
}

/** The path of a picture that a table names, which must not lead out of the folder. */
async function pictureIn(folder: string, file: string, here: string): Promise<string> {
  const path = await realpath(join(folder, file)).catch(() => {
    throw new UserError(`${here}: there is no picture ${file} in ${folder}; add it, or remove this line`);
  });
  if (!isInside(folder, path))
    throw new UserError(`${here}: ${file} lies outside ${folder}; move the picture into the folder`);
  return path;
}

async function cropOf(path: string, square: FaceSquare, size: number, here: string): Promise<Uint8Array> {
  try {
    const upright = (await openPicture(path)).rotate().toColourspace('srgb').ensureAlpha();
    const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
    const outside = shareOutside(square, info.width, info.height);
    if (outside > MAX_OUTSIDE)
      throw new UserError(
        `${here}: ${Math.round(100 * outside)} % of the square lies outside ${path} (${info.width} × ${info.height} ` +
          'pixels); expected at most half of it, so check that this is the picture that the square was measured on',
      );
    const colours = new Uint8Array(3 * size ** 2);
    const view = { square: placeOf(square), width: size, height: size };
    samplePicture({ data, width: info.width, height: info.height }, view, colours);
    return Uint8Array.from({ length: size ** 2 }, (_, pixel) =>
      Math.round(LUMA.reduce((sum, share, colour) => sum + share * colours[3 * pixel + colour], 0)),
    );
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(`${here}: cannot read ${path}: ${pictureFault(thrown)}`, { cause: thrown });
  }
}

/** Share of a square, as if it were upright, that lies outside a picture. */
function shareOutside({ x, y, half }: FaceSquare, width: number, height: number): number {
  const inside = (centre: number, end: number) =>
    Math.max(0, Math.min(end, centre + half) - Math.max(0, centre - half)) / (2 * half);
  return 1 - inside(x, width) * inside(y, height);
}
