import { EMOTIONS } from '../../core/emotions.ts';
import { FACE_PIXELS, type FaceDataset } from '../dataset.ts';
import { drawFace } from './draw-face.ts';

/** Of each ten faces of a class the ninth is in PublicTest and the tenth in PrivateTest. */
const FOLD = 10;

/**
 * Draws a data set of grey faces: parametric people who show the seven emotions by the movements of their faces, from
 * any side and in any light. It needs no licence and no download, and is a real learning task: expressions may be weak,
 * and people differ. The classes take turns, so each has as many faces as the others; 80 % are Training, 10 % PublicTest
 * and 10 % PrivateTest. Face k depends on the seed and k alone.
 * @param options.count faces to draw.
 * @param options.seed any whole number.
 */
export function generateFaces({ count, seed }: { count: number; seed: number }): FaceDataset {
  const pixels = new Uint8Array(count * FACE_PIXELS);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % EMOTIONS.length);
  const splits = Uint8Array.from({ length: count }, (_, index) => splitOf(index));
  for (let index = 0; index < count; index++) pixels.set(drawFace(labels[index], seed, index), index * FACE_PIXELS);
  return { source: 'synthetic', count, pixels, labels, splits, rows: Uint32Array.from(labels.keys()) };
}

function splitOf(index: number): number {
  const place = Math.floor(index / EMOTIONS.length) % FOLD;
  return Math.max(0, place - (FOLD - 3));
}
