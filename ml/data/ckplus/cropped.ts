import { basename } from 'node:path';
import { EMOTIONS } from '../../core/emotions.ts';
import { CLASS_FOLDERS, list, lookUp } from '../folders.ts';
import type { BadRows } from '../loaded.ts';
import { CK_CLASSES, type CkImage, parseName } from './images.ts';

const CLASSES: Readonly<Record<string, (typeof CK_CLASSES)[number]>> = { ...CLASS_FOLDERS, contempt: 'Contempt' };

/** Whether a folder has the form of CK+48: folders of classes, with pictures that are named as those of CK+. */
export async function isCropped(root: string): Promise<boolean> {
  for (const folder of await list(root, 'folders')) {
    if (!Object.hasOwn(CLASSES, basename(folder).toLowerCase())) continue;
    if ((await list(folder, 'files')).some((path) => parseName(basename(path)))) return true;
  }
  return false;
}

/**
 * The pictures of a folder like Kaggle's CK+48: `<class>/S<subject>_<sequence>_<frame>.png`, faces that are cropped
 * already, the last three frames of each sequence.
 * @throws UserError if a folder is no class, and unless skipped for a picture whose name does not say its subject or whose
 * sequence has another label too.
 */
export async function listCropped(root: string, badRows: BadRows): Promise<CkImage[]> {
  const images: CkImage[] = [];
  const labels = new Map<string, number>();
  for (const folder of await list(root, 'folders')) {
    const label = CK_CLASSES.indexOf(lookUp(CLASSES, folder, [...EMOTIONS, 'contempt']));
    for (const path of (await list(folder, 'files')).sort()) {
      const name = parseName(basename(path));
      if (!name) {
        badRows.add(path, '', 'its name does not say which subject it shows; expected one like S005_001_00000011.png');
        continue;
      }
      const known = labels.get(name.sequence) ?? label;
      if (known !== label) {
        badRows.add(path, '', `the sequence ${name.sequence} lies in two classes, ${CK_CLASSES[known]} too`);
        continue;
      }
      labels.set(name.sequence, label);
      images.push({ path, subject: name.subject, sequence: name.sequence, label });
    }
  }
  return images;
}
