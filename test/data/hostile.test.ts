import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { silent } from '../../ml/core/progress.ts';
import { sha256OfFile } from '../../ml/data/cache.ts';
import { readCkPlus } from '../../ml/data/ckplus/read.ts';
import { ClassNames } from '../../ml/data/class-names.ts';
import { readFer2013 } from '../../ml/data/fer2013.ts';
import { readFolders } from '../../ml/data/folders.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { readManifest } from '../../ml/data/manifest.ts';
import { listPictures, readPicture } from '../../ml/superres/pictures.ts';
import { csvRow, pattern, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const names = new ClassNames();
const onPosix = it.skipIf(process.platform === 'win32');
const face = (path: string) =>
  sharp(Uint8Array.from(pattern(7)), { raw: { width: 48, height: 48, channels: 1 } })
    .png()
    .toFile(path);

describe('a table that is small as a gzip', () => {
  const HEADER = 'emotion,pixels,Usage\n';
  const packed = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, gzipSync(text));
    return path;
  };

  it('and has millions of blank lines is refused', async () => {
    const path = packed('blank.csv.gz', HEADER + '\n'.repeat(3_000_000));
    await expect(readFer2013(path, { skipBadRows: true, names }, silent)).rejects.toThrow(
      /blank\.csv\.gz: it has more than 2000000 lines/,
    );
  });

  it('and has lines of nothing but commas is read on to its good rows', async () => {
    const row = csvRow({ label: 3, split: 0, pixels: pattern(7) });
    const path = packed('commas.csv.gz', `${HEADER}${`${','.repeat(1_000_000)}\n`.repeat(50)}${row}\n`);
    const { dataset, badRows } = await readFer2013(path, { skipBadRows: true, names }, silent);
    expect(dataset.count).toBe(1);
    expect(badRows.count).toBe(50);
    expect(badRows.first[0]).toBe('line 2: found 1000001 columns, expected 3');
  });
});

describe('a manifest', () => {
  it('that begins with a million commas is refused as none', async () => {
    const path = join(folder, 'manifest.csv');
    writeFileSync(path, `${','.repeat(1_000_000)}x\n`);
    await expect(readManifest(path)).rejects.toThrow(/line 1: found ",,,.*expected the title line of a manifest/);
  });
});

describe('a folder of faces', () => {
  const root = join(folder, 'data #1?%41 [a]\nb');
  const good = join(root, 'train', 'happy', 'a#b?%41 [c]\nd.png');
  const odd = (name: string) => join(root, 'train', 'happy', name);
  beforeEach(async () => {
    rmSync(root, { recursive: true, force: true });
    for (const name of ['train/happy', 'test/happy']) mkdirSync(join(root, name), { recursive: true });
    await face(good);
    copyFileSync(good, join(root, 'test', 'happy', 'b.png'));
  });

  onPosix('may have any characters in its name and those of its files', async () => {
    const { dataset } = await readFolders(root, { skipBadRows: false, names }, silent);
    expect([...dataset.pixels.subarray(0, 48 * 48)]).toEqual(pattern(7));
    expect(dataset.count).toBe(2);
  });

  /** What does not do stops a strict reading with its name and the reason, and is left out and counted otherwise. */
  const isLeftOut = async (path: string, reason: RegExp) => {
    const reading = readFolders(root, { skipBadRows: false, names }, silent);
    await expect(reading).rejects.toThrow(path);
    await expect(reading).rejects.toThrow(reason);
    const { dataset, badRows } = await readFolders(root, { skipBadRows: true, names }, silent);
    expect([dataset.count, badRows.count]).toEqual([2, 1]);
    expect(badRows.first[0]).toMatch(reason);
  };

  onPosix('has no pipe opened, which would wait for ever', async () => {
    execFileSync('mkfifo', [odd('pipe.png')]);
    await isLeftOut(odd('pipe.png'), /it is a pipe, a socket or a device; expected a regular file/);
    await expect(sha256OfFile(odd('pipe.png'))).rejects.toThrow(/it is a pipe/);
    const { data, seed } = ConfigSchema.parse({ data: { source: odd('pipe.png'), cache: join(folder, 'cache') } });
    await expect(loadFaces(data, seed, silent)).rejects.toThrow(/it is a pipe/);
    await expect(readPicture(odd('pipe.png'))).rejects.toThrow(/it is a pipe/);
  });

  onPosix('has a device or a link to nothing or to itself left out', async () => {
    symlinkSync('/dev/zero', odd('zero.png'));
    await isLeftOut(odd('zero.png'), /it is a pipe, a socket or a device/);
    rmSync(odd('zero.png'));
    symlinkSync('nowhere', odd('broken.png'));
    await isLeftOut(odd('broken.png'), /it does not exist/);
    rmSync(odd('broken.png'));
    symlinkSync('loop.png', odd('loop.png'));
    await isLeftOut(odd('loop.png'), /a link that points back to itself/);
  });

  onPosix('with a link back to itself is no endless folder', async () => {
    symlinkSync(root, odd('again'));
    await expect(readFolders(root, { skipBadRows: false, names }, silent)).rejects.toThrow(
      /found a folder inside a class folder/,
    );
  });

  it.runIf(process.platform === 'linux')('has a file whose name is not in UTF-8 called that', async () => {
    copyFileSync(good, Buffer.concat([Buffer.from(`${odd('')}/`), Buffer.from([0xe4, 0x2e, 0x70, 0x6e, 0x67])]));
    await isLeftOut(odd('\ufffd.png'), /its name is not in UTF-8; rename it/);
  });

  it('has a small file that unpacks to a giant picture left out', async () => {
    writeFileSync(odd('giant.png'), '<svg xmlns="http://www.w3.org/2000/svg" width="16000" height="16000"/>');
    await isLeftOut(odd('giant.png'), /it has more than 100 megapixels; scale it down/);
    const [giant] = (await listPictures([join(root, 'train', 'happy')])).filter((path) => path.endsWith('giant.png'));
    await expect(readPicture(giant)).rejects.toThrow(/more than 100 megapixels/);
  });

  onPosix('of CK+ has no pipe opened either', async () => {
    const ck = join(folder, 'CK');
    mkdirSync(join(ck, 'happy'), { recursive: true });
    for (const frame of [1, 2]) await face(join(ck, 'happy', `S005_001_0000000${frame}.png`));
    execFileSync('mkfifo', [join(ck, 'happy', 'S005_001_00000003.png')]);
    const options = { skipBadRows: true, contempt: false, folds: 2, fold: null };
    const { dataset, badRows } = await readCkPlus(ck, options, silent);
    expect([dataset.count, badRows.count]).toEqual([2, 1]);
    expect(badRows.first[0]).toMatch(/it is a pipe/);
  });
});
