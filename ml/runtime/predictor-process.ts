/** The program of a predictor's own process: see `isolated-predictor.ts`. */
import type { FaceBatch, OpenedPredictor } from './isolated-predictor.ts';
import { serveCalls } from './isolated-process.ts';
import { openPredictor, type Predictor } from './predictor.ts';

let predictor: Predictor;

serveCalls({
  open: async (bytes: Uint8Array, file: string): Promise<OpenedPredictor> => {
    predictor = await openPredictor(bytes, file);
    const { size, labels, takesLandmarks } = predictor;
    return { size, labels, takesLandmarks };
  },
  predict: ({ images, landmarks }: FaceBatch): Promise<Float32Array> =>
    predictor.predict({
      count: images.length,
      at: (face) => images[face],
      ...(landmarks && { landmarks: (face: number) => landmarks[face] }),
    }),
});
