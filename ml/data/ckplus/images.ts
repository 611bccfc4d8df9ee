import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EMOTIONS } from '../../core/emotions.ts';
import { UserError } from '../../core/errors.ts';
import { readText } from '../../core/files.ts';
import type { Reporter } from '../../core/progress.ts';
import { CLASS_NAMES } from '../class-names.ts';
import { list, lookUp } from '../image-list.ts';
import type { BadRows } from '../loaded.ts';

/** Names of the classes of CK+: those of FER2013, and contempt, which FER2013 does not have. */
export const CK_CLASSES = [...EMOTIONS, 'Contempt'] as const;
export const CONTEMPT = CK_CLASSES.indexOf('Contempt');

/** One picture of CK+ with its label. */
export interface CkImage {
  readonly path: string;
  /** Number of the person, 1..999. */
  readonly subject: number;
  /** Of one recorded expression: its subject and number, `S005_001`. */
  readonly sequence: string;
  /** Index into {@link CK_CLASSES}; Neutral for the first frame of a sequence. */
  readonly label: number;
  /** File with the 68 points of the face, in the original distribution that has them. */
  readonly landmarks?: string;
}

const NAME = /^(S(\d{3})_\d{3})_(\d{8})\.png$/i;

/** Parses the name of a picture, `S005_001_00000011.png`; undefined if it is not one of CK+. */
function parseName(name: string): { sequence: string; subject: number; frame: number } | undefined {
  const [, sequence, subject, frame] = NAME.exec(name) ?? [];
  return sequence === undefined || Number(subject) === 0
    ? undefined
    : { sequence: sequence.toUpperCase(), subject: Number(subject), frame: Number(frame) };
}

const CLASSES: Readonly<Record<string, (typeof CK_CLASSES)[number]>> = { ...CLASS_NAMES, contempt: 'Contempt' };

/** Whether a folder has the form of CK+48: folders of classes, with pictures named like those of CK+. */
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
 * @throws UserError if a folder is not a class and, unless skipped, for a picture whose name does not identify its subject
 * or whose sequence has a second label.
 */
export async function listCropped(root: string, badRows: BadRows): Promise<CkImage[]> {
  const images: CkImage[] = [];
  const labels = new Map<string, number>();
  for (const folder of await list(root, 'folders')) {
    const label = CK_CLASSES.indexOf(lookUp(CLASSES, folder, [...EMOTIONS, 'contempt']));
    for (const path of (await list(folder, 'files')).sort()) {
      const name = parseName(basename(path));
      if (!name) {
        badRows.add(path, '', 'its name does not identify the subject; expected a name like S005_001_00000011.png');
        continue;
      }
      const known = labels.get(name.sequence) ?? label;
      if (known !== label) {
        badRows.add(
          path,
          '',
          `its sequence ${name.sequence} is also in the class ${CK_CLASSES[known]}; expected one class`,
        );
        continue;
      }
      labels.set(name.sequence, label);
      images.push({ path, subject: name.subject, sequence: name.sequence, label });
    }
  }
  return images;
}

