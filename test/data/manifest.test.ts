import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { silent } from '../../ml/core/progress.ts';
import { loadFaces, readFaces } from '../../ml/data/load.ts';
import { encodeManifest, identityOf, readManifest, writeManifest } from '../../ml/data/manifest.ts';
import { ACTIONS, type Entry, type Identity, REASONS } from '../../ml/data/manifest-format.ts';
import { csvRow, datasetOf, type Face, pattern, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const identity: Identity = { version: 1, source: 'faces.csv', rows: 1000, sha256: 'ab'.repeat(32) };
const entry = (change: Partial<Entry> = {}): Entry => ({
  row: 3,
  action: 'move',
  from: 'Sad',
  to: 'Happy',
  reason: 'label-votes',
  score: 0.75,
  ...change,
});

/** A manifest whose lines after the first two are these. */
function fileWith(...lines: string[]): string {
  const path = join(folder, 'manifest.csv');
  writeFileSync(path, [...encodeManifest({ identity, entries: [] }).trimEnd().split('\n'), ...lines].join('\n'));
  return path;
}

describe('a manifest', () => {
  const anyEntry = fc
    .record({
      row: fc.nat(999),
      action: fc.constantFrom(...ACTIONS),
      from: fc.constantFrom(...EMOTIONS),
      to: fc.constantFrom(...EMOTIONS),
      reason: fc.constantFrom(...REASONS),
      score: fc.option(fc.nat(1000).map((thousandths) => thousandths / 1000)),
    })
    .map((one): Entry => (one.to === one.from ? { ...one, action: 'drop', to: null } : one));

  it('is read as it was written, whatever it says', async () => {
    const path = join(folder, 'any.csv');
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyEntry, { selector: ({ row }) => row }), async (entries) => {
        await writeManifest(path, { identity, entries });
        const sorted = [...entries].sort((a, b) => a.row - b.row);
        expect(await readManifest(path)).toEqual({ identity, entries: sorted });
      }),
      { numRuns: 30 },
    );
  });

  it('survives a spreadsheet program', async () => {
    const path = join(folder, 'sheet.csv');
    const [title, ...rest] = encodeManifest({ identity, entries: [entry()] })
      .trimEnd()
      .split('\n');
    const quoted = `\ufeff"${title.replaceAll('"', '""')}",,,,,`;
    writeFileSync(path, [quoted, ...rest, ''].join('\r\n'));
    expect(await readManifest(path)).toEqual({ identity, entries: [entry()] });
  });

  it.each([
    ['3,move,Sad,Happy,label-votes', /line 3: found 5 columns, expected row,action/],
    ['-3,drop,Sad,,constant,1', /line 3: row is "-3"; expected a whole number/],
    ['1000,drop,Sad,,constant,1', /line 3: row is 1000, but the data set has rows 0 to 999/],
    ['3,remove,Sad,,constant,1', /line 3: action is "remove"; expected keep, drop, move/],
    ['3,drop,sad,,constant,1', /line 3: from is "sad"; expected Angry, /],
    ['3,move,Sad,,label-votes,1', /line 3: to is ""; expected Angry, .* unless the action is move/],
    ['3,move,Sad,Sad,label-votes,1', /line 3: to is "Sad"; expected .*other than "from"/],
    ['3,drop,Sad,,ugly,1', /line 3: reason is "ugly"; expected constant, /],
    ['3,drop,Sad,,constant,2', /line 3: score is "2"; expected a number from 0 to 1/],
  ])('says what is wrong with %j', async (line, message) => {
    await expect(readManifest(fileWith(line))).rejects.toThrow(message);
  });

  it('refuses a row that is there twice, another header, and what is no manifest', async () => {
    const line = '3,drop,Sad,,constant,1';
    await expect(readManifest(fileWith(line, line))).rejects.toThrow(/line 4: row 3 is already in line 3/);
    const path = fileWith(line);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('row,action', 'line,action'));
    await expect(readManifest(path)).rejects.toThrow(/line 2: found "line,action.*expected row,action/);
    writeFileSync(path, 'emotion,pixels,Usage\n');
    await expect(readManifest(path)).rejects.toThrow(/line 1: found "emotion,.*expected the title line of a manifest/);
    writeFileSync(path, text.replace('"version":1', '"version":2'));
    await expect(readManifest(path)).rejects.toThrow(/line 1/);
  });
});

