import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { silent } from '../../ml/core/progress.ts';
import { type FaceDataset, faceAt, indicesOf, SPLITS } from '../../ml/data/dataset.ts';
import { findFlaws } from '../../ml/data/flaws.ts';
import { protocolLabels, targetsFor } from '../../ml/data/labels.ts';
import { loadFaces } from '../../ml/data/load.ts';
import type { DataSummary } from '../../ml/data/summary.ts';
import { needing } from '../real-data.ts';
import { REAL, temporaryFolder } from './helpers.ts';

const source = join(REAL, 'fer2013.csv.gz');

describe('the whole of FER2013 with FER+', needing(source), () => {
  const cache = temporaryFolder();
  const votes = join(REAL, 'fer2013new.csv');
  const everything = ConfigSchema.parse({
    data: { source, votes, cache, keepDuplicates: true, keepConstant: true },
  }).data;
  let dataset: FaceDataset;
  let summary: DataSummary;

  beforeAll(async () => {
    ({ dataset, summary } = await loadFaces(everything, 1, silent));
  }, 60_000);

  it('has the published number of faces of each class in each split', () => {
    expect(summary.sha256).toBe('aee2206a1e4bdc0155d31e955aa5d747083ca7e0e89d2ba9a64ef431b3f9144a');
    expect(summary.rowsRead).toBe(35_887);
    expect(SPLITS.map((split) => Object.values(summary.faces[split]))).toEqual([
      [3995, 436, 4097, 7215, 4830, 3171, 4965],
      [467, 56, 496, 895, 653, 415, 607],
      [491, 55, 528, 879, 594, 416, 626],
    ]);
  });

  it('has the known constant images and test faces with a twin in training', () => {
    const flaws = findFlaws(dataset);
    expect(Array.from(flaws.constants)).toEqual([
      6458, 7629, 10423, 11286, 13148, 13402, 13988, 15894, 22198, 22927, 28601,
    ]);
    expect(faceAt(dataset, 30_002).every((value) => value === 0)).toBe(true);
    expect(flaws.leakedTests).toContain(30_002);
    expect(flaws.leakedTests.filter((index) => index !== 30_002)).toHaveLength(567);
  });

  it('has the known number of faces with a FER+ majority', () => {
    const { labels } = protocolLabels('ferplus-majority', dataset);
    const kept = SPLITS.map((split) => indicesOf(dataset, split).filter((index) => labels[index] >= 0).length);
    expect(kept).toEqual([24_941, 3_186, 3_137]);
  });

  it('has soft targets for all faces but those without votes for an emotion', () => {
    const { probabilities, usable } = targetsFor('votes', dataset);
    const total = probabilities.reduce((sum, share) => sum + share, 0);
    const faces = usable.reduce((sum, one) => sum + one, 0);
    expect(total).toBeCloseTo(faces, 1);
    // Counted by an awk script over fer2013new.csv.
    expect(SPLITS.map((split) => indicesOf(dataset, split).filter((index) => usable[index] === 0).length)).toEqual([
      193, 15, 23,
    ]);
  });

  it('gives the same faces from the cache, and by default without the flawed ones', async () => {
    const { dataset: clean, summary: left } = await loadFaces(
      { ...everything, keepDuplicates: false, keepConstant: false },
      1,
      silent,
    );
    expect(left.constantsLeftOut).toBe(11);
    expect(clean.count).toBe(35_887 - 11 - left.duplicatesLeftOut);
    expect(Object.values(findFlaws(clean)).map((indices) => indices.length)).toEqual([0, 0, 0]);
    expect(indicesOf(clean, 'PublicTest')).toHaveLength(3589);
    expect(indicesOf(clean, 'PrivateTest')).toHaveLength(3589);
    for (let i = 0; i < clean.count; i += 97)
      expect(Buffer.compare(faceAt(clean, i), faceAt(dataset, clean.rows[i]))).toBe(0);
  });
});