const FRAMES = 'cohn-kanade-images';
const LABELS = 'Emotion';
const LANDMARKS = 'Landmarks';
/** Last frames of a sequence that show its expression, as many as CK+48 takes. */
const PEAK_FRAMES = 3;
/** What the codes 1..7 of a label file stand for. */
const CODES = ['Angry', 'Contempt', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise'] as const;
/** Of a file with the code of a label, which has 20. */
const MAX_LABEL_BYTES = 1000;
const NEUTRAL = CK_CLASSES.indexOf('Neutral');

/** The folder of this name in the root or, as the archives unpack, in a folder of it. */
async function find(root: string, name: string): Promise<string | undefined> {
  const places = [root, ...(await list(root, 'folders')).sort()].map((folder) => join(folder, name));
  return places.find((place) => existsSync(place));
}

/** Whether a folder has the form of the original distribution. */
export async function isOriginal(root: string): Promise<boolean> {
  return (await find(root, FRAMES)) !== undefined;
}

/**
 * The labelled pictures of the original distribution: of each sequence `cohn-kanade-images/S005/001/*.png` that has a
 * label `Emotion/S005/001/*_emotion.txt` its last three frames, and its first, which is neutral. Sequences whose folder of
 * labels is empty are skipped; CK+ has 266 of them. Nothing else is read except `Landmarks`, if present.
 * @throws UserError if there are no labels, and unless skipped for a sequence without a folder of labels, with several
 * labels or one that does not fit, or without its frames.
 */
export async function listOriginal(root: string, badRows: BadRows, report: Reporter): Promise<CkImage[]> {
  const frames = (await find(root, FRAMES)) as string;
  const labels = await find(root, LABELS);
  if (labels === undefined)
    throw new UserError(
      `cannot use ${root}: it has ${FRAMES}, but no folder ${LABELS} with the labels; put the ${LABELS} folder of CK+ next to it`,
    );
  const landmarks = await find(root, LANDMARKS);
  const images: CkImage[] = [];
  let sequences = 0;
  let unlabelled = 0;
  for (const subject of (await list(frames, 'folders')).sort()) {
    for (const folder of (await list(subject, 'folders')).sort()) {
      sequences++;
      const steps = [basename(subject), basename(folder)];
      const found = await readSequence(folder, join(labels, ...steps), landmarks && join(landmarks, ...steps));
      if (typeof found === 'string') badRows.add(folder, '', found);
      else if (found.length === 0) unlabelled++;
      else images.push(...found);
    }
  }
  if (images.length === 0 && badRows.count === 0)
    throw new UserError(
      `cannot use ${root}: none of its ${sequences} sequences has a label; expected label files like ` +
        `${join(labels, 'S005', '001', 'S005_001_00000011_emotion.txt')}`,
    );
  report.note(`${root}: ${sequences} sequences, ${unlabelled} of them skipped as unlabelled`);
  return images;
}

/** The pictures of a sequence; none if it has no label; or what is wrong with it. */
async function readSequence(
  folder: string,
  labels: string,
  landmarks: string | undefined,
): Promise<CkImage[] | string> {
  if (!existsSync(labels)) return `its label folder is missing; expected ${labels}, empty if the sequence has no label`;
  const [file, ...more] = (await list(labels, 'files')).filter((path) => path.endsWith('_emotion.txt'));
  if (file === undefined) return [];
  if (more.length > 0) return `it has ${1 + more.length} labels in ${labels}; expected one`;
  const text = (await readText(file, MAX_LABEL_BYTES)).trim();
  const emotion = CODES[Number(text) - 1];
  if (text === '' || emotion === undefined)
    return `its label ${file} is ${JSON.stringify(text.slice(0, 40))}; expected a code from 1 (anger) to 7 (surprise)`;

  // The label bears the name of the frame at which the expression is at its peak, the last one.
  const peak = parseName(`${basename(file, '_emotion.txt')}.png`);
  const named = (await list(folder, 'files')).flatMap((path) => {
    const name = parseName(basename(path));
    return name ? [{ path, ...name }] : [];
  });
  const frames = named.sort((a, b) => a.frame - b.frame);
  const last = frames.findIndex(({ frame }) => frame === peak?.frame);
  if (!peak || last < 0 || frames.some(({ sequence }) => sequence !== peak.sequence))
    return `its label ${basename(file)} names a missing frame, or the folder holds frames of another sequence`;
  if (last < PEAK_FRAMES)
    return `it has ${last + 1} frames up to its peak; expected at least ${PEAK_FRAMES + 1}, the first of them neutral`;
  const imageOf = ({ path, sequence, subject }: (typeof frames)[number], label: number): CkImage => ({
    path,
    sequence,
    subject,
    label,
    ...(landmarks && { landmarks: join(landmarks, `${basename(path, '.png')}_landmarks.txt`) }),
  });
  const label = CK_CLASSES.indexOf(emotion);
  const peaks = frames.slice(last + 1 - PEAK_FRAMES, last + 1);
  return [imageOf(frames[0], NEUTRAL), ...peaks.map((frame) => imageOf(frame, label))];
}
