import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseAssignment } from '../../ml/config/load.ts';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { ClassNames } from '../../ml/data/class-names.ts';
import { classesOf, FACE_SIZE } from '../../ml/data/dataset.ts';
import { loadFaces, readFaces } from '../../ml/data/load.ts';
import { pattern, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const cache = join(folder, 'cache');
const grey = (number: number) =>
  sharp(Buffer.from(pattern(number)), { raw: { width: FACE_SIZE, height: FACE_SIZE, channels: 1 } })
    .png()
    .toBuffer();
const png = await grey(1);

/** A folder with a picture at each of these paths. */
function tree(...paths: string[]): string {
  const root = mkdtempSync(join(folder, 'tree-'));
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), png);
  }
  return root;
}

/** A table with a row for each of these names. */
function table(...names: string[]): string {
  const path = join(mkdtempSync(join(folder, 'table-')), 'faces.csv');
  const rows = names.map((name, i) => `"${name}",${pattern(i + 2).join(' ')}`);
  writeFileSync(path, `emotion,pixels\n${rows.join('\n')}\n`);
  return path;
}

async function read(
  source: string,
  options: { map?: string[]; classes?: 'from-data' | string[]; skipBadRows?: boolean } = {},
) {
  const { data } = ConfigSchema.parse({ data: { source, cache, classes: 'from-data', ...options } });
  return (await readFaces(data, 1, silent)).loaded.dataset;
}

/** Names of the classes, and of the class of each face. */
async function namesIn(source: string, options = {}) {
  const { classes, labels } = await read(source, options);
  return { classes, faces: [...labels].map((label) => classes?.[label]) };
}

describe('classes from the data', () => {
  it('are the folders, sorted by name, whatever they are called', async () => {
    const root = tree('train/b/1.png', 'train/Zebra/1.png', 'train/10/1.png', 'train/happy/1.png', 'test/anger/1.png');
    expect(await namesIn(root)).toEqual({
      classes: ['10', 'Zebra', 'anger', 'b', 'happy'],
      faces: ['10', 'Zebra', 'b', 'happy', 'anger'],
    });
  });

  it('are also those whose names are nearly that of a split, or are one but hold pictures', async () => {
    const rest = ['Rest/1.png', 'tent/1.png', 'rain/1.png'];
    expect((await namesIn(tree(...rest))).classes).toEqual(['Rest', 'rain', 'tent']);
    expect((await namesIn(tree('train/1.png', 'car/1.png'))).classes).toEqual(['car', 'train']);
    expect((await namesIn(tree('images/Rest/1.png', 'images/b/1.png'))).classes).toEqual(['Rest', 'b']);
  });

  it('are the names in a table, which the cache keeps', async () => {
    const path = table('wink', 'Kiss', 'wink', '3');
    const expected = { classes: ['3', 'Kiss', 'wink'], faces: ['wink', 'Kiss', 'wink', '3'] };
    expect(await namesIn(path)).toEqual(expected);
    const files = readdirSync(cache);
    expect(await namesIn(path)).toEqual(expected);
    expect(readdirSync(cache)).toEqual(files);
    // Other choices of classes are other faces.
    expect(await namesIn(path, { map: ['3=none'] })).toEqual({
      classes: ['Kiss', 'wink'],
      faces: ['wink', 'Kiss', 'wink'],
    });
    expect(await namesIn(path, { classes: ['wink', 'Kiss', '3'] })).toEqual({
      ...expected,
      classes: ['wink', 'Kiss', '3'],
    });
  });

  it('are renamed, merged and left out by the map', async () => {
    const root = tree('smile/1.png', 'Grin/1.png', 'blur/1.png', 'none/1.png', 'happy/1.png');
    const map = ['smile=Joy', 'grin=Joy', 'BLUR=none'];
    expect(await namesIn(root, { map })).toEqual({
      classes: ['Joy', 'happy', 'none'],
      faces: ['Joy', 'Joy', 'happy', 'none'],
    });
    expect((await namesIn(tree('1/1.png', '7/1.png', 'x/1.png'), { map: ['rafdb'] })).classes).toEqual([
      'Neutral',
      'Surprise',
      'x',
    ]);
  });

  it('do not come from folders without pictures, or from malformed rows', async () => {
    const root = tree('a/1.png', 'b/1.png');
    mkdirSync(join(root, 'New folder'));
    expect((await namesIn(root)).classes).toEqual(['a', 'b']);
    const path = table('a', 'b');
    appendFileSync(path, 'c,1 2 3\n');
    expect((await namesIn(path, { skipBadRows: true })).classes).toEqual(['a', 'b']);
  });

  it('have their missing splits drawn from each', async () => {
    const paths = ['x', 'y', 'z'].flatMap((name) => Array.from({ length: 10 }, (_, i) => `${name}/${i}.png`));
    const { labels, splits } = await read(tree(...paths));
    for (const label of [0, 1, 2]) {
      const own = [...splits].filter((_, face) => labels[face] === label).sort();
      expect(own).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    }
  });

  it('may have letters with marks in either form', async () => {
    const path = table('cafe\u0301', 'caf\u00e9', 'x');
    expect((await namesIn(path)).classes).toEqual(['caf\u00e9', 'x']);
  });

  it.each([
    ['one class', ['a'], /cannot use .*: it has only the class "a"; expected 2 to 64 classes/],
    [
      '65 classes',
      Array.from({ length: 65 }, (_, i) => `class ${i}`),
      /is class 65; expected 2 to 64: merge some with --map/,
    ],
    [
      'names equal but for case',
      ['Smile', 'smile', 'x'],
      /"[sS]mile" and "[sS]mile" differ only in case; rename one, or make them one with --map/,
    ],
    ['a name of 61 letters', ['a'.repeat(61), 'x'], /a class is called "a{60}"; expected 1 to 60 letters: rename it/],
    ['an escape code', ['\u001b[2J', 'x'], /a class is called "\\u001b\[2J"; expected 1 to 60 letters/],
    ['no name', [' ', 'x'], /a class is called ""; expected 1 to 60 letters/],
  ])('are refused in a table with %s', async (_, names, message) => {
    const reading = read(table(...names), { skipBadRows: true });
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(message);
  });

  it('are refused in folders alike', async () => {
    await expect(read(tree('a/1.png'))).rejects.toThrow(/it has only the class "a"/);
    await expect(read(tree('train/Smile/1.png', 'test/smile/1.png', 'train/x/1.png'))).rejects.toThrow(
      /differ only in case; rename one, or make them one with --map "[sS]mile=[sS]mile"/,
    );
    const one = tree('train/Smile/1.png', 'test/smile/1.png', 'train/x/1.png');
    expect((await namesIn(one, { map: ['Smile=Smile'] })).classes).toEqual(['Smile', 'x']);
    const many = Array.from({ length: 65 }, (_, i) => `class ${i}/1.png`);
    await expect(read(tree(...many))).rejects.toThrow(/is class 65/);
    await expect(read(mkdtempSync(join(folder, 'empty-')))).rejects.toThrow(
      /it has no images.*where <class> is any name/s,
    );
    // A place of names that objects have anyway.
    expect((await namesIn(tree('__proto__/1.png', 'constructor/1.png'))).classes).toEqual(['__proto__', 'constructor']);
  });

  it('are refused where faces come with the seven expressions', async () => {
    await expect(read(tree('anger/S010_004_00000017.png', 'happy/S011_001_00000001.png'))).rejects.toThrow(
      /CK\+ \(.*\) is for the seven expressions only, but the classes are those of the data/,
    );
    await expect(read(tree('FER2013Train/fer0000000.png'))).rejects.toThrow(
      /the output of FER\+ in .* is for the seven/,
    );
    const { data } = ConfigSchema.parse({ data: { source: 'synthetic', classes: 'from-data' } });
    await expect(loadFaces(data, 1, silent)).rejects.toThrow(/the generator of drawn faces is for the seven/);
  });
});

