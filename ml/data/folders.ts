import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EMOTIONS, type Emotion } from '../core/emotions.ts';
import { nearestName, UserError } from '../core/errors.ts';
import { fileError } from '../core/files.ts';
import { openPicture, pictureFault } from '../core/picture-file.ts';
import type { Reporter } from '../core/progress.ts';
import { FACE_PIXELS, FACE_SIZE, SPLITS, type Split } from './dataset.ts';
import { BadRows, type LoadedFaces } from './loaded.ts';

/** Images decoded at a time; sharp spreads them over its threads. */
const BATCH = 64;
/** More faces would not fit in memory. */
const MAX_IMAGES = 1_000_000;
/** Without a validation folder, every tenth training image of each class goes to PublicTest. */
const VALIDATION_EVERY = 10;

const SPLIT_FOLDERS: Readonly<Record<string, Split>> = {
  train: 'Training',
  training: 'Training',
  val: 'PublicTest',
  valid: 'PublicTest',
  validation: 'PublicTest',
  public: 'PublicTest',
  publictest: 'PublicTest',
  test: 'PrivateTest',
  testing: 'PrivateTest',
  private: 'PrivateTest',
  privatetest: 'PrivateTest',
};

/** The usual names of classes. */
export const CLASS_FOLDERS: Readonly<Record<string, Emotion>> = {
  angry: 'Angry',
  anger: 'Angry',
  disgust: 'Disgust',
  disgusted: 'Disgust',
  fear: 'Fear',
  fearful: 'Fear',
  happy: 'Happy',
  happiness: 'Happy',
  sad: 'Sad',
  sadness: 'Sad',
  surprise: 'Surprise',
  surprised: 'Surprise',
  neutral: 'Neutral',
};

interface ImageFile {
  readonly path: string;
  readonly label: number;
  readonly split: Split;
}

/**
 * Reads a folder of images in `train/<class>/` and `test/<class>/`, optionally `val/<class>/`; case does not matter and
 * the usual other names of splits and classes are known. `test` becomes PrivateTest and `val` PublicTest; without `val`
 * every tenth training image of each class, in the order of their names, becomes PublicTest. Rows are the positions in
 * the list of images, sorted by split, class and name.
 *
 * An image of any size, grey or colour, is turned upright by its EXIF orientation, made grey by sharp's standard
 * greyscale, cropped to its central square and resized to 48×48, its transparent parts black; a grey 48×48 image keeps its
 * pixels. Hidden files are passed over.
 * @param skipBadRows leave unreadable images out and count them.
 * @throws UserError if an image is unreadable unless skipped, and always if a folder is missing, empty or has an unknown
 * name.
 */
export async function readFolders(root: string, skipBadRows: boolean, report: Reporter): Promise<LoadedFaces> {
  const files = await listImages(root);
  const badRows = new BadRows(skipBadRows);
  const pixels = new Uint8Array(files.length * FACE_PIXELS);
  const rows: number[] = [];
  for (let start = 0; start < files.length; start += BATCH) {
    report.progress({ step: `reading ${root}`, done: start, total: files.length, unit: 'img' });
    const faces = await Promise.all(files.slice(start, start + BATCH).map(({ path }) => decodeFace(path)));
    for (const [i, face] of faces.entries()) {
      if (typeof face === 'string') badRows.add(files[start + i].path, '', face);
      else {
        pixels.set(face, rows.length * FACE_PIXELS);
        rows.push(start + i);
      }
    }
  }
  if (rows.length === 0) throw new UserError(`cannot use ${root}: none of its ${files.length} images can be read`);
  report.progress({ step: `reading ${root}`, done: files.length, total: files.length, unit: 'img' });
  const dataset = {
    source: root,
    count: rows.length,
    pixels: pixels.subarray(0, rows.length * FACE_PIXELS),
    labels: Uint8Array.from(rows, (row) => files[row].label),
    splits: Uint8Array.from(rows, (row) => SPLITS.indexOf(files[row].split)),
    rows: Uint32Array.from(rows),
  };
  return { dataset, sourceRows: files.length, badRows: { count: badRows.count, first: badRows.first } };
}

/** All images, in an order that is the same on every machine. */
async function listImages(root: string): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  for (const splitFolder of await list(root, 'folders')) {
    const split = lookUp(SPLIT_FOLDERS, splitFolder, ['train', 'val', 'test']);
    for (const classFolder of await list(splitFolder, 'folders')) {
      const label = EMOTIONS.indexOf(lookUp(CLASS_FOLDERS, classFolder, Object.keys(CLASS_FOLDERS)));
      for (const path of await list(classFolder, 'files')) files.push({ path, label, split });
      if (files.length > MAX_IMAGES)
        throw new UserError(`cannot use ${root}: it has more than ${MAX_IMAGES} images; use fewer`);
    }
  }
  for (const [split, folder] of [['Training', 'train'] as const, ['PrivateTest', 'test'] as const])
    if (!files.some((file) => file.split === split))
      throw new UserError(
        `cannot use ${root}: it has no ${folder} images; expected images in ${join(root, folder, '<class>')}, ` +
          `where <class> is one of ${EMOTIONS.join(', ').toLowerCase()}`,
      );
  files.sort(
    (a, b) => SPLITS.indexOf(a.split) - SPLITS.indexOf(b.split) || a.label - b.label || (a.path < b.path ? -1 : 1),
  );
  return files.some((file) => file.split === 'PublicTest') ? files : holdOut(files);
}

/**
 * Paths of the visible folders in a folder, or of its visible files; a folder of files may hold nothing else. Files are not
 * opened, so they may turn out to be unreadable.
 * @throws UserError if the folder cannot be read, holds a folder where files are expected, or more than a million entries.
 */
export async function list(folder: string, what: 'folders' | 'files'): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown) => {
    throw fileError('read', folder, thrown);
  });
  if (entries.length > MAX_IMAGES)
    throw new UserError(`${folder} has ${entries.length} entries, at most ${MAX_IMAGES} are expected; split it up`);
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    // A dangling link is reported when it is read.
    const info = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (info.isDirectory() && what === 'files')
      throw new UserError(`${path}: found a folder inside a class folder, expected only images; move it elsewhere`);
    if (info.isDirectory() === (what === 'folders')) found.push(path);
  }
  return found;
}

/** @throws UserError that suggests the nearest name, if the folder's is none of the known. */
export function lookUp<T>(known: Readonly<Record<string, T>>, path: string, expected: readonly string[]): T {
  const name = basename(path).toLowerCase();
  if (Object.hasOwn(known, name)) return known[name];
  const meant = nearestName(name, Object.keys(known));
  throw new UserError(
    `${path}: unknown folder name${meant ? `, did you mean "${meant}"?` : '.'} ` +
      `Expected ${expected.join(', ')}; rename the folder or move it elsewhere`,
  );
}

function holdOut(files: readonly ImageFile[]): ImageFile[] {
  const seen = EMOTIONS.map(() => 0);
  return files.map((file) =>
    file.split === 'Training' && ++seen[file.label] % VALIDATION_EVERY === 0 ? { ...file, split: 'PublicTest' } : file,
  );
}

/** The face as 48×48 grey values, or why the image cannot be read. */
export async function decodeFace(path: string): Promise<Uint8Array | string> {
  try {
    return await (await openPicture(path))
      .autoOrient()
      .flatten()
      .greyscale()
      .resize(FACE_SIZE, FACE_SIZE, { fit: 'cover' })
      .raw()
      .toBuffer();
  } catch (thrown) {
    return `the image cannot be read (${pictureFault(thrown)})`;
  }
}
