import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cachePath, readCache, sha256OfFile, writeCache } from '../../ml/data/cache.ts';
import { sealed, unsealed } from '../core/sealed.ts';
import { datasetOf, listener, pattern, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const KEY = 'a'.repeat(64);
const dataset = {
  ...datasetOf(
    [1, 2, 3].map((n) => ({ label: n, split: n - 1, pixels: pattern(n) })),
    'fer2013.csv',
  ),
  rows: Uint32Array.of(0, 2, 70_000),
};
const faces = { dataset, sourceRows: 70_001, badRows: { count: 2, first: ['line 3: found 2 columns'] } };

async function cached(): Promise<Buffer> {
  await writeCache(folder, KEY, faces, listener());
  return readFileSync(cachePath(folder, KEY));
}

describe('cache', () => {
  it('gives back what was kept', async () => {
    await cached();
    const report = listener();
    const read = await readCache(folder, KEY, 'renamed.csv', report);
    expect(read).toEqual({ ...faces, dataset: { ...dataset, source: 'renamed.csv' } });
    expect(report.notes).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('says nothing where nothing was kept', async () => {
    const report = listener();
    expect(await readCache(folder, 'b'.repeat(64), 'x', report)).toBeUndefined();
    expect(report.notes).toEqual([]);
  });

  it('does not trust a file with any byte changed or cut off', async () => {
    const whole = await cached();
    const damage = fc.oneof(
      fc.record({ at: fc.nat(whole.length - 1), flip: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ keep: fc.nat(whole.length - 1) }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        const broken = Buffer.from(whole);
        if ('at' in how) broken[how.at] ^= how.flip;
        writeFileSync(cachePath(folder, KEY), 'keep' in how ? broken.subarray(0, how.keep) : broken);
        const report = listener();
        expect(await readCache(folder, KEY, 'x', report)).toBeUndefined();
        expect(report.notes).toHaveLength(1);
        expect(report.notes[0]).toContain('it will be rebuilt');
      }),
      { numRuns: 60 },
    );
  });

  it('does not trust a sound file of another source, version or length', async () => {
    const whole = await cached();
    const { header, chunks } = unsealed(whole);
    const [facts, ...columns] = chunks;
    const count = Buffer.from(facts.toString().replace('"count":3', '"count":2'));
    for (const [foreign, reason] of [
      [sealed(header.replace(KEY, 'c'.repeat(64)), chunks), 'another source'],
      [sealed(header.replace('"version":2', '"version":9'), chunks), 'version'],
      [sealed(header, [count, ...columns]), 'its length does not match'],
      [sealed(header, [facts, ...columns.slice(1)]), 'its length does not match'],
      [sealed(header, [facts]), 'its length does not match'],
      [Buffer.from('emotion,pixels,Usage\n'.repeat(9)), 'not a cache of faces'],
    ] as const) {
      writeFileSync(cachePath(folder, KEY), foreign);
      const report = listener();
      expect(await readCache(folder, KEY, 'x', report)).toBeUndefined();
      expect(report.notes.join()).toContain(reason);
    }
  });

  it('goes on where it cannot write', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const report = listener();
    await writeCache(join(file, 'cache'), KEY, faces, report);
    expect(report.notes.join()).toContain('could not cache the parsed faces');
    expect(existsSync(join(file, 'cache'))).toBe(false);
  });
});

describe('sha256OfFile', () => {
  it('gives the published digest of "abc" (FIPS 180-2)', async () => {
    const path = join(folder, 'abc');
    writeFileSync(path, 'abc');
    expect(await sha256OfFile(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('names a missing file', async () => {
    await expect(sha256OfFile(join(folder, 'none'))).rejects.toThrow(/none: it does not exist/);
  });
});