describe('a list of classes', () => {
  it('has its own order, may lack faces, and knows no other names', async () => {
    const root = tree('test/kiss/1.png', 'test/WINK/1.png');
    const classes = ['wink', 'Rest', 'Kiss'];
    expect(await namesIn(root, { classes })).toEqual({ classes, faces: ['wink', 'Kiss'] });
    const other = tree('test/kiss/1.png', 'test/happy/1.png');
    await expect(read(other, { classes })).rejects.toThrow(
      /happy: unknown class "happy"\. Expected wink, Rest, Kiss; rename it, pass --map "happy=Kiss"/,
    );
    expect((await namesIn(other, { classes, map: ['happy=rest'] })).faces).toEqual(['Rest', 'Kiss']);
    await expect(read(table('kiss', '3'), { classes })).rejects.toThrow(
      /unknown emotion "3", expected wink, Rest, Kiss, or/,
    );
    expect(() => new ClassNames(['happy=Joy'], classes)).toThrow(/with a class of wink, Rest, Kiss or none/);
  });

  it('of the seven expressions is the default', async () => {
    const dataset = await read(tree('test/anger/1.png'), { classes: [...EMOTIONS] });
    expect(dataset.classes).toBeUndefined();
    expect(classesOf(dataset)).toEqual(EMOTIONS);
  });

  it('is read from flags, and refused with a name twice, unusable names, too few or too many', async () => {
    const classesIn = async (text: string) =>
      (await loadConfig(undefined, [parseAssignment(`data.classes=${text}`)])).data.classes;
    expect(await classesIn('from-data')).toBe('from-data');
    expect(await classesIn('emotions')).toBe('emotions');
    expect(await classesIn('wink, Kiss,Rest')).toEqual(['wink', 'Kiss', 'Rest']);
    for (const text of ['wink', 'wink,Wink', 'all', `a,${'b'.repeat(61)}`, 'a,\u0007', [...Array(65).keys()].join()])
      await expect(classesIn(text), text).rejects.toThrow(
        /data\.classes is .*; expected "emotions" or "from-data" or a list of text without repeats \(classes to tell apart/,
      );
  });
});
