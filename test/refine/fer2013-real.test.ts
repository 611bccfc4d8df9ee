import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { silent } from '../../ml/core/progress.ts';
import { FERPLUS_CLASSES, faceAt, indicesOf } from '../../ml/data/dataset.ts';
import { findFlaws } from '../../ml/data/flaws.ts';
import { loadFaces, readFaces } from '../../ml/data/load.ts';
import type { LoadedFaces } from '../../ml/data/loaded.ts';
import { identityOf, readManifest } from '../../ml/data/manifest.ts';
import drawingRows from '../../ml/refine/drawing-rows.json' with { type: 'json' };
import { findConstants, findDrawings, findNotFaces, findSuspects } from '../../ml/refine/finders.ts';
import { entriesOf } from '../../ml/refine/suspects.ts';
import { REAL, temporaryFolder } from '../data/helpers.ts';
import { needing } from '../real-data.ts';

const source = join(REAL, 'fer2013.csv.gz');
const SHIPPED = 'ml/refine/fer2013.csv';

describe('the shipped manifest', () => {
  it('holds actions alone', async () => {
    const { entries, identity } = await readManifest(SHIPPED);
    expect(identity.rows).toBe(35_887);
    expect(entries.length).toBeGreaterThan(5000);
    // Training rows come first.
    expect(entries.at(-1)?.row).toBeLessThan(28_709);
    expect(entries.every(({ action, score }) => action !== 'keep' && score === null)).toBe(true);
  });
});

describe('refining the whole of FER2013', needing(source), () => {
  const data = ConfigSchema.parse({
    data: { source, votes: join(REAL, 'fer2013new.csv'), cache: temporaryFolder() },
  }).data;
  let loaded: LoadedFaces;
  beforeAll(async () => {
    ({ loaded } = await readFaces(data, 1, silent));
  }, 60_000);

  it('finds every constant image and every face that all voters called none', () => {
    const { dataset } = loaded;
    const blank = findConstants(dataset).map(({ face }) => face);
    const faces = [...dataset.rows.keys()];
    const constant = faces.filter((face) => faceAt(dataset, face).every((value, _, all) => value === all[0]));
    expect(constant).toHaveLength(12);
    expect(blank).toEqual(expect.arrayContaining(constant));
    const notFaces = faces.filter((face) => dataset.votes?.[(face + 1) * FERPLUS_CLASSES.length - 1] === 10);
    expect(notFaces).toHaveLength(176);
    expect(findNotFaces(dataset).map(({ face }) => face)).toEqual(notFaces);
  });

  it('finds the texts by the image alone, with few photographs among what it drops', () => {
    const { dataset } = loaded;
    const found = findDrawings(dataset).filter(({ face }) => dataset.splits[face] === 0);
    const suspected = new Set(found.map(({ face }) => face));
    const dropped = found.filter(({ action }) => action === 'drop').map(({ face }) => face);
    expect(drawingRows.texts.filter((row) => suspected.has(row)).length).toBeGreaterThan(
      0.95 * drawingRows.texts.length,
    );
    const known = new Set([...drawingRows.drawings, ...drawingRows.texts, ...drawingRows.unsure]);
    expect(dropped.filter((row) => known.has(row)).length).toBeGreaterThan(0.95 * dropped.length);
  });

  it('makes the shipped manifest again', async () => {
    const { identity, entries } = await readManifest(SHIPPED);
    expect(identity).toEqual(identityOf(loaded));
    const again = entriesOf(loaded.dataset, findSuspects(loaded.dataset, silent)).filter(
      ({ action }) => action !== 'keep',
    );
    expect(entries.map(({ row, action, reason }) => `${row} ${action} ${reason}`)).toEqual(
      again.map(({ row, action, reason }) => `${row} ${action} ${reason}`),
    );
  }, 120_000);

  it('leaves no flaw that the loader knows of, and the test splits as they are', async () => {
    const plain = await loadFaces({ ...data, keepDuplicates: true, keepConstant: true }, 1, silent);
    const { dataset, summary } = await loadFaces(
      { ...data, refine: SHIPPED, keepDuplicates: true, keepConstant: true },
      1,
      silent,
    );
    expect(Object.values(findFlaws(dataset)).map((indices) => indices.length)).toEqual([0, 0, 0]);
    for (const split of ['PublicTest', 'PrivateTest'] as const) {
      expect(indicesOf(dataset, split)).toHaveLength(3589);
      expect(summary.faces[split]).toEqual(plain.summary.faces[split]);
    }
  }, 60_000);
});
