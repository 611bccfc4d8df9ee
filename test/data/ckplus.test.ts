import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ConfigSchema, type DataConfig } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { type Reporter, silent } from '../../ml/core/progress.ts';
import type { FaceFinder } from '../../ml/data/ckplus/crop-face.ts';
import { readCkPlus } from '../../ml/data/ckplus/read.ts';
import { faceAt, facesOf, indicesOf, withTestFold } from '../../ml/data/dataset.ts';
import { loadFaces, readFaces } from '../../ml/data/load.ts';
import { identityOf, writeManifest } from '../../ml/data/manifest.ts';
import { needing, realData } from '../real-data.ts';
import { csvRow, listener, pattern, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const REAL = realData('ckplus48');
const read = (root: string, more: Partial<DataConfig> = {}, report: Reporter = silent, find?: FaceFinder) =>
  readCkPlus(root, { ...ConfigSchema.parse({}).data, ...more }, report, find);

function tree(files: Record<string, Uint8Array | string>): string {
  const root = mkdtempSync(join(folder, 'ck-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    // A path that ends in a slash is an empty folder.
    if (path.endsWith('/')) mkdirSync(join(root, path), { recursive: true });
    else writeFileSync(join(root, path), content);
  }
  return root;
}

const png = (pixels: ArrayLike<number>, width: number) =>
  sharp(Uint8Array.from(pixels), { raw: { width, height: pixels.length / width, channels: 1 } })
    .png()
    .toBuffer();
const face = (number: number) => png(pattern(number), 48);
const small = await png(new Array(64 * 64).fill(7), 64);

const frameName = (sequence: string, frame: number) => `${sequence}_${String(frame).padStart(8, '0')}`;

/** A folder like CK+48 with the last three frames of these sequences. */
async function cropped(sequences: readonly (readonly [string, string])[]): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [s, [emotion, sequence]] of sequences.entries()) {
    for (const frame of [11, 12, 13]) files[`${emotion}/${frameName(sequence, frame)}.png`] = await face(3 * s + frame);
  }
  return files;
}

const WIDTH = 120;
const HEIGHT = 90;
/** Eyes 30 pixels apart, so that the face is a square of 80 pixels whose corner is (20, 10). */
const EYES = { left: 45, right: 75, y: 40 };
const POINTS = Float32Array.from({ length: 136 }, (_, i) => {
  const point = i >> 1;
  if (i % 2 === 1) return EYES.y;
  return point >= 42 ? EYES.right : EYES.left;
});
const LANDMARKS = Array.from({ length: 68 }, (_, i) => `  ${POINTS[2 * i]}  ${POINTS[2 * i + 1]} `).join('\n');

/** A frame that has one grey in the square of the face, and white around it. */
const frame = (grey: number, width = WIDTH) =>
  png(
    Array.from({ length: width * HEIGHT }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return x >= 20 && x < 100 && y >= 10 && y < 90 ? grey : 255;
    }),
    width,
  );

/** The files of one sequence of the original distribution, with so many frames. */
async function sequence(
  name: string,
  code: number | undefined,
  { count = 6, landmarks = true } = {},
): Promise<Record<string, Uint8Array | string>> {
  const place = name.replace('_', '/');
  const files: Record<string, Uint8Array | string> = {
    [code === undefined ? `Emotion/${place}/` : `Emotion/${place}/${frameName(name, count)}_emotion.txt`]:
      `   ${code?.toExponential(7)}\n`,
    [`FACS/${place}/${frameName(name, count)}_facs.txt`]: 'not a label',
  };
  for (let i = 1; i <= count; i++) {
    files[`cohn-kanade-images/${place}/${frameName(name, i)}.png`] = await frame(10 * i);
    if (landmarks) files[`Landmarks/${place}/${frameName(name, i)}_landmarks.txt`] = LANDMARKS;
  }
  return files;
}

const labelsOf = ({ labels }: { labels: Uint8Array }) =>
  Array.from(labels, (label): string => EMOTIONS[label] ?? 'Contempt');

