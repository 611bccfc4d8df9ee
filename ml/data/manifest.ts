import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { z } from 'zod';
import { EMOTIONS, type Emotion } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { readText, writeAtomic } from '../core/files.ts';
import { type FaceDataset, SPLITS } from './dataset.ts';
import type { LoadedFaces } from './loaded.ts';
import { ACTIONS, type Entry, type Identity, type Manifest, REASONS } from './manifest-format.ts';

const TITLE = '# emotion-lens manifest ';
const COLUMNS = ['row', 'action', 'from', 'to', 'reason', 'score'] as const;
const SCORE_DIGITS = 3;
/** Of a manifest of a million rows. */
const MAX_BYTES = 100_000_000;
/** Characters of the first line; a pattern below may take their square in steps. */
const MAX_TITLE = 2000;

const IdentitySchema: z.ZodType<Identity> = z.strictObject({
  version: z.literal(1),
  source: z.string(),
  rows: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const emotion = z.enum(EMOTIONS);
const EntrySchema: z.ZodType<Entry> = z
  .strictObject({
    row: z
      .string()
      .regex(/^\d{1,9}$/, 'a whole number')
      .transform(Number),
    action: z.enum(ACTIONS),
    from: emotion,
    to: z.union([emotion, z.literal('')]).transform((name): Emotion | null => (name === '' ? null : name)),
    reason: z.enum(REASONS),
    score: z.union([
      z.literal('').transform(() => null),
      z
        .string()
        .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'a number from 0 to 1, or nothing')
        .transform(Number),
    ]),
  })
  .refine(({ action, to }) => action !== 'move' || to !== null, { path: ['to'], message: 'the class to move it to' })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'another class than "from"' });

/** Identifies a data set by its rows, labels, splits and pixels, regardless of the file they were read from. */
export function identityOf({ dataset, sourceRows }: Pick<LoadedFaces, 'dataset' | 'sourceRows'>): Identity {
  const hash = createHash('sha256').update(`${sourceRows}\n`);
  for (const row of dataset.rows) hash.update(`${row} `);
  for (const part of [dataset.labels, dataset.splits, dataset.pixels]) hash.update(part);
  return { version: 1, source: basename(dataset.source), rows: sourceRows, sha256: hash.digest('hex') };
}

/** A manifest as text: a line that names the data set, the names of the columns, a line for each entry. */
export function encodeManifest({ identity, entries }: Manifest): string {
  const lines = entries.map(({ row, action, from, to, reason, score }) =>
    [row, action, from, to ?? '', reason, score === null ? '' : Number(score.toFixed(SCORE_DIGITS))].join(','),
  );
  return `${[TITLE + JSON.stringify(identity), COLUMNS.join(','), ...lines].join('\n')}\n`;
}

/** Writes a manifest, whole or not at all. */
export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await writeAtomic(path, encodeManifest(manifest));
}

/**
 * Reads a file that {@link writeManifest} wrote, even if a spreadsheet program has saved it since.
 * @throws UserError with file, line and column for anything invalid.
 */
export async function readManifest(path: string): Promise<Manifest> {
  const lines = (await readText(path, MAX_BYTES)).replace(/^\ufeff/, '').split(/\r?\n/);
  const identity = parseIdentity(path, lines[0].slice(0, MAX_TITLE));
  if (lines[1]?.trim() !== COLUMNS.join(','))
    throw new UserError(`${path} line 2: found ${JSON.stringify(lines[1] ?? '')}, expected ${COLUMNS.join(',')}`);
  const entries: Entry[] = [];
  const lineOf = new Map<number, number>();
  for (const [i, line] of lines.entries()) {
    if (i < 2 || line.trim() === '') continue;
    const here = `${path} line ${i + 1}`;
    const entry = parseEntry(here, line);
    if (entry.row >= identity.rows)
      throw new UserError(`${here}: row is ${entry.row}, but the data set has rows 0 to ${identity.rows - 1}`);
    const before = lineOf.get(entry.row);
    if (before !== undefined)
      throw new UserError(`${here}: row ${entry.row} is already in line ${before}; delete one of the two`);
    lineOf.set(entry.row, i + 1);
    entries.push(entry);
  }
  return { identity, entries: entries.sort((a, b) => a.row - b.row) };
}

