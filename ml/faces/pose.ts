/** How a head is turned, from its landmarks and a mean head. */
import type { HeadPose, Numbers3 } from './face.ts';

/*
 * A mean head in centimetres: x to its left side (right on the screen), y up, z out of the face. From MediaPipe's
 * `canonical_face_model.obj` (Apache-2.0; vertex numbers in the comments), whose eyes are 6.3 cm apart.
 */

/** Points that hardly move with the expression, by their iBUG number. */
export const RIGID_POINTS: ReadonlyMap<number, Numbers3> = new Map([
  [27, [0, 2.473, 5.789]], // 6
  [28, [0, 1.059, 6.775]], // 195
  [30, [0, -1.127, 7.476]], // 1
  [31, [-1.406, -1.714, 5.241]], // 98
  [33, [0, -2.089, 6.058]], // 2
  [35, [1.406, -1.714, 5.241]], // 327
  [36, [-4.446, 2.664, 3.173]], // 33
  [39, [-1.856, 2.585, 3.758]], // 133
  [42, [1.856, 2.585, 3.758]], // 362
  [45, [4.446, 2.664, 3.173]], // 263
]);

/** Where Lens Studio's attachment points lie that are no landmarks. "Left" is right on the screen. */
export const HEAD_POINTS: ReadonlyMap<string, Numbers3> = new Map([
  ['HeadCenter', [0, 0, 0]],
  ['CandideCenter', [0, 0, 0]],
  ['Forehead', [0, 6.545, 5.027]], // 151
  ['LeftForehead', [3.064, 6.566, 4.53]], // 299
  ['RightForehead', [-3.064, 6.566, 4.53]], // 69
  ['LeftCheek', [4.766, -0.702, 3.535]], // 280
  ['RightCheek', [-4.766, -0.702, 3.535]], // 50
]);

/**
 * The pose in which a mean head's rigid points come nearest to the landmarks, by orthographic projection with a scale
 * (POS of DeMenthon and Davis, "Model-based object pose in 25 lines of code", 1995): the affine map of least squares,
 * then the rotation and scale nearest to it.
 * @param points landmarks in pixels of a picture, [136].
 */
export function headPose(points: Float32Array): HeadPose {
  const [xx, xy, xz, x] = fitAxis((landmark) => points[2 * landmark]);
  const [yx, yy, yz, y] = fitAxis((landmark) => points[2 * landmark + 1]);
  // The picture's y goes down, the head's goes up.
  const { scale, rows } = nearestRotation([xx, xy, xz], [-yx, -yy, -yz]);
  const [right, up, out] = rows;
  return {
    x,
    y,
    scale,
    yaw: Math.atan2(-out[0], out[2]),
    pitch: Math.asin(Math.min(1, Math.max(-1, -out[1]))),
    roll: Math.atan2(right[1], up[1]),
  };
}

/** Rows of the rotation from the head (x right on the screen, y up, z out of the face) to the screen, x right and y up. */
export function rotationRows({ yaw, pitch, roll }: HeadPose): readonly [right: Numbers3, up: Numbers3] {
  const [cosYaw, sinYaw] = [Math.cos(yaw), Math.sin(yaw)];
  const [cosPitch, sinPitch] = [Math.cos(pitch), Math.sin(pitch)];
  const [cosRoll, sinRoll] = [Math.cos(roll), Math.sin(roll)];
  const level: Numbers3 = [cosYaw, 0, sinYaw];
  const tilted: Numbers3 = [-sinPitch * sinYaw, cosPitch, sinPitch * cosYaw];
  const mix = (p: number, q: number): Numbers3 => [
    p * level[0] + q * tilted[0],
    p * level[1] + q * tilted[1],
    p * level[2] + q * tilted[2],
  ];
  return [mix(cosRoll, sinRoll), mix(-sinRoll, cosRoll)];
}

const LANDMARKS = [...RIGID_POINTS.keys()];
/** Turns places of the landmarks on one axis into the coefficients of x, y, z and 1 of the mean head, [4, n]. */
const SOLUTION = leastSquares([...RIGID_POINTS.values()].map(([x, y, z]) => [x, y, z, 1]));

const fitAxis = (placeOf: (landmark: number) => number): readonly number[] =>
  SOLUTION.map((row) => row.reduce((sum, weight, i) => sum + weight * placeOf(LANDMARKS[i]), 0));

/** (AᵀA)⁻¹Aᵀ by Gauss-Jordan elimination. */
function leastSquares(rows: readonly (readonly number[])[]): number[][] {
  const size = rows[0].length;
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
    ...rows.map((row) => row[i]),
  ]);
  for (let pivot = 0; pivot < size; pivot++) {
    const divisor = system[pivot][pivot];
    system[pivot] = system[pivot].map((value) => value / divisor);
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = system[row][pivot];
      system[row] = system[row].map((value, i) => value - factor * system[pivot][i]);
    }
  }
  return system.map((row) => row.slice(size));
}

/** The rotation and scale nearest to two rows, by their polar decomposition; the third row is at right angles to them. */
function nearestRotation(p: Numbers3, q: Numbers3): { readonly scale: number; readonly rows: readonly Numbers3[] } {
  const [pp, pq, qq] = [dot(p, p), dot(p, q), dot(q, q)];
  const root = Math.sqrt(Math.max(0, pp * qq - pq * pq));
  // Square root of the Gram matrix: (G + √det I) / trace, where the trace is the sum of the singular values.
  const trace = Math.sqrt(pp + qq + 2 * root);
  const [a, b, d] = [(pp + root) / trace, pq / trace, (qq + root) / trace];
  const determinant = a * d - b * b;
  const combine = (m: number, n: number): Numbers3 => [
    (m * p[0] + n * q[0]) / determinant,
    (m * p[1] + n * q[1]) / determinant,
    (m * p[2] + n * q[2]) / determinant,
  ];
  const [right, up] = [combine(d, -b), combine(-b, a)];
  return { scale: trace / 2, rows: [right, up, cross(right, up)] };
}

const dot = (p: Numbers3, q: Numbers3) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];

const cross = (p: Numbers3, q: Numbers3): Numbers3 => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];
