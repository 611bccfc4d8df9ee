import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EMOTIONS } from '../core/emotions.ts';
import { nearestName, UserError } from '../core/errors.ts';
import { fileError, readText } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';
import { type ClassNames, requireEmotions } from './class-names.ts';
import { FERPLUS_CLASSES, SPLITS, type Split } from './dataset.ts';
import { VOTE_COLUMNS } from './labels.ts';
import { SPLIT_NAMES } from './splits.ts';

/** More faces would not fit in memory. */
const MAX_IMAGES = 1_000_000;
/** Files and folders that systems leave behind, in lower case; hidden ones are passed over anyway. */
const SYSTEM = new Set(['thumbs.db', 'desktop.ini', '__macosx']);
/** Folders around the data set: archives often unpack into one. */
const MAX_WRAPPERS = 3;

/** Folders of FER+'s own program (github.com/microsoft/FERPlus), each with its table of votes. */
const FERPLUS_FOLDERS: Readonly<Record<string, Split>> = {
  fer2013train: 'Training',
  fer2013valid: 'PublicTest',
  fer2013test: 'PrivateTest',
};
const FERPLUS_TABLE = 'label.csv';

/** An image of a data set. */
export interface ImageFile {
  readonly path: string;
  /** Index into the classes. */
  readonly label: number;
  readonly split: Split;
  /** FER+ votes, [10], if the data set has them. */
  readonly votes?: Uint8Array;
}

/**
 * The images of a folder, in an order that is the same on every machine. Accepted are `<split>/<class>/`, where the splits are
 * any of train, val and test under their usual names; `<class>/` without splits, all of which is Training; and the official
 * output of FER+. A folder around all of it, and a split folder inside one of the same name, are looked through. Hidden files
 * and those of the system are passed over.
 *
 * Where any folder may be a class, one is a split if it has the very name of one and holds folders; a folder without images
 * is no class.
 * @param names of the classes, which are settled then; those that it maps to none are left out.
 * @throws UserError if a folder is missing, empty or has an unknown name.
 */
export async function listImages(root: string, names: ClassNames, report: Reporter): Promise<ImageFile[]> {
  const place = await unwrap(root, names);
  const folders = await list(place, 'folders');
  const isFerPlus = folders.some((folder) => Object.hasOwn(FERPLUS_FOLDERS, nameOf(folder)));
  if (isFerPlus) requireEmotions(`the output of FER+ in ${place}`, names.chosen);
  const listed = isFerPlus ? await listFerPlus(folders, report) : await listClasses(place, folders, names, report);
  if (listed.length === 0)
    throw new UserError(
      `cannot use ${root}: it has no images; expected them in ${join(root, 'train', '<class>')}, ` +
        `where <class> is ${names.isOpen ? 'any name' : `one of ${(names.classes ?? EMOTIONS).join(', ').toLowerCase()}`}`,
    );
  if (listed.length > MAX_IMAGES)
    throw new UserError(`cannot use ${root}: it has more than ${MAX_IMAGES} images; use fewer`);
  const settled = names.settle(root);
  const files = listed.map((file) => ({ ...file, label: settled(file.label) }));
  return files.sort(
    (a, b) => SPLITS.indexOf(a.split) - SPLITS.indexOf(b.split) || a.label - b.label || (a.path < b.path ? -1 : 1),
  );
}

const nameOf = (path: string) => basename(path).toLowerCase();
const splitOf = (path: string): Split | undefined =>
  Object.hasOwn(SPLIT_NAMES, nameOf(path)) ? SPLIT_NAMES[nameOf(path)] : undefined;

/** Goes down while a folder holds nothing but one folder that means nothing itself. */
async function unwrap(root: string, names: ClassNames): Promise<string> {
  let place = root;
  for (let depth = 0; depth < MAX_WRAPPERS; depth++) {
    const [only, ...others] = await list(place, 'folders');
    if (only === undefined || others.length > 0) break;
    const name = nameOf(only);
    if (
      isNearSplit(only) ||
      Object.hasOwn(FERPLUS_FOLDERS, name) ||
      names.find(name) !== undefined ||
      /^\d+$/.test(name)
    )
      break;
    if ((await list(only, 'folders')).length === 0) break;
    place = only;
  }
  return place;
}

