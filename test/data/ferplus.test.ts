import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { FERPLUS_CLASSES, SPLITS } from '../../ml/data/dataset.ts';
import { joinVotes } from '../../ml/data/ferplus.ts';
import type { LoadedFaces } from '../../ml/data/loaded.ts';
import { datasetOf, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const HEADER = `Usage,Image name,${FERPLUS_CLASSES.join(',')}`;
const row = (votes: readonly number[], split = 0) => `${SPLITS[split]},fer0000000.png,${votes.join(',')}`;
const TEN = [10, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** Faces of a source with some of its rows left out. */
function facesOf(splits: readonly number[], leftOut: readonly number[] = []): LoadedFaces {
  const all = splits.map((split, i) => ({ split, label: 0, pixels: [], row: i }));
  const kept = all.filter((face) => !leftOut.includes(face.row));
  const dataset = { ...datasetOf(kept, 'fer2013.csv'), rows: Uint32Array.from(kept, (face) => face.row) };
  return { dataset, sourceRows: splits.length, badRows: { count: leftOut.length, first: [] } };
}

function joinRows(lines: readonly string[], faces: LoadedFaces) {
  const path = join(folder, 'votes.csv');
  writeFileSync(path, lines.join('\n'));
  return joinVotes(path, faces, silent);
}

describe('joinVotes', () => {
  it('gives each face the votes of its row, also when rows of the source were left out', async () => {
    const oneRow = fc.record({
      split: fc.nat(2),
      votes: fc.array(fc.nat(10), { minLength: 10, maxLength: 10 }),
      good: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(oneRow, { minLength: 1, maxLength: 6 }), async (rows) => {
        const leftOut = [...rows.keys()].filter((i) => !rows[i].good);
        const faces = facesOf(
          rows.map(({ split }) => split),
          leftOut,
        );
        const { votes } = await joinRows([HEADER, ...rows.map(({ votes, split }) => row(votes, split)), ''], faces);
        expect(Array.from(votes ?? [])).toEqual(rows.filter(({ good }) => good).flatMap((one) => one.votes));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['another header', [HEADER.replace('fear', 'joy'), row(TEN)], 'line 1: unknown header'],
    ['a missing column', [HEADER, row(TEN.slice(1))], 'line 2: found 11 columns, expected 12'],
    [
      'too many votes',
      [HEADER, row(TEN), row([0, 11, 0, 0, 0, 0, 0, 0, 0, 0])],
      'line 3: the votes for happiness are "11"',
    ],
    ['no number', [HEADER, row(TEN).replace('10', 'ten')], 'line 2: the votes for neutral are "ten", expected 0 to 10'],
    ['an empty vote', [HEADER, row(TEN).replace('10', '')], 'line 2: the votes for neutral are ""'],
    [
      'another order of rows',
      [HEADER, row(TEN), row(TEN, 2)],
      'line 3: Usage is "PrivateTest", but the same row of fer2013.csv is Training',
    ],
    ['too few rows', [HEADER, row(TEN)], 'has 1 rows but fer2013.csv has 2'],
    ['too many rows', [HEADER, row(TEN), row(TEN), row(TEN)], 'has 3 rows but fer2013.csv has 2'],
    ['a header alone', [HEADER], 'has 0 rows but fer2013.csv has 2'],
  ])('refuses %s', async (_, lines, problem) => {
    const error = await joinRows(lines, facesOf([0, 0])).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('votes.csv');
    expect(error.message).toContain(problem);
  });
});
