// INTERIM STUB by the lead: replace this file whole.
import type { FaceDataset } from '../dataset.ts';
export function generateFaces(_options: { count: number; seed: number }): FaceDataset {
  throw new Error('not yet');
}