async function listClasses(
  root: string,
  folders: readonly string[],
  names: ClassNames,
  report: Reporter,
): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  const leftOut = new Map<string, number>();
  const add = async (classFolders: readonly string[], split: Split) => {
    for (const folder of classFolders) {
      const paths = await list(folder, 'files');
      if (names.isOpen && paths.length === 0) continue;
      const label = names.labelOf(basename(folder), folder);
      if (label === null) leftOut.set(nameOf(folder), (leftOut.get(nameOf(folder)) ?? 0) + paths.length);
      else for (const path of paths) files.push({ path, label, split });
    }
  };
  if (await hasSplits(folders, names)) {
    for (const folder of folders) {
      const split = lookUp(SPLIT_NAMES, folder, ['train', 'val', 'test']);
      const inner = await list(folder, 'folders');
      const nested = inner.length === 1 && splitOf(inner[0]) === split ? await list(inner[0], 'folders') : inner;
      await add(nested, split);
    }
  } else await add(folders, 'Training');
  for (const [name, count] of leftOut) report.note(`${root}: left out the ${count} images of the class ${name}`);
  return files;
}

async function hasSplits(folders: readonly string[], names: ClassNames): Promise<boolean> {
  // A misspelt split among class folders is told from an unknown class by its distance.
  if (!names.isOpen) return folders.some((folder) => names.find(nameOf(folder)) === undefined && isNearSplit(folder));
  for (const folder of folders)
    if (splitOf(folder) !== undefined && (await list(folder, 'folders')).length > 0) return true;
  return false;
}

/** Whether it is a split, perhaps misspelt; of very short names that cannot be said. */
function isNearSplit(folder: string): boolean {
  const name = nameOf(folder);
  return splitOf(name) !== undefined || (name.length > 3 && nearestName(name, Object.keys(SPLIT_NAMES)) !== undefined);
}

/** A face without a vote for one of the seven classes has no label and is left out. */
async function listFerPlus(folders: readonly string[], report: Reporter): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  let leftOut = 0;
  for (const folder of folders) {
    const split = lookUp(FERPLUS_FOLDERS, folder, Object.keys(FERPLUS_FOLDERS));
    const table = join(folder, FERPLUS_TABLE);
    const lines = (await readText(table)).split(/\r?\n/);
    for (const [i, line] of lines.entries()) {
      if (line.trim() === '') continue;
      const { file, votes } = parseFerPlusRow(line, `${table} line ${i + 1}`);
      const counts = VOTE_COLUMNS.map((column) => votes[column]);
      const most = Math.max(...counts);
      if (most === 0) leftOut++;
      else files.push({ path: join(folder, file), label: counts.indexOf(most), split, votes });
    }
  }
  if (leftOut > 0) report.note(`left out ${leftOut} images for which nobody voted for one of the seven expressions`);
  return files;
}

/** `fer0000000.png,"(0, 0, 48, 48)",4,0,0,1,3,2,0,0,0,0`: file, box and the votes of {@link FERPLUS_CLASSES}. */
function parseFerPlusRow(line: string, here: string): { file: string; votes: Uint8Array } {
  const [, file, counts] = /^([\w-]+\.\w+),"[^"]*",([\d,]+)$/.exec(line.trim()) ?? [];
  const votes = (counts ?? '').split(',').map(Number);
  if (file === undefined || votes.length !== FERPLUS_CLASSES.length || votes.some((count) => count > 10))
    throw new UserError(
      `${here}: found ${JSON.stringify(line.slice(0, 120))}; expected a file name, its box in quotes and ` +
        `${FERPLUS_CLASSES.length} votes from 0 to 10, as FER+'s generate_training_data.py writes them`,
    );
  return { file, votes: Uint8Array.from(votes) };
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
    if (entry.name.startsWith('.') || SYSTEM.has(entry.name.toLowerCase())) continue;
    const path = join(folder, entry.name);
    // A dangling link is reported when it is read.
    const info = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (info.isDirectory() && what === 'files')
      throw new UserError(`${path}: found a folder inside a class folder, expected only images; move it elsewhere`);
    if (info.isDirectory() === (what === 'folders')) found.push(path);
  }
  return found;
}

/** @throws UserError that suggests the nearest name, if the folder's is not one of the known. */
export function lookUp<T>(known: Readonly<Record<string, T>>, path: string, expected: readonly string[]): T {
  const name = basename(path).toLowerCase();
  if (Object.hasOwn(known, name)) return known[name];
  const meant = nearestName(name, Object.keys(known));
  throw new UserError(
    `${path}: unknown folder name${meant ? `, did you mean "${meant}"?` : '.'} ` +
      `Expected ${expected.join(', ')}; rename the folder or move it elsewhere`,
  );
}
