/** The 68 landmarks of a face in the order of iBUG's 300-W data set (Sagonas et al. 2013), and how networks take them. */

/** Points of a face. */
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

/**
 * Moves the middle between the eye centres to the origin, turns the line from the left one to the right one level and
 * makes it 1 long. Points that no face can have, not finite or with both eyes in one place, become zeros, which stand
 * for "no landmarks".
 * @param points x to the right and y down in pixels, of a picture that is not mirrored and has square pixels, [136].
 * @param out receives x and y in eye distances, clamped to −4..4, [136]; it may be `points` itself.
 */
export function normalizeLandmarks(points: Float32Array, out: Float32Array): void {
  const [left, right] = eyesOf(points);
  const [across, down] = [right[0] - left[0], right[1] - left[1]];
  const distance = Math.hypot(across, down);
  if (!(distance > 0 && points.every(Number.isFinite))) {
    out.fill(0);
    return;
  }
  const [cos, sin] = [across / distance, down / distance];
  const [middleX, middleY] = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2];
  const clamp = (value: number) => Math.min(LIMIT, Math.max(-LIMIT, value));
  for (let at = 0; at < LANDMARK_VALUES; at += 2) {
    const [x, y] = [points[at] - middleX, points[at + 1] - middleY];
    out[at] = clamp((cos * x + sin * y) / distance);
    out[at + 1] = clamp((cos * y - sin * x) / distance);
  }
}

/** The point that takes each point's place when a face is mirrored. */
const MIRRORED = mirrorTable();

function mirrorTable(): Uint8Array {
  const table = Uint8Array.from({ length: POINTS }, (_, point) => point);
  // Rows of points from one side of the face to the other, and the lids, each from the outer corner of the eye inwards.
  for (const [first, last] of [
    [0, 16],
    [17, 26],
    [31, 35],
    [48, 54],
    [55, 59],
    [60, 64],
    [65, 67],
  ])
    for (let point = first; point <= last; point++) table[point] = first + last - point;
  for (const [point, other] of [
    [36, 45],
    [37, 44],
    [38, 43],
    [39, 42],
    [40, 47],
    [41, 46],
  ]) {
    table[point] = other;
    table[other] = point;
  }
  return table;
}

/**
 * The normalised landmarks of the mirrored face; zeros stay zeros.
 * @param normalized as {@link normalizeLandmarks} makes them, [136].
 * @param out receives theirs, [136]; another array than `normalized`.
 */
export function mirrorLandmarks(normalized: Float32Array, out: Float32Array): void {
  for (let point = 0; point < POINTS; point++) {
    const from = 2 * MIRRORED[point];
    // Not −x, which makes −0 of 0.
    out[2 * point] = 0 - normalized[from];
    out[2 * point + 1] = normalized[from + 1];
  }
}

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
