import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

const FOLDERS = {
  EMOTION_LENS_DATA: resolve(process.env['EMOTION_LENS_DATA'] || 'data'),
  EMOTION_LENS_CASES: resolve(process.env['EMOTION_LENS_CASES'] || 'cases'),
};

declare module 'vitest' {
  interface TaskMeta {
    /** What a skipped test lacks: the variable that names its folder, and the entry of that folder, as `EMOTION_LENS_DATA/sr`. */
    missing?: string;
  }
}

/** A file in the folder of data sets that `EMOTION_LENS_DATA` names, by default `data`: in `fer2013`, `ckplus48`, `pretrained` or `sr`. */
export const realData = (name: string): string => join(FOLDERS.EMOTION_LENS_DATA, name);

/** Small model files of the kinds that people bring, in the folder that `EMOTION_LENS_CASES` names. */
export const REAL_CASES = FOLDERS.EMOTION_LENS_CASES;

/** Options of a test or `describe` that needs files of these folders: it is skipped without them, and the end of the run says so. */
export function needing(...files: readonly string[]) {
  const file = files.find((path) => !existsSync(path));
  return { skip: file !== undefined, meta: file === undefined ? {} : { missing: nameOf(file) } };
}

function nameOf(file: string): string {
  const [variable, folder] = Object.entries(FOLDERS).find(([, place]) => !relative(place, file).startsWith('..'))!;
  return [variable, ...relative(folder, file).split(sep).slice(0, 1)].filter(Boolean).join('/');
}