describe('readCkPlus of cropped faces', () => {
  const sequences = [
    ['anger', 'S010_004'],
    ['contempt', 'S011_002'],
    ['surprise', 'S010_002'],
  ] as const;

  it('reads labels, subjects and pixels; drops contempt or keeps it as a further class', async () => {
    const root = tree({ ...(await cropped(sequences)), 'README.md': 'faces' });
    const { dataset, sourceRows } = await read(root);
    expect([dataset.count, sourceRows, dataset.classes]).toEqual([6, 6, undefined]);
    expect(labelsOf(dataset)).toEqual([...Array(3).fill('Angry'), ...Array(3).fill('Surprise')]);
    expect(Array.from(dataset.subjects ?? [])).toEqual(Array(6).fill(10));
    expect(indicesOf(dataset, 'PrivateTest')).toHaveLength(6);
    expect(Array.from(faceAt(dataset, 0))).toEqual(pattern(11));
    const kept = (await read(root, { contempt: true })).dataset;
    expect(labelsOf(kept).filter((name) => name === 'Contempt')).toHaveLength(3);
    expect(kept.classes).toEqual([...EMOTIONS, 'Contempt']);
  });

  it.each<[string, (files: Record<string, Uint8Array>) => void, RegExp]>([
    [
      'a size that differs',
      (files) => Object.assign(files, { 'anger/S010_004_00000012.png': small }),
      /12\.png: it has 64×64.*have 48×48/,
    ],
    [
      'a name without a subject',
      (files) => Object.assign(files, { 'anger/one.png': small }),
      /one\.png: its name does not identify the subject/,
    ],
    [
      'a sequence in two classes',
      (files) => Object.assign(files, { 'fear/S010_004_00000014.png': files['anger/S010_004_00000011.png'] }),
      /sequence S010_004 is also in the class/,
    ],
    [
      'a broken picture',
      (files) => Object.assign(files, { 'anger/S010_004_00000012.png': Buffer.from('none') }),
      /12\.png: the image cannot be read/,
    ],
  ])('stops at %s, or leaves it out', async (_, change, message) => {
    const files = await cropped(sequences);
    change(files);
    const root = tree(files);
    const error = await read(root).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect((await read(root, { skipBadRows: true })).badRows.count).toBe(1);
  });

  it('refuses unknown classes, frames that are not cropped, and a fold that there is not', async () => {
    const files = await cropped(sequences);
    await expect(read(tree({ ...files, 'angr/S001_001_00000001.png': small }))).rejects.toThrow('did you mean "angry"');
    const wide = tree({ 'anger/S010_004_00000012.png': await frame(3) });
    await expect(read(wide)).rejects.toThrow(/120×90 pixels; expected square/);
    await expect(read(tree(files), { fold: 1 })).rejects.toThrow('data.folds is 10, but there are only 2 subjects');
    await expect(read(tree(files), { fold: 2, folds: 2 })).rejects.toThrow(
      'data.fold is 2; expected a whole number below',
    );
  });
});

describe('readCkPlus of the original distribution', () => {
  it('takes the last three frames and the neutral first one of labelled sequences, and crops their faces', async () => {
    const root = tree({
      ...(await sequence('S005_001', 3)),
      ...(await sequence('S005_002', undefined)),
      ...(await sequence('S006_001', 2)),
    });
    const report = listener();
    const { dataset } = await read(root, {}, report);
    expect(labelsOf(dataset)).toEqual(['Disgust', 'Disgust', 'Disgust', 'Neutral', 'Neutral']);
    expect(Array.from(dataset.subjects ?? [])).toEqual([5, 5, 5, 5, 6]);
    expect(report.notes[0]).toContain('3 sequences, 1 of them skipped as unlabelled');
    // The square of the face and nothing of the white around it.
    for (const [i, grey] of [40, 50, 60, 10, 10].entries())
      expect(new Set(faceAt(dataset, i))).toEqual(new Set([grey]));
    const withContempt = (await read(root, { contempt: true })).dataset;
    expect(labelsOf(withContempt)).toHaveLength(8);
  });

  it('lets a finder look for faces where there are no landmarks', async () => {
    const root = tree(await sequence('S005_001', 5, { landmarks: false }));
    await expect(read(root)).rejects.toThrow(/its landmarks are missing/);
    const seen: number[] = [];
    const find: FaceFinder = async ({ width, height }) => {
      seen.push(width, height);
      return POINTS;
    };
    const { dataset } = await read(root, {}, silent, find);
    expect(new Set(seen)).toEqual(new Set([WIDTH, HEIGHT]));
    expect(new Set(faceAt(dataset, 0))).toEqual(new Set([40]));
    await expect(read(root, {}, silent, async () => undefined)).rejects.toThrow('no face was found in it');
  });

  it('is found a folder deeper, as the archives unpack', async () => {
    const files = Object.entries(await sequence('S005_001', 7));
    const root = tree(
      Object.fromEntries(
        files.map(([path, content]) => [`${path.startsWith('E') ? 'labels' : 'images'}/${path}`, content]),
      ),
    );
    expect(labelsOf((await read(root)).dataset)).toContain('Surprise');
  });

  it.each<[string, (files: Record<string, Uint8Array | string>) => void, RegExp]>([
    [
      'a missing folder of labels',
      (files) => Reflect.deleteProperty(files, 'Emotion/S005/001/S005_001_00000006_emotion.txt'),
      /S005.001: its label folder is missing; expected .*empty if the sequence has no label.*--skip-bad-rows/,
    ],
    [
      'a code that is none',
      (files) => Object.assign(files, { 'Emotion/S005/001/S005_001_00000006_emotion.txt': '8.0' }),
      /is "8.0"; expected a code from 1/,
    ],
    [
      'two labels',
      (files) => Object.assign(files, { 'Emotion/S005/001/S005_001_00000005_emotion.txt': '1' }),
      /it has 2 labels .*expected one/,
    ],
    [
      'a peak that is missing',
      (files) => Reflect.deleteProperty(files, 'cohn-kanade-images/S005/001/S005_001_00000006.png'),
      /names a missing frame/,
    ],
    [
      'broken landmarks',
      (files) => Object.assign(files, { 'Landmarks/S005/001/S005_001_00000006_landmarks.txt': '1 2 3' }),
      /has 3 numbers; expected x and y of 68 points/,
    ],
  ])('stops at %s, or leaves it out', async (_, change, message) => {
    const files = { ...(await sequence('S005_001', 1)), ...(await sequence('S006_001', 1)) };
    change(files);
    const root = tree(files);
    const error = await read(root).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect((await read(root, { skipBadRows: true })).badRows.count).toBe(1);
  });

  it('stops at frames of several sizes in a sequence, but not between sequences', async () => {
    const files = { ...(await sequence('S005_001', 1)), ...(await sequence('S006_001', 1)) };
    for (const i of [1, 2, 3, 4, 5, 6])
      files[`cohn-kanade-images/S006/001/${frameName('S006_001', i)}.png`] = await frame(9, WIDTH + 8);
    expect((await read(tree(files))).dataset.count).toBe(8);
    files[`cohn-kanade-images/S006/001/${frameName('S006_001', 5)}.png`] = await frame(9);
    await expect(read(tree(files))).rejects.toThrow(
      /05\.png: it has 120×90 pixels, but others of S006_001 have 128×90/,
    );
  });

  it('says that the labels are missing', async () => {
    const files = await sequence('S005_001', undefined);
    await expect(read(tree(files))).rejects.toThrow('none of its 1 sequences has a label');
    delete files['Emotion/S005/001/'];
    await expect(read(tree(files))).rejects.toThrow('it has cohn-kanade-images, but no folder Emotion');
  });
});

