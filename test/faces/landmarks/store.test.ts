import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silent } from '../../../ml/core/progress.ts';
import { type FoundLandmarks, OUTCOMES } from '../../../ml/faces/landmarks/find.ts';
import { digestOf, LandmarkStore } from '../../../ml/faces/landmarks/store.ts';
import { sealed, unsealed } from '../../core/sealed.ts';
import { listener, temporaryFolder } from '../../data/helpers.ts';

const NETWORK = 'a'.repeat(64);
const faces = [0, 1, 2, 3].map((code) => digestOf(Uint8Array.of(code)));
const landmarksOf = (code: number): FoundLandmarks => ({
  outcome: OUTCOMES[code],
  points: Float32Array.from({ length: 136 }, (_, i) => (code === 0 ? i / 3 : 0)),
});

/** A store that was saved. */
async function saved(folder = temporaryFolder(), network = NETWORK): Promise<LandmarkStore> {
  const store = await LandmarkStore.open(folder, network, silent);
  for (const [code, face] of faces.entries()) store.set(face, landmarksOf(code));
  await store.save(silent);
  return store;
}

describe('a store of landmarks', () => {
  it('gives back what was kept, for each face its own, in a file written whole', async () => {
    const folder = temporaryFolder();
    await saved(folder);
    const report = listener();
    const store = await LandmarkStore.open(folder, NETWORK, report);
    for (const [code, face] of faces.entries()) expect(store.get(face)).toEqual(landmarksOf(code));
    expect(store.get(digestOf(Uint8Array.of(9)))).toBeUndefined();
    expect(report.notes).toEqual([]);
    expect(readdirSync(folder)).toEqual([`${NETWORK}.v2.landmarks`]);
  });

  it('knows a face by all of its pixels', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 9, maxLength: 9 }),
        fc.nat(8),
        fc.integer({ min: 1, max: 255 }),
        (face, at, by) => {
          const other = face.slice();
          other[at] ^= by;
          expect(digestOf(other)).not.toBe(digestOf(face));
          expect(digestOf(face.slice())).toBe(digestOf(face));
        },
      ),
    );
  });

  it('does not trust a file with any byte changed or cut off', async () => {
    const folder = temporaryFolder();
    const { path } = await saved(folder);
    const whole = readFileSync(path);
    const damage = fc.oneof(
      fc.record({ at: fc.nat(whole.length - 1), flip: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ keep: fc.nat(whole.length - 1) }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        const broken = Buffer.from(whole);
        if ('at' in how) broken[how.at] ^= how.flip;
        writeFileSync(path, 'keep' in how ? broken.subarray(0, how.keep) : broken);
        const report = listener();
        const store = await LandmarkStore.open(folder, NETWORK, report);
        for (const face of faces) expect(store.get(face)).toBeUndefined();
        expect(report.notes).toEqual([expect.stringContaining('it will be rebuilt')]);
      }),
      { numRuns: 60 },
    );
  });

  it('does not trust a file of another network, version, length or outcome, though its checksum fits', async () => {
    const folder = temporaryFolder();
    const { path } = await saved(folder);
    const whole = readFileSync(path);
    const { header, chunks } = unsealed(whole);
    const outcome = Buffer.from(chunks[0]);
    outcome[32] = OUTCOMES.length;
    const other = await saved(temporaryFolder(), 'b'.repeat(64));
    for (const [file, found] of [
      [readFileSync(other.path), 'another network'],
      [sealed(header.replace('"version":2', '"version":3'), chunks), 'version'],
      [sealed(header, [chunks[0].subarray(1)]), 'length'],
      [sealed(header, [outcome]), 'outcome 4'],
      [Buffer.from('row,x,y\n'.repeat(20)), 'not a cache of landmarks'],
    ] as const) {
      writeFileSync(path, file);
      const report = listener();
      expect((await LandmarkStore.open(folder, NETWORK, report)).get(faces[0])).toBeUndefined();
      expect(report.notes).toEqual([expect.stringContaining(found)]);
    }
  });

  it('cut off in what it grew by last, keeps what it had before, and grows again', async () => {
    const { path } = await saved();
    const before = readFileSync(path);
    const folder = dirname(path);
    const grown = await LandmarkStore.open(folder, NETWORK, silent);
    const added = digestOf(Uint8Array.of(9));
    grown.set(added, landmarksOf(0));
    await grown.save(silent);
    const whole = readFileSync(path);
    expect(whole.subarray(0, before.length).equals(before)).toBe(true);
    writeFileSync(path, whole.subarray(0, whole.length - 1));
    const report = listener();
    const store = await LandmarkStore.open(folder, NETWORK, report);
    expect(report.notes).toEqual([expect.stringMatching(/is damaged after 4 faces .*cut off.*rebuilt/)]);
    for (const [code, face] of faces.entries()) expect(store.get(face)).toEqual(landmarksOf(code));
    expect(store.get(added)).toBeUndefined();
    store.set(added, landmarksOf(0));
    await store.save(silent);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  it('notes that it cannot be written', async () => {
    const folder = temporaryFolder();
    const store = await LandmarkStore.open(folder, NETWORK, silent);
    mkdirSync(join(folder, `${NETWORK}.v2.landmarks`, 'taken'), { recursive: true });
    const report = listener();
    await store.save(report);
    expect(report.notes).toEqual([expect.stringContaining('could not cache the landmarks')]);
  });
});
