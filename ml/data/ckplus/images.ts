import { EMOTIONS } from '../../core/emotions.ts';

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

/** What the name of a picture says, `S005_001_00000011.png`; nothing if it is none of CK+. */
export function parseName(name: string): { sequence: string; subject: number; frame: number } | undefined {
  const [, sequence, subject, frame] = NAME.exec(name) ?? [];
  return sequence === undefined || Number(subject) === 0
    ? undefined
    : { sequence: sequence.toUpperCase(), subject: Number(subject), frame: Number(frame) };
}
