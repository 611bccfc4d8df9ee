/** The points of a face in the form that the model learned from. Knows nothing of Lens Studio. */

/** Points in the order of iBUG's 300-W data set. */
const POINTS = 68;

/** Numbers that the model takes: x and y of each point. */
export const LANDMARK_VALUES = 2 * POINTS;

/** Farthest that a coordinate may lie from the middle between the eyes, in eye distances. */
const LIMIT = 4;

const [CHIN, LEFT_CORNER, RIGHT_CORNER] = [8, 36, 45];

/**
 * Copies points of a screen into a plane with square pixels.
 *
 * Lens Studio does not say whether a point keeps its number where the screen is mirrored, nor which way its y goes. Both
 * show: the eyes and the chin go round the wrong way. Such points are renumbered, which makes a face of them whose left
 * and right may be exchanged; faces are nearly symmetric, and the model has learned from mirrored ones as well.
 * @param points at least 68, x and y as parts of the screen, y down.
 * @param aspect width of the screen through its height.
 * @param mirrored whether the model sees its picture mirrored, so that it is to have the points of that picture.
 * @param out receives x and y in heights of the screen, [136].
 */
export function placeLandmarks(
  points: ReadonlyArray<{ readonly x: number; readonly y: number }>,
  aspect: number,
  mirrored: boolean,
  out: Float32Array,
): void {
  const [chin, left, right] = [points[CHIN], points[LEFT_CORNER], points[RIGHT_CORNER]];
  const turn = (right.x - left.x) * (chin.y - left.y) - (right.y - left.y) * (chin.x - left.x);
  const renumber = turn < 0 !== mirrored;
  const across = mirrored ? -aspect : aspect;
  for (let point = 0; point < POINTS; point++) {
    const { x, y } = points[renumber ? OPPOSITE[point] : point];
    out[2 * point] = across * x;
    out[2 * point + 1] = y;
  }
}

/**
 * Moves the middle between the eye centres to the origin, turns the line between them level and makes it 1 long: the
 * formula of `ml/core/landmarks68.ts`, by which the model was taught. Points that no face can have become zeros, which
 * tell the model that there are none.
 * @param points x to the right, y down, on square pixels, [136].
 * @param out receives x and y in eye distances, −4..4, [136]; it may be `points` itself.
 */
export function normalizeLandmarks(points: Float32Array, out: Float32Array): void {
  const [leftX, leftY] = centre(points, 36, 41);
  const [rightX, rightY] = centre(points, 42, 47);
  const [across, down] = [rightX - leftX, rightY - leftY];
  const distance = Math.hypot(across, down);
  if (!(distance > 0 && points.every(Number.isFinite))) {
    out.fill(0);
    return;
  }
  const [cos, sin] = [across / distance, down / distance];
  const [middleX, middleY] = [(leftX + rightX) / 2, (leftY + rightY) / 2];
  for (let at = 0; at < LANDMARK_VALUES; at += 2) {
    const [x, y] = [points[at] - middleX, points[at + 1] - middleY];
    out[at] = clamp((cos * x + sin * y) / distance);
    out[at + 1] = clamp((cos * y - sin * x) / distance);
  }
}

const clamp = (value: number): number => Math.min(LIMIT, Math.max(-LIMIT, value));

/** Mean of the points `first` to `last`, both counted. */
function centre(points: Float32Array, first: number, last: number): [number, number] {
  let [x, y] = [0, 0];
  for (let point = first; point <= last; point++) {
    x += points[2 * point];
    y += points[2 * point + 1];
  }
  const count = last - first + 1;
  return [x / count, y / count];
}

/** The point at the same place on the other side of the face. */
const OPPOSITE = oppositePoints();

function oppositePoints(): number[] {
  const points = Array.from({ length: POINTS }, (_, point) => point);
  const swap = (one: number, other: number) => {
    points[one] = other;
    points[other] = one;
  };
  // Rows from one side of the face to the other: jaw, brows, nostrils, edges of the lips.
  for (const [first, last] of [
    [0, 16],
    [17, 26],
    [31, 35],
    [48, 54],
    [55, 59],
    [60, 64],
    [65, 67],
  ])
    for (let point = first; point <= last; point++) points[point] = first + last - point;
  // Upper lids, and lower ones, each with the corners' order.
  for (let point = 36; point <= 39; point++) swap(point, 81 - point);
  swap(40, 47);
  swap(41, 46);
  return points;
}
