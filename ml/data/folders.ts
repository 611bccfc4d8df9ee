import { UserError } from '../core/errors.ts';
import { openPicture, pictureFault } from '../core/picture-file.ts';
import type { Reporter } from '../core/progress.ts';
import type { ClassNames } from './class-names.ts';
import { FACE_PIXELS, FACE_SIZE, SPLITS } from './dataset.ts';
import { listImages } from './image-list.ts';
import { BadRows, type LoadedFaces } from './loaded.ts';

/** Images decoded at a time; sharp spreads them over its threads. */
const BATCH = 64;

/**
 * Reads a folder of images, listed by {@link listImages}. Rows are the positions in that list, sorted by split, class and
 * name. The official output of FER+ brings its votes.
 *
 * An image of any size, grey or colour, is turned upright by its EXIF orientation, made grey by sharp's standard
 * greyscale, cropped to its central square and resized to 48×48, its transparent parts black; a grey 48×48 image keeps its
 * pixels.
 * @param skipBadRows leave unreadable images out and count them.
 * @throws UserError if an image is unreadable unless skipped, and always if a folder is missing, empty or has an unknown
 * name.
 */
export async function readFolders(
  root: string,
  { skipBadRows, names }: { readonly skipBadRows: boolean; readonly names: ClassNames },
  report: Reporter,
): Promise<LoadedFaces> {
  const files = await listImages(root, names, report);
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
  const voted = rows.some((row) => files[row].votes);
  const votes = voted && Uint8Array.from(rows.flatMap((row) => [...(files[row].votes as Uint8Array)]));
  const dataset = {
    source: root,
    count: rows.length,
    pixels: pixels.subarray(0, rows.length * FACE_PIXELS),
    labels: Uint8Array.from(rows, (row) => files[row].label),
    splits: Uint8Array.from(rows, (row) => SPLITS.indexOf(files[row].split)),
    rows: Uint32Array.from(rows),
    ...(names.classes && { classes: names.classes }),
    ...(votes && { votes }),
  };
  return { dataset, sourceRows: files.length, badRows: { count: badRows.count, first: badRows.first } };
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
