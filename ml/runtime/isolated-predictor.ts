import type { Faces } from '../data/dataset.ts';
import { IsolatedProcess, type Limits } from './isolated-process.ts';
import { FACES_PER_TURN, type Predictor, readPredictor } from './predictor.ts';

const MODULE = new URL('./predictor-process.ts', import.meta.url);

/** What is known of a model once it is open. */
export type OpenedPredictor = Pick<Predictor, 'size' | 'labels' | 'takesLandmarks'>;

/** Faces on their way to another process. */
export interface FaceBatch {
  /** Grey values of each face, square. */
  readonly images: readonly Uint8Array[];
  /** Of each face, [136]; absent if none has any. */
  readonly landmarks?: readonly Float32Array[];
}

/**
 * Loads a model as `loadPredictor` does, in a process of its own: whatever it does there, this one goes on. Faces are sent
 * in batches, which costs a hundredth of the time.
 * @throws UserError as `loadPredictor`, and if the model crashes its runtime or exceeds the limits.
 */
export async function loadIsolatedPredictor(file: string, limits?: Limits): Promise<Predictor> {
  const bytes = await readPredictor(file);
  const isolated = new IsolatedProcess(MODULE, file, limits);
  try {
    const opened = (await isolated.call('open', bytes, file)) as OpenedPredictor;
    return {
      ...opened,
      predict: async (faces, onProgress) => {
        const probabilities = new Float32Array(faces.count * opened.labels.length);
        for (let first = 0; first < faces.count; first += FACES_PER_TURN) {
          const count = Math.min(FACES_PER_TURN, faces.count - first);
          const answers = (await isolated.call('predict', batchOf(faces, first, count))) as Float32Array;
          probabilities.set(answers, first * opened.labels.length);
          onProgress?.(first + count, faces.count);
        }
        return probabilities;
      },
      close: () => isolated.close(),
    };
  } catch (thrown) {
    await isolated.close();
    throw thrown;
  }
}

/** @param first of the faces, and how many of them. */
export function batchOf(faces: Faces, first: number, count: number): FaceBatch {
  const places = Array.from({ length: count }, (_, at) => first + at);
  const { landmarks } = faces;
  return {
    images: places.map((place) => faces.at(place)),
    ...(landmarks && { landmarks: places.map((place) => landmarks(place)) }),
  };
}
