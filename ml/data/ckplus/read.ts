import type { DataConfig } from '../../config/schema.ts';
import { UserError } from '../../core/errors.ts';
import { openPicture } from '../../core/picture-file.ts';
import type { Reporter } from '../../core/progress.ts';
import { FACE_PIXELS, type FaceDataset, SPLITS, withTestFold } from '../dataset.ts';
import { decodeFace } from '../folders.ts';
import { BadRows, type LoadedFaces } from '../loaded.ts';
import { subjectFolds } from '../subject-folds.ts';
import { cropFace, type FaceFinder, readGrey } from './crop-face.ts';
import { CK_CLASSES, type CkImage, CONTEMPT, isCropped, isOriginal, listCropped, listOriginal } from './images.ts';

const BATCH = 32;

/** Whether a folder holds CK+, in either form. */
export async function isCkPlus(root: string): Promise<boolean> {
  return (await isOriginal(root)) || isCropped(root);
}

/**
 * Reads the Extended Cohn-Kanade data set (CK+; Lucey et al. 2010, "The Extended Cohn-Kanade Dataset"), as the folder CK+48
 * of cropped faces or as distributed; see `listCropped` and `listOriginal`. Frames of the latter are cropped by the
 * points in `Landmarks`, or by those that `find` finds.
 *
 * Without a fold every face is one of PrivateTest: the set is there to test on. With one, the faces of that fold's subjects
 * are PrivateTest and the others Training; nothing is PublicTest. The folds are those of `subjectFolds` over the labelled
 * sequences, contempt counted whether it is kept or not, so that a subject is in the same fold in both forms.
 * @throws UserError for an invalid folder, label or picture (a single bad picture can be skipped), and for a fold that does
 * not exist.
 */
export async function readCkPlus(
  root: string,
  { skipBadRows, contempt, folds, fold }: Pick<DataConfig, 'skipBadRows' | 'contempt' | 'folds' | 'fold'>,
  report: Reporter,
  find?: FaceFinder,
): Promise<LoadedFaces> {
  if (fold !== null && fold >= folds)
    throw new UserError(`data.fold is ${fold}; expected a whole number below data.folds, which is ${folds}`);
  const badRows = new BadRows(skipBadRows);
  const original = await isOriginal(root);
  const listed = original ? await listOriginal(root, badRows, report) : await listCropped(root, badRows);
  const foldOf = fold === null ? undefined : subjectFolds(recordingsOf(listed), folds);
  const images = listed
    .filter(({ label }) => contempt || label !== CONTEMPT)
    .sort((a, b) => a.label - b.label || (a.path < b.path ? -1 : 1));

  const expected = await Sizes.of(images, original);
  const decode = async (image: CkImage): Promise<Uint8Array | string> => {
    const problem = expected.problemOf(image);
    if (problem !== undefined) return problem;
    if (!original) return decodeFace(image.path);
    const frame = await readGrey(image.path);
    return typeof frame === 'string' ? frame : cropFace(frame, image.landmarks, find);
  };
  const kept: CkImage[] = [];
  const pixels = new Uint8Array(images.length * FACE_PIXELS);
  for (let start = 0; start < images.length; start += BATCH) {
    report.progress({ step: `reading ${root}`, done: start, total: images.length, unit: 'img' });
    const batch = images.slice(start, start + BATCH);
    const faces = await Promise.all(batch.map(decode));
    for (const [i, face] of faces.entries()) {
      if (typeof face === 'string') badRows.add(batch[i].path, '', face);
      else {
        pixels.set(face, kept.length * FACE_PIXELS);
        kept.push(batch[i]);
      }
    }
  }
  report.progress({ step: `reading ${root}`, done: images.length, total: images.length, unit: 'img' });
  if (kept.length === 0)
    throw new UserError(
      `cannot use ${root}: none of its pictures can be read; first error: ${badRows.first[0] ?? 'none'}`,
    );

  const dataset: FaceDataset = {
    source: root,
    count: kept.length,
    pixels: pixels.subarray(0, kept.length * FACE_PIXELS),
    labels: Uint8Array.from(kept, ({ label }) => label),
    splits: new Uint8Array(kept.length).fill(SPLITS.indexOf('PrivateTest')),
    rows: Uint32Array.from(kept.keys()),
    subjects: Uint16Array.from(kept, ({ subject }) => subject),
    ...(contempt && { classes: CK_CLASSES }),
    ...(foldOf && { folds: Uint8Array.from(kept, ({ subject }) => foldOf.get(subject) ?? 0) }),
  };
  const { count, first } = badRows;
  return {
    dataset: fold === null ? dataset : withTestFold(dataset, fold),
    sourceRows: kept.length + count,
    badRows: { count, first },
  };
}

/** One for each sequence: its neutral frame says nothing that the others do not. */
function recordingsOf(images: readonly CkImage[]) {
  const neutral = CK_CLASSES.indexOf('Neutral');
  const bySequence = new Map(
    images.filter(({ label }) => label !== neutral).map((image) => [image.sequence, image] as const),
  );
  return [...bySequence.values()];
}

/** Sizes of pictures, of which all those of cropped faces are alike, and of frames those of a sequence. */
class Sizes {
  readonly #of = new Map<CkImage, string>();
  /** The most frequent size of each group. */
  readonly #usual = new Map<string, string>();
  readonly #original: boolean;

  private constructor(original: boolean) {
    this.#original = original;
  }

  static async of(images: readonly CkImage[], original: boolean): Promise<Sizes> {
    const sizes = new Sizes(original);
    const groups = new Map<string, Map<string, number>>();
    for (let start = 0; start < images.length; start += BATCH) {
      const batch = images.slice(start, start + BATCH);
      for (const [i, size] of (await Promise.all(batch.map(sizeOf))).entries()) {
        // Unreadable files are reported when they are decoded.
        if (size === undefined) continue;
        sizes.#of.set(batch[i], size);
        const group = groups.get(sizes.#groupOf(batch[i])) ?? new Map<string, number>();
        groups.set(sizes.#groupOf(batch[i]), group.set(size, (group.get(size) ?? 0) + 1));
      }
    }
    for (const [name, group] of groups) {
      sizes.#usual.set(name, [...group].reduce((a, b) => (b[1] > a[1] ? b : a))[0]);
    }
    return sizes;
  }

  #groupOf({ sequence }: CkImage): string {
    return this.#original ? sequence : '';
  }

  problemOf(image: CkImage): string | undefined {
    const size = this.#of.get(image);
    const usual = this.#usual.get(this.#groupOf(image));
    const others = this.#original ? `others of ${image.sequence}` : 'the others';
    if (size !== usual && size !== undefined)
      return `it has ${size} pixels, but ${others} have ${usual}; expected all to have the same size`;
    const [width, height] = size?.split('×') ?? [];
    if (!this.#original && width !== height)
      return `it has ${size} pixels; expected square pictures that show only the face`;
    return undefined;
  }
}

/** Width and height, `48×48`; undefined if the file is not a picture. */
async function sizeOf({ path }: CkImage): Promise<string | undefined> {
  try {
    const { width, height } = await (await openPicture(path)).metadata();
    return `${width}×${height}`;
  } catch {
    return undefined;
  }
}
