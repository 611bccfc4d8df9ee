import { createHash } from 'node:crypto';
import * as ort from 'onnxruntime-node';
import { LANDMARK_VALUES } from '../../core/ibug.ts';
import { FACE_SIZE } from '../../data/dataset.ts';
import { LANDMARK_MEANS, LANDMARK_SIDE } from './network/input.ts';
import { landmarkModel } from './network/landmark-model.ts';
import { type FaceSquare, pointsInPicture, sampleSquare } from './square.ts';

/** The whole of a face's picture. */
export const WHOLE: FaceSquare = { x: FACE_SIZE / 2, y: FACE_SIZE / 2, half: FACE_SIZE / 2, roll: 0 };

/** Faces that go through the network at a time. */
export const LANDMARK_BATCH = 16;
const AREA = LANDMARK_SIDE ** 2;
const INPUT = 3 * AREA;

/** The network that finds 68 points, face-api's, loaded. */
export class LandmarkNetwork {
  readonly #session: ort.InferenceSession;
  readonly #input = new Float32Array(LANDMARK_BATCH * INPUT);
  readonly #view = new Float32Array(AREA);

  private constructor(
    session: ort.InferenceSession,
    /** Of its file, in hexadecimal. */
    readonly sha256: string,
  ) {
    this.#session = session;
  }

  /** @throws UserError if the package with the weights is not installed whole. */
  static async open(): Promise<LandmarkNetwork> {
    const file = await landmarkModel(LANDMARK_BATCH);
    // One thread: two finish a batch hardly earlier, and wait for each other where the processor is shared.
    const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
    return new LandmarkNetwork(session, createHash('sha256').update(file).digest('hex'));
  }

  /**
   * Looks for the points of faces, each in a square of its picture. It gives points whether there is a face or not.
   * @param faces grey values 0..255, each [48, 48]; any number.
   * @returns x and y in pixels of each face, from its top left, [136].
   */
  async look(faces: readonly Uint8Array[], squareOf: (face: number) => FaceSquare): Promise<Float32Array[]> {
    const points: Float32Array[] = [];
    for (let first = 0; first < faces.length; first += LANDMARK_BATCH) {
      const squares = faces.slice(first, first + LANDMARK_BATCH).map((_, i) => squareOf(first + i));
      for (const [i, square] of squares.entries()) this.#draw(faces[first + i], square, i);
      const image = new ort.Tensor(this.#input, [LANDMARK_BATCH, 3, LANDMARK_SIDE, LANDMARK_SIDE]);
      const answers = (await this.#session.run({ image })).points.data as Float32Array;
      for (const [i, square] of squares.entries())
        points.push(pointsInPicture(answers.subarray(i * LANDMARK_VALUES, (i + 1) * LANDMARK_VALUES), square));
    }
    return points;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #draw(face: Uint8Array, square: FaceSquare, place: number): void {
    sampleSquare(face, FACE_SIZE, square, LANDMARK_SIDE, this.#view);
    for (const [channel, mean] of LANDMARK_MEANS.entries()) {
      const start = place * INPUT + channel * AREA;
      for (let pixel = 0; pixel < AREA; pixel++) this.#input[start + pixel] = (this.#view[pixel] - mean) / 255;
    }
  }
}
