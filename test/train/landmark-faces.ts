import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, type FaceDataset } from '../../ml/data/dataset.ts';

/** Faces of noise, of which the landmarks alone tell the class. */
export function telling(count: number): FaceDataset & { readonly landmarks: Float32Array } {
  const random = new Random(4);
  const pixels = Uint8Array.from({ length: count * FACE_PIXELS }, () => random.integer(256));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 7);
  const landmarks = Float32Array.from({ length: count * 136 }, (_, i) => {
    const [face, value] = [Math.floor(i / 136), i % 136];
    return random.normal(value % 7 === labels[face] ? 1 : 0, 0.3);
  });
  const splits = Uint8Array.from({ length: count }, (_, i) => (Math.floor(i / 7) % 4 === 3 ? 1 : 0));
  return { source: 'telling', count, pixels, labels, splits, landmarks, rows: Uint32Array.from(labels.keys()) };
}
