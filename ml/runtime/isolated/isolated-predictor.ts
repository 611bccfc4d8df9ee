import { EMOTIONS } from '../../core/emotions.ts';
import { IsolatedProcess } from '../isolated-process.ts';
import { FACES_PER_TURN, type Predictor } from '../predict-each.ts';
import { readPredictor } from '../predictor.ts';
import type { Limits } from '../protocol.ts';
import { batchOf, type Opened } from './batch.ts';

const MODULE = new URL('./predictor-process.ts', import.meta.url);

/**
 * Loads a model as `loadPredictor` does, in a process of its own: whatever it does there, this one goes on. Faces go there
 * in batches, which costs a hundredth of the time.
 * @throws UserError as `loadPredictor`, and if the model crashes its runtime or goes over the limits.
 */
export async function loadIsolatedPredictor(file: string, limits?: Limits): Promise<Predictor> {
  const bytes = await readPredictor(file);
  const isolated = new IsolatedProcess(MODULE, file, limits);
  try {
    const opened = (await isolated.call('open', bytes, file)) as Opened;
    return {
      ...opened,
      predict: async (faces, onProgress) => {
        const probabilities = new Float32Array(faces.count * EMOTIONS.length);
        for (let first = 0; first < faces.count; first += FACES_PER_TURN) {
          const count = Math.min(FACES_PER_TURN, faces.count - first);
          const answers = (await isolated.call('predict', batchOf(faces, first, count))) as Float32Array;
          probabilities.set(answers, first * EMOTIONS.length);
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
