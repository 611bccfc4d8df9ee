import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { ClassNames } from '../../ml/data/class-names.ts';
import { FACE_SIZE, type FaceDataset, faceAt } from '../../ml/data/dataset.ts';
import { readFolders } from '../../ml/data/folders.ts';
import { readFaces } from '../../ml/data/load.ts';
import { pattern, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const names = new ClassNames();
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
    const { dataset, sourceRows, badRows } = await readFolders(root, { skipBadRows: false, names }, silent);
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
    const { dataset } = await readFolders(
      tree({ 'train/sad/a.png': colour, 'test/sad/a.png': png }),
      { skipBadRows: false, names },
      silent,
    );
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
    const { dataset } = await readFolders(
      tree({ 'train/fear/a.jpg': lying, 'test/fear/a.png': png }),
      { skipBadRows: false, names },
      silent,
    );
    // JPEG's ringing apart, nothing of the black sides is left.
    expect(Math.min(...faceAt(dataset, 0))).toBeGreaterThan(200);
  });

  it('draws what is missing from the training images of each class, always the same', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 25; i++) files[`train/happy/${String(i).padStart(2, '0')}.png`] = await grey(i);
    for (let i = 0; i < 9; i++) files[`train/disgust/${i}.png`] = await grey(i + 30);
    for (let i = 0; i < 2; i++) files[`train/sad/${i}.png`] = await grey(i + 50);
    const root = tree(files);
    const heldOut = ({ splits, labels }: FaceDataset) =>
      [1, 2].map((split) =>
        EMOTIONS.map((_, label) => labels.filter((l, i) => l === label && splits[i] === split).length),
      );
    const notes: string[] = [];
    const load = (source: string) =>
      readFaces(ConfigSchema.parse({ data: { source } }).data, 1, { ...silent, note: (text) => notes.push(text) });
    const first = (await load(root)).loaded.dataset;
    expect(heldOut(first)).toEqual([
      [0, 1, 0, 2, 0, 0, 0],
      [0, 1, 0, 2, 0, 0, 0],
    ]);
    expect(notes.join()).toMatch(/has no PublicTest and no PrivateTest; each is a tenth/);
    expect((await load(root)).loaded.dataset.splits).toEqual(first.splits);
    // With a test folder only the validation images are drawn; one for testing only stays as it is.
    const tested = tree({ ...files, 'test/fear/a.png': png });
    expect(heldOut((await load(tested)).loaded.dataset)).toEqual([
      [0, 1, 0, 2, 0, 0, 0],
      [0, 0, 1, 0, 0, 0, 0],
    ]);
    const only = (await load(tree({ 'test/fear/a.png': png, 'test/sad/a.png': png }))).loaded.dataset;
    expect([...only.splits]).toEqual([2, 2]);
  });

  it('reads the forms that people bring', async () => {
    const splitsOf = async (files: string[]) => {
      const root = tree(Object.fromEntries(files.map((file) => [file, png])));
      const { dataset } = await readFolders(root, { skipBadRows: false, names }, silent);
      return [...dataset.labels].map((label, i) => `${dataset.splits[i]}${label}`);
    };
    expect(await splitsOf(['images/train/happy/a.jpg', 'images/validation/sad/a.jpg'])).toEqual(['03', '14']);
    expect(await splitsOf(['a/b/train/suprise/a.jpg', 'a/b/valid/fearful/a.jpg'])).toEqual(['05', '12']);
    expect(await splitsOf(['train/train/happy/a.jpg', 'test/test/happy/b.jpg'])).toEqual(['03', '23']);
    expect(await splitsOf(['Angry/a.png', 'Happy/b.png', 'Sad/c.png'])).toEqual(['00', '03', '04']);
    expect(
      await splitsOf([
        'train/happy/a.png',
        'train/happy/Thumbs.db',
        'train/happy/desktop.ini',
        'test/sad/a.png',
        'test/sad/.DS_Store',
        '__MACOSX/train/happy/._a.png',
      ]),
    ).toEqual(['03', '24']);
  });

  it('reads the faces and votes that the program of FER+ writes', async () => {
    const row = (file: string, votes: string) => `${file},"(0, 0, 48, 48)",${votes}\n`;
    const root = tree({
      'FER2013Train/fer1.png': await grey(1),
      'FER2013Train/fer2.png': await grey(2),
      'FER2013Train/label.csv': Buffer.from(
        row('fer1.png', '1,8,0,0,0,0,0,1,0,0') + row('fer2.png', '0,0,0,0,0,0,0,6,4,0'),
      ),
      'FER2013Test/fer3.png': await grey(3),
      'FER2013Test/label.csv': Buffer.from(row('fer3.png', '0,0,2,0,0,0,8,0,0,0')),
    });
    const { dataset } = await readFolders(root, { skipBadRows: false, names }, silent);
    expect([...dataset.labels]).toEqual([3, 2]);
    expect([...dataset.splits]).toEqual([0, 2]);
    expect(Array.from(dataset.votes ?? [])).toEqual([1, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0]);
    expect(Array.from(dataset.pixels)).toEqual([1, 3].flatMap(pattern));
    for (const bad of ['../fer1.png', '/etc/passwd', 'a/b.png']) {
      const table = tree({ 'FER2013Train/label.csv': Buffer.from(row(bad, '1,8,0,0,0,0,0,1,0,0')) });
      await expect(readFolders(table, { skipBadRows: true, names }, silent)).rejects.toThrow(
        /label\.csv line 1: found/,
      );
    }
  });

  it('asks what numbers and unknown names mean, and takes a map for them', async () => {
    const numbers = tree({
      'train/1/a.png': await grey(1),
      'train/7/a.png': await grey(2),
      'test/4/a.png': await grey(3),
    });
    const labels = async (root: string, map: string[] = []) => [
      ...(await readFolders(root, { skipBadRows: false, names: new ClassNames(map) }, silent)).dataset.labels,
    ];
    await expect(labels(numbers)).rejects.toThrow(
      /t\w+\/[147]: the class is the number [147], .*--map rafdb \(1 Surprise, 2 Fear, .*--map affectnet .*--map fer2013/,
    );
    expect(await labels(numbers, ['rafdb'])).toEqual([5, 6, 3]);
    expect(await labels(numbers, ['affectnet'])).toEqual([3, 2]);
    const contempt = tree({ 'train/contempt/a.png': png, 'train/happy/a.png': png });
    await expect(labels(contempt)).rejects.toThrow(/unknown class "contempt"\. Expected .*--map "contempt=none"/);
    expect(await labels(contempt, ['contempt=none'])).toEqual([3]);
    expect(await labels(contempt, ['Contempt=disgusted'])).toEqual([1, 3]);
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
    const error = await readFolders(root, { skipBadRows: false, names }, silent).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/train\/angry\/2\.png: the image cannot be read .*--skip-bad-rows/);

    const { dataset, sourceRows, badRows } = await readFolders(root, { skipBadRows: true, names }, silent);
    expect([sourceRows, badRows.count, ...dataset.rows]).toEqual([5, 2, 0, 3, 4]);
    expect(Array.from(dataset.pixels)).toEqual([2, 3, 1].flatMap(pattern));
    expect(badRows.first.join()).toMatch(/2\.png: .*3\.jpg: /s);
  });

  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    [
      'an unknown class',
      { 'train/hapy/1.png': png },
      /train\/hapy: .*did you mean "happy"\? Expected angry, anger, .*neutral; .*--map "hapy=Happy"/,
    ],
    ['an unknown split', { 'trian/happy/1.png': png }, /trian: .*did you mean "train"\? Expected train, val, test/],
    [
      'no images',
      { 'test/readme.txt': png },
      /it has no images; expected them in .*train\/<class>.*angry, disgust, fear/,
    ],
    ['a folder among images', { 'train/happy/more/1.png': png }, /happy\/more: found a folder inside a class folder/],
    ['nothing at all', {}, /it has no images/],
  ])('refuses %s', async (_, files, message) => {
    const error = await readFolders(tree(files), { skipBadRows: true, names }, silent).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
  });

  it('refuses images none of which can be read', async () => {
    const root = tree({ 'train/sad/1.png': Buffer.from('x'), 'test/sad/1.png': Buffer.from('y') });
    await expect(readFolders(root, { skipBadRows: true, names }, silent)).rejects.toThrow(
      'none of its 2 images can be read',
    );
  });
});