describe('the identity of a data set', () => {
  const faces: Face[] = [1, 2, 3].map((number) => ({ label: number, split: number - 1, pixels: pattern(number) }));
  const hashOf = (changed: readonly Face[]) => identityOf({ dataset: datasetOf(changed), sourceRows: 3 }).sha256;

  it('changes with every label, split, pixel and row', () => {
    const pixels = [...pattern(2)];
    pixels[2303] ^= 1;
    const others = [{ label: 3 }, { split: 0 }, { pixels }].map((change) => faces.with(1, { ...faces[1], ...change }));
    const hashes = [faces, ...others, [...faces].reverse()].map(hashOf);
    hashes.push(identityOf({ dataset: datasetOf(faces), sourceRows: 4 }).sha256);
    hashes.push(identityOf({ dataset: { ...datasetOf(faces), rows: Uint32Array.of(0, 1, 3) }, sourceRows: 3 }).sha256);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashOf(faces)).toBe(hashes[0]);
  });
});

describe('training with a manifest', () => {
  const faces: Face[] = [0, 0, 0, 0, 1, 2].map((split, i) => ({ label: i % 7, split, pixels: pattern(i + 1) }));
  const write = (name: string, rows: readonly Face[]) => {
    const path = join(folder, name);
    writeFileSync(path, ['emotion,pixels,Usage', ...rows.map(csvRow)].join('\n'));
    return path;
  };
  const source = write('source.csv', faces);
  const dataOf = (from: string, refine: string | null) =>
    ConfigSchema.parse({ data: { source: from, refine, cache: join(folder, 'cache') } }).data;
  const manifestOf = async (entries: Entry[]) => {
    const path = join(folder, 'refine.csv');
    const { loaded } = await readFaces(dataOf(source, null), 1, silent);
    await writeManifest(path, { identity: identityOf(loaded), entries });
    return path;
  };

  it('drops and moves training faces; the test splits stay', async () => {
    const refine = await manifestOf([
      entry({ row: 0, action: 'drop', from: 'Angry', to: null }),
      entry({ row: 1, action: 'move', from: 'Disgust', to: 'Sad' }),
      entry({ row: 2, action: 'keep', from: 'Fear', to: 'Sad' }),
      entry({ row: 4, action: 'keep', from: 'Sad', to: 'Happy' }),
    ]);
    const plain = await loadFaces(dataOf(source, null), 1, silent);
    const { dataset, summary } = await loadFaces(dataOf(source, refine), 1, silent);
    expect(Array.from(dataset.rows)).toEqual([1, 2, 3, 4, 5]);
    expect(Array.from(dataset.labels)).toEqual([4, 2, 3, 4, 5]);
    expect(summary.refined).toEqual({ manifest: refine, dropped: 1, moved: 1 });
    expect(plain.summary.refined).toBe(null);
    for (const split of ['PublicTest', 'PrivateTest'] as const)
      expect(summary.faces[split]).toEqual(plain.summary.faces[split]);
    // The cache holds the data as they are.
    expect(Array.from((await loadFaces(dataOf(source, null), 1, silent)).dataset.labels)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.each([
    [{ row: 4, action: 'drop', from: 'Sad', to: null }, /row 4 is in a test split, which is never changed/],
    [{ row: 5, action: 'move', from: 'Surprise', to: 'Sad' }, /row 5 is in a test split/],
    [{ row: 1, action: 'keep', from: 'Sad', to: null }, /row 1 is Disgust, not Sad/],
  ] as [Partial<Entry>, RegExp][])('refuses %j', async (change, message) => {
    const refine = await manifestOf([entry(change)]);
    await expect(loadFaces(dataOf(source, refine), 1, silent)).rejects.toThrow(message);
  });

  it('refuses the manifest of other data, and one that is not there', async () => {
    const refine = await manifestOf([]);
    const longer = write('longer.csv', [...faces, faces[0]]);
    const others = write('others.csv', faces.with(0, { ...faces[0], label: 6 }));
    const load = (from: string) => loadFaces(dataOf(from, refine), 1, silent);
    await expect(load(longer)).rejects.toThrow(/another data set \(source\.csv\): it has 6 rows, longer\.csv has 7/);
    await expect(load(others)).rejects.toThrow(
      /both have 6 rows, but the images, labels or splits of others\.csv differ/,
    );
    await expect(loadFaces(dataOf(source, 'none.csv'), 1, silent)).rejects.toThrow(/cannot read none\.csv/);
    expect(existsSync('none.csv')).toBe(false);
  });
});
