import { centreOf, eyesOf, mouthOf, type Point } from '../../core/ibug.ts';

/** From the eyes to the mouth in eye distances, on a face that looks up, down or to the side as far as it can. */
const FACE_HEIGHT = [0.5, 4] as const;

/**
 * Whether points have the shape of a face: eyes above the tip of the nose above the mouth above the chin.
 * @param points x and y in any unit, y down, [136].
 */
export function isFaceShape(points: Float32Array): boolean {
  const [left, right] = eyesOf(points);
  const [across, down] = [right[0] - left[0], right[1] - left[1]];
  const distance = Math.hypot(across, down);
  const eyes: Point = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2];
  /** How far a point lies below the eyes, in eye distances. */
  const below = ([x, y]: Point) => (across * (y - eyes[1]) - down * (x - eyes[0])) / distance ** 2;
  const [nose, mouth, chin] = [centreOf(points, 30), mouthOf(points), centreOf(points, 8)].map(below);
  return 0 < nose && nose < mouth && mouth < chin && FACE_HEIGHT[0] < mouth && mouth < FACE_HEIGHT[1];
}
