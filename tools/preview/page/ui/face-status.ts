import type { TrackedFace } from '../../../../ml/faces/face.ts';
import type { SimulatedLens } from '../../../simulator/lens.ts';
import { recognisedBy } from './meters.ts';

/** Milliseconds without a face before it is said. */
const PATIENCE = 1200;

/** What is to be said about the faces in the picture. */
export class FaceStatus {
  #lastFace = performance.now();

  /** @param ready whether faces are looked for already. */
  describe(lens: SimulatedLens | null, faces: readonly TrackedFace[], ready: boolean): string {
    const now = performance.now();
    if (!ready || faces.length > 0) this.#lastFace = now;
    if (!ready) return 'Loading the face tracking…';
    const wanted = (lens && recognisedBy(lens)?.faceIndex) ?? 0;
    const there = faces.some(({ index }) => index === wanted);
    if (faces.length > 1 || (faces.length > 0 && !there)) {
      const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
      return `${count}; the lens looks at number ${wanted + 1}${there ? '' : ', which is not there: see Face Index'}`;
    }
    return now - this.#lastFace > PATIENCE ? 'No face found: it should be upright, well lit and not too small' : '';
  }
}
