import { setImmediate } from 'node:timers/promises';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { LANDMARK_VALUES } from '../core/ibug.ts';
import type { Faces } from '../data/dataset.ts';

/** Faces between two reports of progress; running a model blocks the event loop. */
export const FACES_PER_TURN = 32;

const NO_LANDMARKS = new Float32Array(LANDMARK_VALUES);

/** How far from 1 probabilities may sum up to: each of seven that is a multiple of 1/256 may be half a step off. */
const SUM_TOLERANCE = 0.02;

/** Told how many faces are done, after every few faces and at the end. */
export type OnProgress = (done: number, total: number) => void;

/** An exported model, loaded. */
export interface Predictor {
  /** Side S of the model's image in pixels; 0 of a model that sees landmarks alone. */
  readonly size: number;
  /** Whether it takes landmarks; those of a face without any are zeros. */
  readonly takesLandmarks: boolean;
  /**
   * Probabilities of the seven classes, one face at a time as the lens runs it.
   * @returns [n, 7].
   * @throws UserError if the model answers with something else than probabilities.
   */
  predict(faces: Faces, onProgress?: OnProgress): Promise<Float32Array>;
  close(): Promise<void>;
}

/** What distinguishes one runtime from another when faces are run through it. */
export interface Classifier {
  /** The model's file, for messages. */
  readonly file: string;
  /** @param face grey values, square. @param landmarks of the face, [136]. @returns [7]. */
  readonly classify: (face: Uint8Array, landmarks: Float32Array) => Float32Array | Promise<Float32Array>;
}

/** What {@link Predictor.predict} promises. */
export async function predictEach(
  { file, classify }: Classifier,
  faces: Faces,
  onProgress?: OnProgress,
): Promise<Float32Array> {
  const classes = EMOTIONS.length;
  const total = faces.count;
  const probabilities = new Float32Array(total * classes);
  for (let face = 0; face < total; face++) {
    const answer = await classify(faces.at(face), faces.landmarks?.(face) ?? NO_LANDMARKS);
    if (!isDistribution(answer))
      throw new UserError(
        `${file} does not answer with probabilities, but with ${Array.from(answer).join(', ')}; export the model again`,
      );
    probabilities.set(answer, face * classes);
    if ((face + 1) % FACES_PER_TURN === 0 || face + 1 === total) {
      onProgress?.(face + 1, total);
      await setImmediate();
    }
  }
  return probabilities;
}

/** NaN, infinities and logits do not pass. */
function isDistribution(answer: Float32Array): boolean {
  const sum = answer.reduce((total, probability) => total + probability, 0);
  return answer.every((probability) => probability >= 0) && Math.abs(sum - 1) < SUM_TOLERANCE;
}
