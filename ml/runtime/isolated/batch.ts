import type { Faces } from '../../data/dataset.ts';
import type { Predictor } from '../predict-each.ts';

/** What is known of a model once it is open. */
export type Opened = Pick<Predictor, 'size' | 'takesLandmarks'>;

/** Faces on their way to another process. */
export interface FaceBatch {
  /** Grey values of each face, square. */
  readonly images: readonly Uint8Array[];
  /** Of each face, [136]; absent if none has any. */
  readonly landmarks?: readonly Float32Array[];
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

/** The faces that {@link batchOf} packed. */
export function facesOfBatch({ images, landmarks }: FaceBatch): Faces {
  return {
    count: images.length,
    at: (face) => images[face],
    ...(landmarks && { landmarks: (face) => landmarks[face] }),
  };
}
