/** Landmarks as a network takes them: free of where a face lies in its picture, of its size and of its roll. */
import { eyesOf, LANDMARK_VALUES, LIMIT, POINTS } from '../../core/ibug.ts';

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
