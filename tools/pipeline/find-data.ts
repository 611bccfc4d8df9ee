import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Names a folder of data sets. */
const VARIABLE = 'EMOTION_LENS_DATA';

/** Where data are looked for: here, in `data` and in the folder that the variable names. */
export const placesOfData = (): string[] => {
  const named = process.env[VARIABLE];
  return ['.', 'data', ...(named ? [named] : [])];
};

const FACES = /^(fer2013|icml_face_data)\.csv(\.gz)?$/i;
const VOTES = /^fer2013new\.csv$/i;
const WEIGHTS = /^mobilenet_v2_.*\.tflite$/i;

/** Files of the training on photographs that lie where they are looked for. */
export interface FoundData {
  readonly faces: readonly string[];
  readonly votes: readonly string[];
  /** Google's MobileNetV2. */
  readonly weights: readonly string[];
}

/** Looks in {@link placesOfData}, and one folder below each of them but this one. */
export function findData(places: readonly string[] = placesOfData()): FoundData {
  const files = places.flatMap((place) => filesIn(place, place !== '.'));
  const matching = (pattern: RegExp) => files.filter(({ name }) => pattern.test(name)).map(({ path }) => path);
  return { faces: matching(FACES), votes: matching(VOTES), weights: matching(WEIGHTS) };
}

function filesIn(folder: string, deeper: boolean): { name: string; path: string }[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return deeper ? filesIn(path, false) : [];
    return [{ name: entry.name, path }];
  });
}

/** A folder that is missing or closed to us holds nothing that we could use. */
function entriesOf(folder: string): Dirent[] {
  try {
    return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  } catch {
    return [];
  }
}

/**
 * Arguments of the full training on FER2013, with the files that were found; others have the path they should get.
 * The weights are those of the default input size.
 */
export function fer2013Arguments({ faces, votes, weights }: FoundData): string[] {
  const preferred = weights.find((path) => path.includes('1.0_96')) ?? 'data/mobilenet_v2_1.0_96_quant.tflite';
  return [
    ...['--data', faces[0] ?? 'data/fer2013.csv'],
    ...['--votes', votes[0] ?? 'data/fer2013new.csv'],
    ...['--weights', preferred],
    ...['--targets', 'original,votes'],
  ];
}
