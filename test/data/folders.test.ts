import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { FACE_SIZE, faceAt } from '../../ml/data/dataset.ts';
import { readFolders } from '../../ml/data/folders.ts';
import { pattern, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const SIZE = { width: FACE_SIZE, height: FACE_SIZE };
const grey = (number: number) =>
  sharp(Buffer.from(pattern(number)), { raw: { ...SIZE, channels: 1 } })
    .png()
    .toBuffer();
const png = await grey(1);

/** A folder with these files. */
function tree(files: Record<string, Uint8Array>): string {
  const root = mkdtempSync(join(folder, 'tree-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

describe('readFolders', () => {
  it('reads splits and classes by any of their names, in a fixed order', async () => {
    const root = tree({
      'Test/HAPPINESS/b.png': await grey(5),
      'Test/HAPPINESS/a.png': await grey(4),
      'train/neutral/x.png': await grey(3),
      'train/Angry/x.png': await grey(2),
      'train/anger/w.png': await grey(6),
      'validation/Surprised/x.png': await grey(7),
      'train/.hidden/x.png': png,
      'readme.txt': Buffer.from('hello'),
    });
    const { dataset, sourceRows, badRows } = await readFolders(root, false, silent);
    expect([dataset.count, sourceRows, badRows.count]).toEqual([6, 6, 0]);
    expect(Array.from(dataset.splits)).toEqual([0, 0, 0, 1, 2, 2]);
    expect(Array.from(dataset.labels)).toEqual([0, 0, 6, 5, 3, 3]);
    expect(Array.from(dataset.pixels)).toEqual([2, 6, 3, 7, 4, 5].flatMap(pattern));
  });

  it('keeps the pixels of grey images in colour formats', async () => {
    const wide = Buffer.from(pattern(9).flatMap((value) => [value, value, value]));
    const colour = await sharp(wide, { raw: { ...SIZE, channels: 3 } })
      .png()
      .toBuffer();
    const { dataset } = await readFolders(tree({ 'train/sad/a.png': colour, 'test/sad/a.png': png }), false, silent);
    expect(Array.from(faceAt(dataset, 0))).toEqual(pattern(9));
  });

  it('takes the upright central square of a colour image', async () => {
    // White in the middle of a wide image, black at its sides, stored lying on its side.
    const middle = await sharp({ create: { width: 90, height: 90, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    const wide = sharp({ create: { width: 300, height: 90, channels: 3, background: 'black' } }).composite([
      { input: middle },
    ]);
    const lying = await sharp(await wide.png().toBuffer())
      .rotate(-90)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { dataset } = await readFolders(tree({ 'train/fear/a.jpg': lying, 'test/fear/a.png': png }), false, silent);
    // JPEG's ringing apart, nothing of the black sides is left.
    expect(Math.min(...faceAt(dataset, 0))).toBeGreaterThan(200);
  });

  it('makes every tenth training image of a class PublicTest if there is no validation folder', async () => {
    const files: Record<string, Uint8Array> = { 'test/fear/a.png': png };
    for (let i = 0; i < 25; i++) files[`train/happy/${String(i).padStart(2, '0')}.png`] = await grey(i);
    for (let i = 0; i < 9; i++) files[`train/disgust/${i}.png`] = png;
    const { dataset } = await readFolders(tree(files), false, silent);
    const heldOut = [...dataset.splits.keys()].filter((i) => dataset.splits[i] === 1);
    expect(heldOut.map((i) => dataset.labels[i])).toEqual([3, 3]);
    expect(heldOut.map((i) => Array.from(faceAt(dataset, i)))).toEqual([9, 19].map(pattern));
  });

  it('names an unreadable image, or leaves it out and counts it', async () => {
    const cutShort = (
      await sharp(Buffer.from(pattern(77)), { raw: { ...SIZE, channels: 1 } })
        .jpeg()
        .toBuffer()
    ).subarray(0, 600);
    const root = tree({
      'train/angry/1.png': await grey(2),
      'train/angry/2.png': Buffer.from('no image'),
      'train/angry/3.jpg': cutShort,
      'train/angry/4.png': await grey(3),
      'test/angry/1.png': png,
    });
    const error = await readFolders(root, false, silent).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/train\/angry\/2\.png: the image cannot be read .*--skip-bad-rows/);

    const { dataset, sourceRows, badRows } = await readFolders(root, true, silent);
    expect([sourceRows, badRows.count, ...dataset.rows]).toEqual([5, 2, 0, 3, 4]);
    expect(Array.from(dataset.pixels)).toEqual([2, 3, 1].flatMap(pattern));
    expect(badRows.first.join()).toMatch(/2\.png: .*3\.jpg: /s);
  });

  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    [
      'an unknown class',
      { 'train/hapy/1.png': png },
      /train\/hapy: .*did you mean "happy"\? Expected angry, anger, .*neutral/,
    ],
    ['an unknown split', { 'trian/happy/1.png': png }, /trian: .*did you mean "train"\? Expected train, val, test/],
    ['no training images', { 'test/happy/1.png': png }, /no train images; expected images in .*train\/<class>/],
    ['no test images', { 'train/happy/1.png': png }, /no test images; expected .*angry, disgust, fear/],
    ['a folder among images', { 'train/happy/more/1.png': png }, /happy\/more: found a folder inside a class folder/],
    ['nothing at all', {}, /no train images/],
  ])('refuses %s', async (_, files, message) => {
    const error = await readFolders(tree(files), true, silent).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
  });

  it('refuses images none of which can be read', async () => {
    const root = tree({ 'train/sad/1.png': Buffer.from('x'), 'test/sad/1.png': Buffer.from('y') });
    await expect(readFolders(root, true, silent)).rejects.toThrow('none of its 2 images can be read');
  });
});
