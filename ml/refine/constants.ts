import { type FaceDataset, faceAt } from '../data/dataset.ts';
import { momentsOf } from './moments.ts';
import type { Suspect } from './suspect.ts';

/** Standard deviation in grey levels below which nothing can be seen; the darkest photographs of FER2013 have 9. */
const SEEN = 6;

/** Images of one grey value, or nearly so: drop. */
export function findConstants(dataset: FaceDataset): Suspect[] {
  const suspects: Suspect[] = [];
  for (let face = 0; face < dataset.count; face++) {
    const { deviation } = momentsOf(faceAt(dataset, face));
    if (deviation >= SEEN) continue;
    suspects.push({ face, reason: 'constant', score: 1 - deviation / (2 * SEEN), action: 'drop', to: null });
  }
  return suspects;
}
