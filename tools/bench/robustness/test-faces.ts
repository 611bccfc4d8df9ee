import { ConfigSchema } from '../../../ml/config/schema.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { LANDMARK_VALUES, normalizeLandmarks } from '../../../ml/core/landmarks68.ts';
import type { Reporter } from '../../../ml/core/progress.ts';
import { select } from '../../../ml/data/columns.ts';
import { type Faces, facesOf, indicesOf, type Split } from '../../../ml/data/dataset.ts';
import { protocolLabels } from '../../../ml/data/labels.ts';
import { loadFaces } from '../../../ml/data/load.ts';
import { extractLandmarks } from '../../../ml/faces/landmarks/extract.ts';
import { findData } from '../../pipeline/diagnose.ts';

/** Faces of a test split that have a majority of the FER+ votes. */
export interface TestFaces {
  readonly split: Split;
  /** 0 to the number of the faces. */
  readonly places: readonly number[];
  /** Row of the source of each face. */
  readonly rows: Uint32Array;
  /** The face as FER2013 has it: grey values 0..255, [48, 48]. */
  at(face: number): Uint8Array;
  /** The class that the majority names, 0..6, [n]. */
  readonly labels: Uint8Array;
  /** Landmarks in pixels, [136]; undefined where none were found. */
  readonly points: readonly (Float32Array | undefined)[];
  /** The same normalised, zeros where none were found, for models that take them. */
  readonly landmarks: (face: number) => Float32Array;
}

/**
 * FER2013's test faces in a folder of data, with their landmarks.
 * @param every 1 for all faces, n for each n-th.
 * @throws UserError if the folder has not both `fer2013.csv` and `fer2013new.csv`, or they have no such face.
 */
export async function loadTestFaces(
  folder: string,
  split: Split,
  every: number,
  reporter: Reporter,
): Promise<TestFaces> {
  const { faces, votes } = findData([folder]);
  if (faces.length === 0 || votes.length === 0)
    throw new UserError(
      `${folder} has no ${faces.length === 0 ? 'fer2013.csv' : 'fer2013new.csv'}; expected FER2013 and its FER+ votes ` +
        'there or in a folder below: name it with --data, or with EMOTION_LENS_DATA',
    );
  const { data, seed } = ConfigSchema.parse({ data: { source: faces[0], votes: votes[0] } });
  const { dataset } = await loadFaces(data, seed, reporter);
  const { labels } = protocolLabels('ferplus-majority', dataset);
  const voted = indicesOf(dataset, split).filter((face) => labels[face] >= 0);
  const chosen = voted.filter((_, i) => i % every === 0);
  if (chosen.length === 0)
    throw new UserError(
      `${faces[0]} has no face of ${split} that a majority of the votes names; expected the whole of FER2013`,
    );
  const part = select(dataset, chosen);
  const found = await extractLandmarks(part, data.cache, reporter);
  const points = found.faces.map((face) => (face?.outcome === 'found' ? face.points : undefined));
  const normalized = points.map((own) => {
    const values = new Float32Array(LANDMARK_VALUES);
    if (own) normalizeLandmarks(own, values);
    return values;
  });
  return {
    split,
    places: [...part.rows.keys()],
    rows: part.rows,
    at: facesOf(part).at,
    labels: Uint8Array.from(chosen, (face) => labels[face]),
    points,
    landmarks: (face) => normalized[face],
  };
}

/** Some of the faces, or what was made of them, as a model sees them. */
export function shown(test: TestFaces, places: readonly number[], pictures?: readonly Uint8Array[]): Faces {
  return {
    count: places.length,
    at: (place) => pictures?.[place] ?? test.at(places[place]),
    landmarks: (place) => test.landmarks(places[place]),
  };
}
