import { copyFileSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ConfigSchema, type DataConfig } from '../../ml/config/schema.ts';
import { silent } from '../../ml/core/progress.ts';
import { FERPLUS_CLASSES, faceAt, SPLITS } from '../../ml/data/dataset.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { needing } from '../real-data.ts';
import { csvRow, type Face, listener, pattern, REAL, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const configOf = (data: Partial<DataConfig>): DataConfig =>
  ConfigSchema.parse({ data: { cache: join(folder, 'cache'), ...data } }).data;

const training = (number: number): Face => ({ label: 1, split: 0, pixels: pattern(number) });
const FACES: Face[] = [
  training(1),
  training(2),
  training(0),
  training(3),
  training(3),
  { label: 2, split: 1, pixels: pattern(2) },
  { label: 3, split: 2, pixels: pattern(0) },
  { label: 3, split: 2, pixels: pattern(2) },
];

function write(rows: readonly string[], name = 'faces.csv'): string {
  const path = join(folder, name);
  writeFileSync(path, ['emotion,pixels,Usage', ...rows].join('\n'));
  return path;
}

function writeVotes(splits: readonly number[]): string {
  const path = join(folder, 'votes.csv');
  const rows = splits.map((split, i) => `${SPLITS[split]},,${i % 10},0,0,0,0,0,0,0,0,0`);
  writeFileSync(path, [`Usage,Image name,${FERPLUS_CLASSES.join(',')}`, ...rows].join('\n'));
  return path;
}

describe('loadFaces', () => {
  const source = write(FACES.map(csvRow), 'flawed.csv');

  it('leaves out training faces that are constant or identical to a test face, and keeps all test faces', async () => {
    const report = listener();
    const votes = writeVotes(FACES.map(({ split }) => split));
    const { dataset, summary } = await loadFaces(configOf({ source, votes }), 1, report);
    expect(Array.from(dataset.rows)).toEqual([0, 3, 4, 5, 6, 7]);
    expect(Array.from(dataset.labels)).toEqual([1, 1, 1, 2, 3, 3]);
    expect(Array.from(dataset.splits)).toEqual([0, 0, 0, 1, 2, 2]);
    expect(Array.from(dataset.pixels)).toEqual([1, 3, 3, 2, 0, 2].flatMap(pattern));
    expect([...dataset.rows].map((_, i) => dataset.votes?.[i * 10])).toEqual([0, 3, 4, 5, 6, 7]);
    const none = { Angry: 0, Disgust: 0, Fear: 0, Happy: 0, Sad: 0, Surprise: 0, Neutral: 0 };
    expect(summary).toEqual({
      source,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      rowsRead: 8,
      badRowsSkipped: 0,
      duplicatesLeftOut: 1,
      constantsLeftOut: 1,
      refined: null,
      faces: {
        Training: { ...none, Disgust: 3 },
        PublicTest: { ...none, Fear: 1 },
        PrivateTest: { ...none, Happy: 2 },
      },
      votes: true,
    });
    expect(report.notes).toEqual([
      'left out 1 training images with a single grey value',
      'left out 1 training faces identical to a face of PublicTest or PrivateTest',
      'Training: 3 faces (Angry 0, Disgust 3, Fear 0, Happy 0, Sad 0, Surprise 0, Neutral 0)',
      'PublicTest: 1 faces (Angry 0, Disgust 0, Fear 1, Happy 0, Sad 0, Surprise 0, Neutral 0)',
      'PrivateTest: 2 faces (Angry 0, Disgust 0, Fear 0, Happy 2, Sad 0, Surprise 0, Neutral 0)',
    ]);
  });

  it.each([
    [{ keepDuplicates: true }, [0, 1, 3, 4, 5, 6, 7], 0, 1],
    // The constant training image is also identical to a test image.
    [{ keepConstant: true }, [0, 3, 4, 5, 6, 7], 2, 0],
    [{ keepConstant: true, keepDuplicates: true }, [0, 1, 2, 3, 4, 5, 6, 7], 0, 0],
  ])('keeps what it is told to keep: %o', async (keep, rows, duplicatesLeftOut, constantsLeftOut) => {
    const { dataset, summary } = await loadFaces(configOf({ source, ...keep }), 1, silent);
    expect(Array.from(dataset.rows)).toEqual(rows);
    expect(summary).toMatchObject({ duplicatesLeftOut, constantsLeftOut, votes: false });
  });

  it('reads from the cache what it parsed before, and mends a damaged cache', async () => {
    const config = configOf({ source: write([csvRow(training(5))]), cache: join(folder, 'another-cache') });
    const load = async () => {
      const report = listener();
      return { report, faces: await loadFaces(config, 1, report) };
    };
    const parsed = await load();
    expect(parsed.report.steps.join()).toContain('reading faces.csv');
    const cached = await load();
    expect(cached.report.steps).toEqual([]);
    expect(Array.from(faceAt(cached.faces.dataset, 0))).toEqual(pattern(5));
    expect(cached.faces.summary).toEqual(parsed.faces.summary);

    const [name] = readdirSync(config.cache);
    truncateSync(join(config.cache, name), 1000);
    const mended = await load();
    expect(mended.report.notes[0]).toContain('it is cut off');
    expect(mended.faces.summary).toEqual(parsed.faces.summary);
    expect((await load()).report.steps).toEqual([]);
  });

  it('leaves malformed rows out when told to, joins votes by row, and still stops in a strict run', async () => {
    const path = write([csvRow(training(1)), '9,1 2 3,Training', csvRow(training(2))]);
    const votes = writeVotes([0, 0, 0]);
    for (const run of ['parsed', 'cached']) {
      const report = listener();
      const { dataset, summary } = await loadFaces(configOf({ source: path, votes, skipBadRows: true }), 1, report);
      expect([run, ...dataset.rows]).toEqual([run, 0, 2]);
      expect([dataset.votes?.[0], dataset.votes?.[10]]).toEqual([0, 2]);
      expect(summary).toMatchObject({ rowsRead: 3, badRowsSkipped: 1 });
      expect(report.notes[0]).toBe(
        'skipped 1 malformed of 3 rows: line 3: unknown emotion "9", expected 0 to 6 or a name, or --map "9=CLASS"',
      );
    }
    await expect(loadFaces(configOf({ source: path }), 1, silent)).rejects.toThrow('line 3: unknown emotion "9"');
  });

  it('reads folders of images', async () => {
    const root = join(folder, 'images');
    for (const [split, number] of [
      ['train', 4],
      ['test', 5],
    ] as const) {
      mkdirSync(join(root, split, 'sad'), { recursive: true });
      const image = sharp(Buffer.from(pattern(number)), { raw: { width: 48, height: 48, channels: 1 } });
      await image.png().toFile(join(root, split, 'sad', '1.png'));
    }
    const { dataset, summary } = await loadFaces(configOf({ source: root }), 1, silent);
    expect(Array.from(dataset.pixels)).toEqual([...pattern(4), ...pattern(5)]);
    expect(summary).toMatchObject({ source: root, sha256: null, rowsRead: 2 });
    const withVotes = configOf({ source: root, votes: writeVotes([0, 2]) });
    await expect(loadFaces(withVotes, 1, silent)).rejects.toThrow('belong to fer2013.csv, but the source is');
  });

  it('draws synthetic faces by the seed', async () => {
    const config = configOf({ source: 'synthetic', syntheticCount: 70 });
    const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => loadFaces(config, seed, silent)));
    expect(one.summary).toMatchObject({ source: 'synthetic', sha256: null, rowsRead: 70 });
    expect(one).toEqual(same);
    expect(Buffer.compare(one.dataset.pixels, other.dataset.pixels)).not.toBe(0);
  });

  it('names a source that does not exist', async () => {
    await expect(loadFaces(configOf({ source: 'none.csv' }), 1, silent)).rejects.toThrow(
      'cannot read none.csv: it does not exist; check the path',
    );
  });

  it('finds the balance of the 385 sample rows', needing(REAL), async () => {
    const config = configOf({ source: join(folder, 'copy.csv'), votes: join(REAL, 'fer2013new-sample.csv') });
    copyFileSync(join(REAL, 'fer2013-sample.csv'), config.source);
    const keep = { ...config, keepDuplicates: true, keepConstant: true };
    const { faces, rowsRead } = (await loadFaces(keep, 1, silent)).summary;
    expect(rowsRead).toBe(385);
    for (const [split, count] of [
      ['Training', 35],
      ['PublicTest', 10],
      ['PrivateTest', 10],
    ] as const)
      expect(Object.values(faces[split])).toEqual(new Array(7).fill(count));
  });
});
