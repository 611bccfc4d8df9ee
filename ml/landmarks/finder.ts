import { createHash } from 'node:crypto';
import * as ort from 'onnxruntime-node';
import { eyesOf, POINTS } from '../core/ibug.ts';
import { FACE_SIZE } from '../data/dataset.ts';
import { isFaceShape } from './face-shape.ts';
import { LANDMARK_MEANS, LANDMARK_SIDE } from './network/input.ts';
import { landmarkModel } from './network/landmark-model.ts';
import { type FaceSquare, pointsInPicture, sampleSquare, squareOfPoints } from './square.ts';

/** Whether the points of a face were found, or why not; in the order of their codes. */
export const OUTCOMES = ['found', 'constant', 'no face shape', 'unsteady'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Points of a face. */
export interface FoundLandmarks {
  readonly outcome: Outcome;
  /** x and y in pixels of the face, from its top left, [136]; zeros unless they were found. */
  readonly points: Float32Array;
}

/** Faces that go through the network at a time. */
const BATCH = 16;
const AREA = LANDMARK_SIDE ** 2;
const INPUT = 3 * AREA;
/** The whole face. */
const WHOLE: FaceSquare = { x: FACE_SIZE / 2, y: FACE_SIZE / 2, half: FACE_SIZE / 2, roll: 0 };
/** Largest mean distance, in eye distances, of the points of the second look from those of the first. */
const STEADY = 0.3;

/**
 * Finds the 68 points of faces that fill their pictures, with the network of face-api. It looks twice: at the whole
 * picture, then at the upright square about the points that it found there. Points that are no face, or that the second
 * look moves far, count as not found.
 */
export class LandmarkFinder {
  readonly #session: ort.InferenceSession;
  readonly #input = new Float32Array(BATCH * INPUT);
  readonly #view = new Float32Array(AREA);

  private constructor(
    session: ort.InferenceSession,
    /** SHA-256 of the network in hexadecimal. */
    readonly network: string,
  ) {
    this.#session = session;
  }

  /** @throws UserError if the package with the weights is not installed whole. */
  static async open(): Promise<LandmarkFinder> {
    const file = await landmarkModel(BATCH);
    const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 });
    return new LandmarkFinder(session, createHash('sha256').update(file).digest('hex'));
  }

  /**
   * Finds the points of any number of faces.
   * @param faces grey values 0..255, each [48, 48].
   * @param onFaces is told how many are done.
   * @returns as many, or, if it was stopped by its signal, those of the first faces.
   */
  async find(
    faces: readonly Uint8Array[],
    onFaces = (_: number) => {},
    signal?: AbortSignal,
  ): Promise<FoundLandmarks[]> {
    const found: FoundLandmarks[] = [];
    for (let first = 0; first < faces.length && !signal?.aborted; first += BATCH) {
      const batch = faces.slice(first, first + BATCH);
      const rough = await this.#look(batch, () => WHOLE);
      const fine = await this.#look(batch, (i) => (isFaceShape(rough[i]) ? squareOfPoints(rough[i]) : WHOLE));
      found.push(...batch.map((face, i) => judged(face, rough[i], fine[i])));
      onFaces(found.length);
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  /** The points of up to 16 faces, each looked for in a square of its picture. */
  async #look(faces: readonly Uint8Array[], squareOf: (i: number) => FaceSquare): Promise<Float32Array[]> {
    for (const [i, face] of faces.entries()) {
      sampleSquare(face, FACE_SIZE, squareOf(i), LANDMARK_SIDE, this.#view);
      for (const [channel, mean] of LANDMARK_MEANS.entries()) {
        const start = i * INPUT + channel * AREA;
        for (let pixel = 0; pixel < AREA; pixel++) this.#input[start + pixel] = (this.#view[pixel] - mean) / 255;
      }
    }
    const image = new ort.Tensor(this.#input, [BATCH, 3, LANDMARK_SIDE, LANDMARK_SIDE]);
    const { points } = await this.#session.run({ image });
    const answers = points.data as Float32Array;
    return faces.map((_, i) => pointsInPicture(answers.subarray(i * 2 * POINTS, (i + 1) * 2 * POINTS), squareOf(i)));
  }
}

function judged(face: Uint8Array, rough: Float32Array, fine: Float32Array): FoundLandmarks {
  const outcome = outcomeOf(face, rough, fine);
  return { outcome, points: outcome === 'found' ? fine : new Float32Array(2 * POINTS) };
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
