import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, type FaceDataset } from '../../ml/data/dataset.ts';

/** For a small network that learns {@link stripes} in a few epochs. */
export const STRIPES_CONFIG = {
  model: { width: 0.35, size: 32 },
  augment: { flip: 0, rotation: 3, scale: 0.05, shift: 0.02, cutout: 0 },
  train: {
    batchSize: 32,
    checkpointSteps: 2,
    replicas: 2,
    warmupEpochs: 0,
    emaDecay: 0.8,
    learningRate: 3e-3,
  },
} as const;

/** Pictures whose class is where their bright stripe lies: easy, so that a small network learns them at once. */
export function stripes(count: number): FaceDataset {
  const random = new Random(4);
  const pixels = new Uint8Array(count * FACE_PIXELS);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 7);
  for (let i = 0; i < count; i++) {
    for (let p = 0; p < FACE_PIXELS; p++) {
      const bright = Math.floor((p % 48) / 7) === labels[i];
      pixels[i * FACE_PIXELS + p] = (bright ? 200 : 60) + random.integer(40);
    }
  }
  const splits = Uint8Array.from({ length: count }, (_, i) => (Math.floor(i / 7) % 4 === 3 ? 1 : 0));
  return { source: 'stripes', count, pixels, labels, splits, rows: Uint32Array.from(labels.keys()) };
}
