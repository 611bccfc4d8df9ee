import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { readText, writeAtomic } from '../core/files.ts';
import type { LoadedFaces } from './loaded.ts';
import { type Entry, EntrySchema, type Identity, IdentitySchema, type Manifest } from './manifest-format.ts';
import { ACTIONS, REASONS } from './reasons.ts';

const TITLE = '# emotion-lens manifest ';
const COLUMNS = ['row', 'action', 'from', 'to', 'reason', 'score'] as const;
const SCORE_DIGITS = 3;
/** Of a manifest of a million rows. */
const MOST_BYTES = 100_000_000;
/** Characters of the first line; a pattern below may take their square in steps. */
const MOST_TITLE = 2000;

/** Tells a data set from every other: its rows, labels, splits and pixels, whatever file they were read from. */
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
 * Reads what {@link writeManifest} wrote, or a spreadsheet program made of it.
 * @throws UserError with file, line and column for whatever does not fit.
 */
export async function readManifest(path: string): Promise<Manifest> {
  const lines = (await readText(path, MOST_BYTES)).replace(/^\ufeff/, '').split(/\r?\n/);
  const identity = parseIdentity(path, lines[0].slice(0, MOST_TITLE));
  if (lines[1]?.trim() !== COLUMNS.join(','))
    throw new UserError(`${path} line 2: found ${JSON.stringify(lines[1] ?? '')}, expected ${COLUMNS.join(',')}`);
  const entries: Entry[] = [];
  const lineOf = new Map<number, number>();
  for (const [i, line] of lines.entries()) {
    if (i < 2 || line.trim() === '') continue;
    const here = `${path} line ${i + 1}`;
    const entry = parseEntry(here, line);
    if (entry.row >= identity.rows)
      throw new UserError(`${here}: row is ${entry.row}, but the data set has the rows 0 to ${identity.rows - 1}`);
    const before = lineOf.get(entry.row);
    if (before !== undefined)
      throw new UserError(`${here}: row ${entry.row} was in line ${before} already; delete one of them`);
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
      `${path} line 1: found ${JSON.stringify(line.slice(0, 80))}, expected the line of a manifest that names its data ` +
        'set; write one with "emotion-lens refine"',
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
        ? `both have ${found.rows} rows, but ${found.source} has other images, labels or splits`
        : null;
  if (problem === null) return;
  throw new UserError(
    `${path} is the manifest of another data set (${identity.source}): ${problem}; ` +
      'use the data that it was made for, or make another with "emotion-lens refine"',
  );
}