function parseIdentity(path: string, line: string): Identity {
  try {
    // A spreadsheet program quotes the line, since it holds commas and quotes.
    const plain = line.startsWith('"') ? line.replace(/^"|",*$/g, '').replaceAll('""', '"') : line.replace(/,+$/, '');
    if (!plain.startsWith(TITLE)) throw new Error('no title');
    return IdentitySchema.parse(JSON.parse(plain.slice(TITLE.length)));
  } catch (thrown) {
    throw new UserError(
      `${path} line 1: found ${JSON.stringify(line.slice(0, 80))}, expected the title line of a manifest; ` +
        'create a manifest with "emotion-lens refine"',
      { cause: thrown },
    );
  }
}

function parseEntry(here: string, line: string): Entry {
  const fields = line.split(',').map((field) => field.trim());
  if (fields.length !== COLUMNS.length)
    throw new UserError(`${here}: found ${fields.length} columns, expected ${COLUMNS.join(',')}`);
  const parsed = EntrySchema.safeParse(Object.fromEntries(COLUMNS.map((column, i) => [column, fields[i]])));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const column = String(issue.path[0]) as (typeof COLUMNS)[number];
  const found = JSON.stringify(fields[COLUMNS.indexOf(column)]);
  throw new UserError(`${here}: ${column} is ${found}; expected ${EXPECTED[column] ?? issue.message}`);
}

const EXPECTED: Partial<Record<(typeof COLUMNS)[number], string>> = {
  row: 'a whole number',
  action: ACTIONS.join(', '),
  from: EMOTIONS.join(', '),
  to: `${EMOTIONS.join(', ')}, other than "from", or nothing unless the action is move`,
  reason: REASONS.join(', '),
  score: 'a number from 0 to 1, or nothing',
};

/** @throws UserError unless a manifest was made for this data set. */
export function checkIdentity(path: string, { identity }: Manifest, found: Identity): void {
  const problem =
    identity.rows !== found.rows
      ? `it has ${identity.rows} rows, ${found.source} has ${found.rows}`
      : identity.sha256 !== found.sha256
        ? `both have ${found.rows} rows, but the images, labels or splits of ${found.source} differ`
        : null;
  if (problem === null) return;
  throw new UserError(
    `${path} is the manifest of another data set (${identity.source}): ${problem}; ` +
      'use it with its own data, or create a new one with "emotion-lens refine"',
  );
}

/** The effect of a manifest on a data set. */
export interface Refinement {
  /** Positions in the data set. */
  readonly dropped: ReadonlySet<number>;
  /** Class of each face, 0..6, after the moves. [count] */
  readonly labels: Uint8Array;
  readonly moved: number;
}

/**
 * Applies a manifest. Only training faces change: a test split keeps every face and label, so scores stay comparable.
 * @param path names the manifest in errors.
 * @throws UserError if it would change a test row, or does not match a row.
 */
export function refinementBy(path: string, { entries }: Manifest, dataset: FaceDataset): Refinement {
  const faceOf = new Map(Array.from(dataset.rows, (row, face) => [row, face] as const));
  const dropped = new Set<number>();
  const labels = dataset.labels.slice();
  let moved = 0;
  for (const { row, action, from, to } of entries) {
    const face = faceOf.get(row);
    if (face === undefined) throw new UserError(`${path}: row ${row} was skipped as malformed; delete its line`);
    if (EMOTIONS[labels[face]] !== from)
      throw new UserError(`${path}: row ${row} is ${EMOTIONS[labels[face]]}, not ${from}; correct "from"`);
    if (action === 'keep') continue;
    if (SPLITS[dataset.splits[face]] !== 'Training')
      throw new UserError(`${path}: row ${row} is in a test split, which is never changed; delete its line`);
    if (action === 'drop') dropped.add(face);
    else {
      labels[face] = EMOTIONS.indexOf(to as Emotion);
      moved++;
    }
  }
  return { dropped, labels, moved };
}
