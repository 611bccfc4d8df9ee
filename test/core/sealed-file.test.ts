import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSealed, SealedFile } from '../../ml/core/sealed-file.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { sealed } from './sealed.ts';

const folder = temporaryFolder();
const HEADER = { format: 'numbers', version: 3, key: 'abc' };
const JSON_HEADER = '{"format":"numbers","version":3,"key":"abc"}';
let files = 0;
const newPath = () => join(folder, `${files++}`);

async function read(path: string, header = HEADER) {
  const chunks: number[][] = [];
  const result = await SealedFile.read(path, header, (chunk) => chunks.push([...chunk]));
  return { ...result, chunks };
}

const contents = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 4 });

describe('a sealed file', () => {
  it('has the documented layout, whether written at once or grown, and gives back its chunks', async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.nat(4), async (chunks, at) => {
        const expected = sealed(JSON_HEADER, chunks);
        expect(Buffer.from(encodeSealed(HEADER, chunks)).equals(expected)).toBe(true);
        const path = newPath();
        const first = SealedFile.create(path, HEADER);
        for (const chunk of chunks.slice(0, at)) await first.append(chunk);
        await first.close();
        const { file } = await read(path);
        for (const chunk of chunks.slice(at)) await file.append(chunk);
        await file.close();
        expect(readFileSync(path).equals(expected)).toBe(true);
        const found = await read(path);
        expect(found).toMatchObject({ exists: true, problem: undefined, chunks: chunks.map((chunk) => [...chunk]) });
        for (const [i, { position, length }] of found.file.chunks.entries())
          expect(expected.subarray(position, position + length).equals(chunks[i])).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('cut off or changed anywhere, keeps the chunks before, says so, and grows to what it was', async () => {
    const damage = fc.record({ at: fc.nat(), flip: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(contents, damage, async (chunks, { at: place, flip }) => {
        const whole = sealed(JSON_HEADER, chunks);
        const at = place % whole.length;
        const broken = Buffer.from(whole);
        broken[at] ^= flip;
        const path = newPath();
        writeFileSync(path, flip === 0 ? whole.subarray(0, at) : broken);
        const { file, exists, problem, chunks: kept } = await read(path);
        expect(exists).toBe(true);
        // Cut between two chunks, a file is as it was before the second one.
        const before = chunks.filter((_, i) => sealed(JSON_HEADER, chunks.slice(0, i + 1)).length <= at);
        expect(kept).toEqual(before.map((chunk) => [...chunk]));
        const atEnd = flip === 0 && before.length > 0 && sealed(JSON_HEADER, before).length === at;
        if (atEnd) expect(problem).toBeUndefined();
        else
          expect(problem).toMatch(/cut off|checksum does not match|not a cache of numbers|another|header is damaged/);
        for (const chunk of chunks.slice(kept.length)) await file.append(chunk);
        await file.close();
        expect(readFileSync(path).equals(whole)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('is not read under another header, and names the field', async () => {
    const path = newPath();
    writeFileSync(path, sealed(JSON_HEADER, [Uint8Array.of(1)]));
    for (const [header, problem] of [
      [{ ...HEADER, version: 4 }, 'it belongs to another version'],
      [{ ...HEADER, key: 'abd' }, 'it belongs to another key'],
      [{ ...HEADER, key: 'ab' }, 'it belongs to another key'],
    ] as const)
      expect(await read(path, header)).toMatchObject({ exists: true, problem, chunks: [] });
    writeFileSync(path, 'row,x,y\n'.repeat(20));
    expect((await read(path)).problem).toBe('it is not a cache of numbers');
  });

  it('takes no chunk that claims more than the file has', async () => {
    const path = newPath();
    const file = sealed(JSON_HEADER, [Uint8Array.of(1, 2, 3)]);
    file.writeUInt32LE(0xffff_ffff, 12 + JSON_HEADER.length);
    writeFileSync(path, file);
    expect(await read(path)).toMatchObject({ problem: 'it is cut off', chunks: [] });
  });

  it('may be missing, and is not made before it grows', async () => {
    const path = join(folder, 'none', 'file');
    const { file, ...found } = await read(path);
    expect(found).toEqual({ exists: false, chunks: [] });
    expect(existsSync(join(folder, 'none'))).toBe(false);
    await file.prepare();
    await file.close();
    expect(readFileSync(path).equals(sealed(JSON_HEADER, []))).toBe(true);
  });

  it('is never written through a link, nor where a folder is', async () => {
    const [target, link, taken] = [newPath(), newPath(), newPath()];
    writeFileSync(target, 'precious');
    symlinkSync(target, link);
    await expect(SealedFile.create(link, HEADER).append(Uint8Array.of(1))).rejects.toThrow(/it is a link/);
    expect(readFileSync(target, 'utf8')).toBe('precious');
    mkdirSync(taken);
    await expect(SealedFile.create(taken, HEADER).prepare()).rejects.toThrow(/cannot write/);
    await expect(SealedFile.create(join(target, 'file'), HEADER).prepare()).rejects.toThrow(/not a directory/);
    await expect(read(taken)).rejects.toThrow(/it is a directory/);
  });
});
