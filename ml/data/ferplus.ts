import { UserError } from '../core/errors.ts';
import type { Reporter } from '../core/progress.ts';
import { type FaceDataset, FERPLUS_CLASSES, SPLITS } from './dataset.ts';
import { linesOf, readChunks } from './lines.ts';
import type { LoadedFaces } from './loaded.ts';

const HEADER = ['Usage', 'Image name', ...FERPLUS_CLASSES];
const decoder = new TextDecoder();
const FIRST_VOTE = 2;
const HINT = 'expected the unchanged fer2013new.csv of FER+ (github.com/microsoft/FERPlus)';

/**
 * Adds the votes of FER+ (`fer2013new.csv`, Barsoum et al. 2016, arXiv:1608.01041) to the faces of FER2013, row by row;
 * the numbers in the column `Image name` are not row numbers and are ignored.
 * @throws UserError with file and line if the header, the number of columns, a vote or the Usage is wrong, or if the two
 * files differ in their number of rows.
 */
export async function joinVotes(path: string, faces: LoadedFaces, report: Reporter): Promise<FaceDataset> {
  const { dataset, sourceRows } = faces;
  const votes = new Uint8Array(dataset.count * FERPLUS_CLASSES.length);
  let row = -1;
  let next = 0;
  for await (const line of linesOf(readChunks(path, report), path)) {
    const fields = decoder.decode(line.bytes).split(',');
    if (row < 0) checkHeader(path, fields);
    else if (line.bytes.length === 0) continue;
    else {
      const here = `${path} line ${line.number}`;
      const rowVotes = parseVotes(here, fields);
      // A row without a face: the face was malformed and skipped.
      if (dataset.rows[next] === row) {
        checkUsage(here, fields[0], dataset, next);
        votes.set(rowVotes, next * FERPLUS_CLASSES.length);
        next++;
      }
    }
    row++;
  }
  const rows = Math.max(row, 0);
  if (rows !== sourceRows)
    throw new UserError(
      `${path} has ${rows} rows but ${dataset.source} has ${sourceRows}; the two are joined row by row, ` +
        'so both must be complete and in their original order',
    );
  return { ...dataset, votes };
}

function checkHeader(path: string, fields: readonly string[]): void {
  const plain = (names: readonly string[]) => names.map((name) => name.trim().toLowerCase()).join(',');
  if (plain(fields) !== plain(HEADER))
    throw new UserError(`${path} line 1: unknown header ${JSON.stringify(fields.join(',').slice(0, 120))}; ${HINT}`);
}

function parseVotes(here: string, fields: readonly string[]): Uint8Array {
  if (fields.length !== HEADER.length)
    throw new UserError(`${here}: found ${fields.length} columns, expected ${HEADER.length}; ${HINT}`);
  return Uint8Array.from(fields.slice(FIRST_VOTE), (field, i) => {
    if (!/^([0-9]|10)$/.test(field.trim()))
      throw new UserError(
        `${here}: the votes for ${FERPLUS_CLASSES[i]} are ${JSON.stringify(field)}, expected 0 to 10; ${HINT}`,
      );
    return Number(field);
  });
}

function checkUsage(here: string, usage: string, dataset: FaceDataset, index: number): void {
  const split = SPLITS[dataset.splits[index]];
  if (usage.trim() !== split)
    throw new UserError(
      `${here}: Usage is ${JSON.stringify(usage)}, but the same row of ${dataset.source} is ${split}; ` +
        'the two are joined row by row, so both must be in their original order',
    );
}
