/** The points of a face in the order of iBUG's 300-W data set (Sagonas et al. 2013). */
export const POINTS = 68;

/** Numbers of a face's landmarks: x and y of each of its points. */
export const LANDMARK_VALUES = 2 * POINTS;

/** Farthest that a normalised coordinate may lie from the middle between the eyes, in eye distances. */
export const LIMIT = 4;

export type Point = readonly [x: number, y: number];

/** Mean of the points `first` to `last`, both counted. */
export function centreOf(points: Float32Array, first: number, last = first): Point {
  let [x, y] = [0, 0];
  for (let point = first; point <= last; point++) {
    x += points[2 * point];
    y += points[2 * point + 1];
  }
  const count = last - first + 1;
  return [x / count, y / count];
}

const LEFT_EYE = [36, 41] as const;
const RIGHT_EYE = [42, 47] as const;

/** Centres of the eyes as they lie in a picture that is not mirrored: the one at the left is the person's right eye. */
export const eyesOf = (points: Float32Array): readonly [left: Point, right: Point] => [
  centreOf(points, ...LEFT_EYE),
  centreOf(points, ...RIGHT_EYE),
];

/** Centre of the lips. */
export const mouthOf = (points: Float32Array): Point => centreOf(points, 48, 67);
