import { eyesOf, LANDMARK_VALUES, POINTS } from '../../core/ibug.ts';
import { isFaceShape } from './face-shape.ts';
import { LANDMARK_BATCH, type LandmarkNetwork, WHOLE } from './landmark-network.ts';
import { squareOfPoints } from './square.ts';

/** Whether the points of a face were found, or why not; in the order of their codes. */
export const OUTCOMES = ['found', 'constant', 'no face shape', 'unsteady'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Points of a face. */
export interface FoundLandmarks {
  readonly outcome: Outcome;
  /** x and y in pixels of the face, from its top left, [136]; zeros unless they were found. */
  readonly points: Float32Array;
}

/**
 * Largest mean distance, in eye distances, of the points of the second look from those of the first. Of FER2013's
 * images that FER+ voters call no face it refuses most that have a face's shape, of the others 2 %.
 */
const STEADY = 0.3;

/**
 * Finds the 68 points of faces that fill their pictures. The network looks twice: at the whole picture, then at the
 * upright square about the points that it found there. Points that have no face's shape, or that the second look moves
 * far, count as not found.
 * @param faces grey values 0..255, each [48, 48]; any number.
 * @param onFaces is told how many are done.
 * @returns as many, or, if it was stopped by its signal, those of the first faces.
 */
export async function findLandmarks(
  network: LandmarkNetwork,
  faces: readonly Uint8Array[],
  onFaces = (_: number) => {},
  signal?: AbortSignal,
): Promise<FoundLandmarks[]> {
  const found: FoundLandmarks[] = [];
  for (let first = 0; first < faces.length && !signal?.aborted; first += LANDMARK_BATCH) {
    const batch = faces.slice(first, first + LANDMARK_BATCH);
    const rough = await network.look(batch, () => WHOLE);
    const fine = await network.look(batch, (i) => (isFaceShape(rough[i]) ? squareOfPoints(rough[i]) : WHOLE));
    for (const [i, face] of batch.entries()) {
      const outcome = outcomeOf(face, rough[i], fine[i]);
      found.push({ outcome, points: outcome === 'found' ? fine[i] : new Float32Array(LANDMARK_VALUES) });
    }
    onFaces(found.length);
  }
  return found;
}

function outcomeOf(face: Uint8Array, rough: Float32Array, fine: Float32Array): Outcome {
  if (face.every((value) => value === face[0])) return 'constant';
  if (!isFaceShape(rough) || !isFaceShape(fine)) return 'no face shape';
  const [left, right] = eyesOf(fine);
  let distance = 0;
  for (let i = 0; i < fine.length; i += 2) distance += Math.hypot(fine[i] - rough[i], fine[i + 1] - rough[i + 1]);
  const eyes = Math.hypot(right[0] - left[0], right[1] - left[1]);
  return distance / POINTS <= STEADY * eyes ? 'found' : 'unsteady';
}
