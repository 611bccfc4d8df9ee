import { createHash } from 'node:crypto';
import { EMOTIONS } from '../core/emotions.ts';
import { LANDMARK_VALUES } from '../core/landmarks68.ts';
import { classesOf, FACE_PIXELS, type FaceDataset, FERPLUS_CLASSES, type UpscaledFaces } from './dataset.ts';
import { unanimousVotes } from './labels.ts';

type Values = Uint8Array | Uint16Array | Uint32Array | Float32Array;

type Constructor = (new (
  length: number,
) => Values) &
  (new (
    buffer: ArrayBuffer,
  ) => Values) & { BYTES_PER_ELEMENT: number };

interface Column {
  readonly type: Constructor;
  /** Values of one face. */
  readonly width: number;
  /** Whether training depends on it; rows and folds only decide which faces there are and in which split. */
  readonly trained: boolean;
  /** Values for the faces of a data set without this column when it is joined to one that has it; zeros by default. */
  readonly missing?: (dataset: FaceDataset) => Values;
}

/** Fields of a data set that hold as many values for every face. */
export type ColumnName = Exclude<keyof FaceDataset, 'source' | 'count' | 'classes' | 'upscaled'>;

/**
 * Every column of a data set; {@link select}, {@link concat} and the cache follow this table. {@link fingerprintOf} hashes
 * them in this order.
 */
export const COLUMNS: Readonly<Record<ColumnName, Column>> = {
  pixels: { type: Uint8Array, width: FACE_PIXELS, trained: true },
  labels: { type: Uint8Array, width: 1, trained: true },
  splits: { type: Uint8Array, width: 1, trained: true },
  votes: { type: Uint8Array, width: FERPLUS_CLASSES.length, trained: true, missing: unanimousVotes },
  landmarks: { type: Float32Array, width: LANDMARK_VALUES, trained: true },
  teachers: { type: Float32Array, width: EMOTIONS.length, trained: true },
  subjects: { type: Uint16Array, width: 1, trained: true },
  rows: { type: Uint32Array, width: 1, trained: false },
  folds: { type: Uint8Array, width: 1, trained: false },
};

const NAMES = Object.keys(COLUMNS) as ColumnName[];

/**
 * A copy of some faces of a data set, with all columns.
 * @param faces positions in the data set, in the order of the result; they may repeat.
 */
export function select(dataset: FaceDataset, faces: Uint32Array): FaceDataset {
  const { upscaled } = dataset;
  const columns = NAMES.flatMap((name) => {
    const values = dataset[name];
    return values ? [[name, rowsOf(values, faces, COLUMNS[name])]] : [];
  });
  return {
    ...dataset,
    ...Object.fromEntries(columns),
    count: faces.length,
    ...(upscaled && { upscaled: selectUpscaled(upscaled, faces) }),
  };
}

function selectUpscaled(upscaled: UpscaledFaces, faces: Uint32Array): UpscaledFaces {
  return { ...identityOf(upscaled), read: (face, out) => upscaled.read(faces[face], out) };
}

function rowsOf(values: Values, faces: Uint32Array, { type: Type, width }: Column): Values {
  const rows = new Type(faces.length * width);
  for (const [i, face] of faces.entries()) rows.set(values.subarray(face * width, (face + 1) * width), i * width);
  return rows;
}

/**
 * A copy of two data sets as one: the faces of the first, then those of the second. A column that only one of them has is
 * filled in for the other: votes as if all voters had agreed with its labels, anything else with zeros.
 * @throws Error if the faces of only one are upscaled, or those of the two by different networks.
 */
export function concat(first: FaceDataset, second: FaceDataset): FaceDataset {
  const classes = second.classes ?? first.classes;
  const columns = NAMES.flatMap((name) => {
    if (!first[name] && !second[name]) return [];
    const { type: Type, width, missing = ({ count }) => new Type(count * width) } = COLUMNS[name];
    const parts = [first, second].map((dataset) => dataset[name] ?? missing(dataset));
    const both = new Type(parts[0].length + parts[1].length);
    both.set(parts[0]);
    both.set(parts[1], parts[0].length);
    return [[name, both]];
  });
  const upscaled = concatUpscaled(first, second);
  return {
    ...(Object.fromEntries(columns) as Pick<FaceDataset, ColumnName>),
    source: `${first.source} and ${second.source}`,
    count: first.count + second.count,
    ...(classes && { classes }),
    ...(upscaled && { upscaled }),
  };
}

function concatUpscaled(
  { upscaled: first, count }: FaceDataset,
  { upscaled: second }: FaceDataset,
): UpscaledFaces | undefined {
  if (first?.size !== second?.size || first?.upscaledBy !== second?.upscaledBy)
    throw new Error('data sets can only be joined if the same network upscaled both or neither');
  if (!first || !second) return undefined;
  return {
    ...identityOf(first),
    read: (face, out) => (face < count ? first.read(face, out) : second.read(face - count, out)),
  };
}

/** Without `read`, which may belong to a class. */
const identityOf = ({ size, upscaledBy }: UpscaledFaces) => ({ size, upscaledBy });

/** SHA-256 of everything in a data set that training depends on. */
export function fingerprintOf(dataset: FaceDataset): string {
  const { upscaled } = dataset;
  const hash = createHash('sha256').update(JSON.stringify([classesOf(dataset), upscaled?.size, upscaled?.upscaledBy]));
  for (const name of NAMES.filter((column) => COLUMNS[column].trained)) {
    const column = dataset[name];
    hash.update(`${column?.byteLength ?? 'none'};`);
    if (column) hash.update(column);
  }
  return hash.digest('hex');
}
