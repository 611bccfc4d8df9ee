import type { Predictor } from '../predict-each.ts';
import { openPredictor } from '../predictor.ts';
import { serveCalls } from '../serve-calls.ts';
import { type FaceBatch, facesOfBatch, type Opened } from './batch.ts';

let predictor: Predictor;

serveCalls({
  open: async (bytes: Uint8Array, file: string): Promise<Opened> => {
    predictor = await openPredictor(bytes, file);
    return { size: predictor.size, takesLandmarks: predictor.takesLandmarks };
  },
  predict: (batch: FaceBatch): Promise<Float32Array> => predictor.predict(facesOfBatch(batch)),
});
