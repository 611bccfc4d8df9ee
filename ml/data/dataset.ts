import { EMOTIONS } from '../core/emotions.ts';
import { LANDMARK_VALUES } from '../core/landmarks68.ts';

/** Side of a face image in pixels, as FER2013 has them. */
export const FACE_SIZE = 48;
/** Pixels of one face. */
export const FACE_PIXELS = FACE_SIZE * FACE_SIZE;

/** The three parts of FER2013, in the order of their codes 0, 1, 2 in {@link FaceDataset.splits}. */
export const SPLITS = ['Training', 'PublicTest', 'PrivateTest'] as const;
export type Split = (typeof SPLITS)[number];

/** The ten choices of a FER+ voter, in the order of the columns of `fer2013new.csv`. */
export const FERPLUS_CLASSES = [
  'neutral',
  'happiness',
  'surprise',
  'sadness',
  'anger',
  'disgust',
  'fear',
  'contempt',
  'unknown',
  'NF',
] as const;

/** Grey faces with their labels, in the order of their source; `columns.ts` takes data sets apart and together. */
export interface FaceDataset {
  /** Where it came from: a file, a folder or `synthetic`. */
  readonly source: string;
  readonly count: number;
  /** Grey values 0..255, [count, 48, 48]. */
  readonly pixels: Uint8Array;
  /** Original class of each face, an index into {@link classesOf}. */
  readonly labels: Uint8Array;
  /** Names of the classes, unless they are `EMOTIONS`; with CK+'s contempt they begin with those. */
  readonly classes?: readonly string[];
  /** Index into {@link SPLITS} of each face. */
  readonly splits: Uint8Array;
  /** Row of the source (0-based, header not counted) that each face came from; FER+ joins by it. */
  readonly rows: Uint32Array;
  /** FER+ votes 0..10, [count, 10] in the order of {@link FERPLUS_CLASSES}; absent without FER+. */
  readonly votes?: Uint8Array;
  /**
   * Landmarks of each face as `normalizeLandmarks` makes them, [count, 136], zeros where none were found; absent
   * unless a network takes them.
   */
  readonly landmarks?: Float32Array;
  /** Probabilities that teachers give to each face, [count, 7], zeros where none was asked; absent without teachers. */
  readonly teachers?: Float32Array;
  /** Number of the person that each face of CK+ shows, 1..999; 0 for other faces. Absent without CK+. */
  readonly subjects?: Uint16Array;
  /** Fold of each face's subject, where the subjects are divided into folds; 0 for faces of others. */
  readonly folds?: Uint8Array;
  /** The same faces upscaled, which networks are then shown in their place. */
  readonly upscaled?: UpscaledFaces;
}

/** Photographs of people who act expressions, cropped as a lens crops the face before a camera. */
export interface PosedFaces {
  /** The folder. */
  readonly source: string;
  readonly count: number;
  /** Side of a crop in pixels. */
  readonly size: number;
  /** Grey values 0..255, [count, size, size]. */
  readonly pixels: Uint8Array;
  /** Index into `EMOTIONS` of each face. */
  readonly labels: Uint8Array;
  /** Who each face is, and in which session the person was photographed. */
  readonly subjects: readonly string[];
  readonly sessions: readonly string[];
}

/** Upscaled faces of a data set, which stay in a file until they are needed. */
export interface UpscaledFaces {
  /** Side of a face in pixels. */
  readonly size: number;
  /** SHA-256 of the file of the network that upscaled them. */
  readonly upscaledBy: string;
  /**
   * Reads one face.
   * @param face position in the data set.
   * @param out receives grey values 0..255, [size, size].
   */
  read(face: number, out: Uint8Array): void;
}

/** Some faces as networks are shown them, all of one size. */
export interface Faces {
  readonly count: number;
  /**
   * The face at place 0..count − 1: grey values 0..255, square. It may be a view of the data set, which nobody may
   * change; no later call changes it.
   */
  at(place: number): Uint8Array;
  /** Landmarks of the face at this place as {@link FaceDataset.landmarks} has them, [136]; without it there are none. */
  landmarks?(place: number): Float32Array;
}

/** Names of a data set's classes in the order of their labels. */
export function classesOf(dataset: FaceDataset): readonly string[] {
  return dataset.classes ?? EMOTIONS;
}

/** Whether a face is one of CK+. */
export function isOfCkPlus({ subjects }: FaceDataset, index: number): boolean {
  return subjects !== undefined && subjects[index] > 0;
}

/** The same faces with another fold of the subjects in PrivateTest, and the others in Training. */
export function withTestFold(dataset: FaceDataset, fold: number): FaceDataset {
  const [training, test] = [SPLITS.indexOf('Training'), SPLITS.indexOf('PrivateTest')];
  const splits = dataset.splits.map((split, face) => {
    if (!isOfCkPlus(dataset, face)) return split;
    return dataset.folds?.[face] === fold ? test : training;
  });
  return { ...dataset, splits };
}

/** The pixels of one face, [48, 48], a view. */
export function faceAt(dataset: FaceDataset, index: number): Uint8Array {
  return dataset.pixels.subarray(index * FACE_PIXELS, (index + 1) * FACE_PIXELS);
}

/** The positions of the faces of one split, in order. */
export function indicesOf(dataset: FaceDataset, split: Split): Uint32Array {
  const code = SPLITS.indexOf(split);
  return Uint32Array.from(dataset.splits.keys()).filter((index) => dataset.splits[index] === code);
}

/**
 * The faces at these positions as networks are shown them: upscaled, if the data set has upscaled faces.
 * @param positions all by default.
 */
export function facesOf(dataset: FaceDataset, positions: Uint32Array = Uint32Array.from(dataset.rows.keys())): Faces {
  const { upscaled } = dataset;
  const count = positions.length;
  const points = landmarksOf(dataset, positions);
  if (!upscaled) return { count, at: (place) => faceAt(dataset, positions[place]), ...points };
  const at = (place: number): Uint8Array => {
    const face = new Uint8Array(upscaled.size ** 2);
    upscaled.read(positions[place], face);
    return face;
  };
  return { count, at, ...points };
}

function landmarksOf({ landmarks }: FaceDataset, positions: Uint32Array): Pick<Faces, 'landmarks'> {
  if (!landmarks) return {};
  const at = (face: number) => landmarks.subarray(face * LANDMARK_VALUES, (face + 1) * LANDMARK_VALUES);
  return { landmarks: (place) => at(positions[place]) };
}

/** The same faces as if no landmarks had been found. */
export function withoutLandmarks({ landmarks: _, ...faces }: Faces): Faces {
  return faces;
}

/** Copies the pixels of these faces, [n, 48, 48]. */
export function gatherFaces(dataset: FaceDataset, indices: Uint32Array): Uint8Array {
  const pixels = new Uint8Array(indices.length * FACE_PIXELS);
  for (const [i, face] of indices.entries()) pixels.set(faceAt(dataset, face), i * FACE_PIXELS);
  return pixels;
}
