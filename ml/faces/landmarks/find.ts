import { createHash } from 'node:crypto';
import { eyesOf, isFaceShape, LANDMARK_VALUES, POINTS } from '../../core/landmarks68.ts';
import { FACE_SIZE } from '../../data/dataset.ts';
import { openOnnx } from '../../runtime/onnx-session.ts';
import type { ModelSession } from '../../runtime/session.ts';
import { landmarkModel } from '../networks/models.ts';
import {
  type FaceSquare,
  LANDMARK_MEANS,
  LANDMARK_SIDE,
  pointsInPicture,
  sampleSquare,
  squareOfPoints,
} from './square.ts';

/** Whether the landmarks of a face were found, or why not; in the order of their codes. */
export const OUTCOMES = ['found', 'constant', 'no face shape', 'unsteady'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Landmarks of a face. */
export interface FoundLandmarks {
  readonly outcome: Outcome;
  /** x and y in pixels of the face, from its top left, [136]; zeros unless they were found. */
  readonly points: Float32Array;
}

/**
 * Largest mean distance, in eye distances, of the points of the second look from those of the first. Of FER2013's
 * images that FER+ voters call "not a face", it refuses most that have a face's shape; of the others, 2 %.
 */
const STEADY = 0.3;

/** The whole of a face's picture. */
export const WHOLE: FaceSquare = { x: FACE_SIZE / 2, y: FACE_SIZE / 2, half: FACE_SIZE / 2, roll: 0 };

/** Faces per run of the network. */
const LANDMARK_BATCH = 16;
const AREA = LANDMARK_SIDE ** 2;
const INPUT = 3 * AREA;

/** face-api's network that finds 68 landmarks, loaded. */
export class LandmarkNetwork {
  readonly #session: ModelSession;
  readonly #input = new Float32Array(LANDMARK_BATCH * INPUT);
  readonly #view = new Float32Array(AREA);

  private constructor(
    session: ModelSession,
    /** SHA-256 of its file, in hexadecimal. */
    readonly sha256: string,
  ) {
    this.#session = session;
  }

  /** @throws UserError if the package with the weights is not completely installed. */
  static async open(): Promise<LandmarkNetwork> {
    const file = await landmarkModel(LANDMARK_BATCH);
    // One thread: two finish a batch hardly earlier, and wait for each other on a shared processor.
    const session = await openOnnx(file, 'the landmark network', { threads: 1 });
    return new LandmarkNetwork(session, createHash('sha256').update(file).digest('hex'));
  }

  /**
   * Finds the points of faces, each in a square of its picture. It returns points whether there is a face or not.
   * @param faces grey values 0..255, each [48, 48]; any number.
   * @returns x and y in pixels of each face, from its top left, [136].
   */
  async look(faces: readonly Uint8Array[], squareOf: (face: number) => FaceSquare): Promise<Float32Array[]> {
    const points: Float32Array[] = [];
    for (let first = 0; first < faces.length; first += LANDMARK_BATCH) {
      const squares = faces.slice(first, first + LANDMARK_BATCH).map((_, i) => squareOf(first + i));
      for (const [i, square] of squares.entries()) this.#draw(faces[first + i], square, i);
      const shape = [LANDMARK_BATCH, 3, LANDMARK_SIDE, LANDMARK_SIDE];
      const [answers] = await this.#session.run([{ shape, values: this.#input }]);
      for (const [i, square] of squares.entries())
        points.push(pointsInPicture(answers.subarray(i * LANDMARK_VALUES, (i + 1) * LANDMARK_VALUES), square));
    }
    return points;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  #draw(face: Uint8Array, square: FaceSquare, place: number): void {
    sampleSquare(face, FACE_SIZE, square, LANDMARK_SIDE, this.#view);
    for (const [channel, mean] of LANDMARK_MEANS.entries()) {
      const start = place * INPUT + channel * AREA;
      for (let pixel = 0; pixel < AREA; pixel++) this.#input[start + pixel] = (this.#view[pixel] - mean) / 255;
    }
  }
}

/**
 * Finds the 68 landmarks of faces that fill their pictures. The network runs twice: on the whole picture, then on the
 * upright square around the points that it found there. Points that do not have the shape of a face, or that the second
 * run moves far, count as not found.
 * @param faces grey values 0..255, each [48, 48]; any number.
 * @param onFaces receives how many are done.
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