describe('folds of CK+', () => {
  it('have a subject in the same fold in both forms, whether contempt is kept or not', async () => {
    const names = ['anger', 'contempt', 'disgust', 'fear', 'happy', 'sadness', 'surprise'];
    const list = Array.from({ length: 9 }, (_, i) => [i % 7, `S00${i + 1}_001`] as const);
    const files: Record<string, Uint8Array | string> = {};
    for (const [code, name] of list) Object.assign(files, await sequence(name, code + 1, { count: 4 }));
    const roots = [tree(await cropped(list.map(([code, name]) => [names[code], name] as const))), tree(files)];
    const tested = new Set<string>();
    for (const root of roots) {
      for (const contempt of [true, false]) {
        const { dataset } = await read(root, { fold: 1, folds: 3, contempt });
        const test = indicesOf(dataset, 'PrivateTest');
        tested.add(
          [...new Set(Array.from(test, (i) => dataset.subjects?.[i]))]
            .filter((s) => s !== 2 && s !== 9)
            .sort()
            .join(),
        );
      }
    }
    expect(tested.size).toBe(1);
  });
});

/** A face whose pixels are each repeated in a square of four. */
function enlarged(face: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 96 * 96 }, (_, i) => face[48 * Math.floor(i / 192) + ((i % 96) >> 1)]);
}

describe('FER2013 and CK+ together', () => {
  it('trains on all but the held-out subjects, who are tested beside the test faces of FER2013', async () => {
    const root = tree(await cropped(Array.from({ length: 6 }, (_, i) => ['happy', `S01${i}_001`] as const)));
    const source = join(folder, 'faces.csv');
    const rows = [0, 1, 2].map((split) => csvRow({ label: 4, split, pixels: pattern(100 + split) }));
    writeFileSync(source, ['emotion,pixels,Usage', ...rows].join('\n'));
    const config = ConfigSchema.parse({
      data: { source, extraDataset: root, cache: join(folder, 'cache'), folds: 3 },
    }).data;
    await expect(loadFaces(config, 1, silent)).rejects.toThrow(/data\.fold is null; choose which fold/);
    const { dataset, summary } = await loadFaces({ ...config, fold: 2 }, 1, silent);
    expect(summary).toMatchObject({
      extraDataset: root,
      rowsRead: 21,
      subjects: { Training: 4, PublicTest: 0, PrivateTest: 2 },
      faces: { Training: { Happy: 12, Sad: 1 }, PublicTest: { Sad: 1 }, PrivateTest: { Happy: 6, Sad: 1 } },
    });
    const other = withTestFold(dataset, 0);
    expect(indicesOf(other, 'PrivateTest')).toHaveLength(7);
    const testedOf = (set: typeof dataset) =>
      Array.from(indicesOf(set, 'PrivateTest'), (i) => set.subjects?.[i] ?? 0).filter((subject) => subject > 0);
    expect(testedOf(other).filter((subject) => testedOf(dataset).includes(subject))).toEqual([]);
    // A manifest speaks of the source alone: the faces of CK+ have the same row numbers.
    const refine = join(folder, 'refine.csv');
    const { loaded } = await readFaces(config, 1, silent);
    const entry = { row: 0, action: 'move', from: 'Sad', to: 'Fear', reason: 'label-folds', score: 1 } as const;
    await writeManifest(refine, { identity: identityOf(loaded), entries: [entry] });
    const moved = await loadFaces({ ...config, fold: 2, refine }, 1, silent);
    expect(moved.summary).toEqual({
      ...summary,
      refined: { manifest: refine, dropped: 0, moved: 1 },
      faces: { ...summary.faces, Training: { ...summary.faces.Training, Sad: 0, Fear: 1 } },
    });
    await writeManifest(refine, { identity: identityOf(loaded), entries: [{ ...entry, action: 'drop', to: null }] });
    const dropped = await loadFaces({ ...config, fold: 2, refine }, 1, silent);
    expect(dropped.dataset.count).toBe(dataset.count - 1);
    expect(dropped.dataset.subjects).toEqual(dataset.subjects?.subarray(1));
    expect(dropped.dataset.labels).toEqual(dataset.labels.subarray(1));
    // Upscaled faces keep to their own faces.
    const upscale = async (edsr: string, pixels: Uint8Array) => {
      expect(edsr).toBe('x2.onnx');
      const copy = pixels.slice();
      return {
        size: 96,
        upscaledBy: 'x2',
        read: (face: number, out: Uint8Array) => out.set(enlarged(copy.subarray(face * 2304, face * 2304 + 2304))),
      };
    };
    const upscaled = await loadFaces({ ...config, fold: 2, refine, upscale: 'x2.onnx' }, 1, silent, { upscale });
    expect(upscaled.summary).toEqual({ ...dropped.summary, upscaled: { by: 'x2.onnx', size: 96 } });
    expect(upscaled.dataset.pixels).toEqual(dropped.dataset.pixels);
    expect(upscaled.dataset.upscaled?.upscaledBy).toBe('x2');
    const shown = facesOf(withTestFold(upscaled.dataset, 0));
    expect(shown.count).toBe(dropped.dataset.count);
    for (let i = 0; i < shown.count; i++) expect(shown.at(i)).toEqual(enlarged(faceAt(dropped.dataset, i)));
    expect(facesOf(upscaled.dataset, Uint32Array.of(4)).at(0)).toEqual(enlarged(faceAt(dropped.dataset, 4)));
    mkdirSync(join(folder, 'none'));
    await expect(loadFaces({ ...config, fold: 0, extraDataset: join(folder, 'none') }, 1, silent)).rejects.toThrow(
      'which is not CK+',
    );
  });
});

describe('the whole of CK+48', needing(REAL), () => {
  it('has the known numbers of faces, and folds that are alike and share nobody', async () => {
    const { dataset } = await read(REAL, { contempt: true, fold: 0 });
    const counts = dataset.classes?.map((_, label) => dataset.labels.filter((other) => other === label).length);
    expect(counts).toEqual([135, 177, 75, 207, 84, 249, 0, 54]);
    expect(new Set(dataset.subjects).size).toBe(118);
    const seen = new Set<number>();
    let tested = 0;
    for (let fold = 0; fold < 10; fold++) {
      const set = withTestFold(dataset, fold);
      const test = indicesOf(set, 'PrivateTest');
      const subjects = new Set(Array.from(test, (i) => set.subjects?.[i] as number));
      const trained = new Set(Array.from(indicesOf(set, 'Training'), (i) => set.subjects?.[i] as number));
      expect([...subjects].filter((subject) => trained.has(subject) || seen.has(subject))).toEqual([]);
      for (const subject of subjects) seen.add(subject);
      tested += test.length;
      // A tenth of each class, give or take two sequences.
      for (const [label, count] of (counts ?? []).entries()) {
        const here = test.filter((i) => set.labels[i] === label).length;
        expect(Math.abs(here - count / 10)).toBeLessThanOrEqual(6);
      }
    }
    expect([seen.size, tested]).toEqual([118, 981]);
    expect((await read(REAL)).dataset.count).toBe(927);
  });
});
