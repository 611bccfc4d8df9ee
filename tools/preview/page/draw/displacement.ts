/** How parts of a face are moved in a picture: a coarse grid of displacements, smooth between its points. */
import type { TrackedFace } from '../../../../ml/faces/face.ts';

/** A part of a picture, whole pixels from its top left, with a grid of points that lie `cell` pixels apart. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly cell: number;
  /** The first point lies at the top left, the last row and column lie on or beyond the edges. */
  readonly columns: number;
  readonly rows: number;
}

/** Displacements at the points of a region. A pixel at p shows what was at p − displacement. */
export interface Grid {
  readonly region: Region;
  /** Pixels to the right and down, [rows, columns]. */
  readonly dx: Float32Array;
  readonly dy: Float32Array;
}

/** Centimetres between two points of a grid: landmarks lie little further apart. */
const CELL = 0.35;
/** Centimetres around a landmark that move with it. */
const REACH = 4;
/** Steadies the equations, for landmarks that lie close together. */
const STIFFNESS = 1e-3;
/** The most that something can be pinched: beyond it a picture would fold. */
const MIN_AMOUNT = -0.5;

export function createGrid(region: Region): Grid {
  const values = () => new Float32Array(region.columns * region.rows);
  return { region, dx: values(), dy: values() };
}

/** The part of a picture around a face that moving its landmarks can change, or null if none of it is in the picture. */
export function regionOf({ points, pose }: TrackedFace, width: number, height: number): Region | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    top = Math.min(top, points[i + 1]);
    bottom = Math.max(bottom, points[i + 1]);
  }
  const margin = REACH * pose.scale;
  const [x, y] = [left, top].map((start) => Math.max(0, Math.floor(start - margin)));
  const wide = Math.min(width, Math.ceil(right + margin)) - x;
  const high = Math.min(height, Math.ceil(bottom + margin)) - y;
  if (!(wide > 1 && high > 1)) return null;
  const cell = Math.max(2, Math.round(CELL * pose.scale));
  const [columns, rows] = [Math.ceil(wide / cell) + 1, Math.ceil(high / cell) + 1];
  return { left: x, top: y, width: wide, height: high, cell, columns, rows };
}

/** Wendland's C2 function (1995): 1 at 0, smooth, 0 from 1 on, and such that the equations below have one solution. */
function wendland(r: number): number {
  if (r >= 1) return 0;
  const square = (1 - r) * (1 - r);
  return square * square * (4 * r + 1);
}

/** Math.hypot, which guards against overflow, takes much longer. */
function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/**
 * Adds the displacements that take landmarks of a face to other places, and leave its other landmarks where they are:
 * radial basis functions through all of them.
 * @param moves iBUG index, and how far it goes to the side and up, in centimetres.
 */
export function addStretch(
  grid: Grid,
  { points, pose }: TrackedFace,
  moves: ReadonlyArray<readonly [landmark: number, dx: number, dy: number]>,
): void {
  const count = points.length / 2;
  const [movedX, movedY] = [new Float64Array(count), new Float64Array(count)];
  const [cos, sin] = [Math.cos(pose.roll), Math.sin(pose.roll)];
  const across = pose.scale * Math.cos(pose.yaw);
  const up = pose.scale * Math.cos(pose.pitch);
  for (const [landmark, dx, dy] of moves) {
    if (!(landmark < count)) continue;
    movedX[landmark] += cos * across * dx + sin * up * dy;
    movedY[landmark] += sin * across * dx - cos * up * dy;
  }
  const [x, y] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    x[i] = points[2 * i] + movedX[i];
    y[i] = points[2 * i + 1] + movedY[i];
  }
  const reach = REACH * pose.scale;
  // Of a symmetric matrix its lower half is enough.
  const matrix = Array.from({ length: count }, (_, i) => {
    const row = new Float64Array(i + 1);
    for (let j = 0; j < i; j++) row[j] = wendland(distance(x[i] - x[j], y[i] - y[j]) / reach);
    row[i] = 1 + STIFFNESS;
    return row;
  });
  solve(matrix, [movedX, movedY]);

  const { left, top, cell, columns, rows } = grid.region;
  const cells = reach / cell;
  for (let i = 0; i < count; i++) {
    const [atX, atY] = [(x[i] - left) / cell, (y[i] - top) / cell];
    const [firstRow, lastRow] = [Math.max(0, Math.ceil(atY - cells)), Math.min(rows - 1, Math.floor(atY + cells))];
    const [first, last] = [Math.max(0, Math.ceil(atX - cells)), Math.min(columns - 1, Math.floor(atX + cells))];
    for (let row = firstRow; row <= lastRow; row++)
      for (let column = first; column <= last; column++) {
        const weight = wendland(distance(column - atX, row - atY) / cells);
        grid.dx[row * columns + column] += weight * movedX[i];
        grid.dy[row * columns + column] += weight * movedY[i];
      }
  }
}

/**
 * Adds a bulge around a point: its middle is enlarged to 1 + amount, its edge stays.
 * @param x @param y pixels of the picture.
 * @param radius pixels.
 * @param amount below 0: it is pinched.
 */
export function addLiquify(grid: Grid, x: number, y: number, radius: number, amount: number): void {
  if (!(radius > 0)) return;
  const { left, top, cell, columns, rows } = grid.region;
  const kept = Math.max(MIN_AMOUNT, amount);
  const pull = kept / (1 + kept);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [fromX, fromY] = [left + cell * column - x, top + cell * row - y];
      const share = (fromX ** 2 + fromY ** 2) / radius ** 2;
      if (share >= 1) continue;
      grid.dx[row * columns + column] += pull * (1 - share) ** 2 * fromX;
      grid.dy[row * columns + column] += pull * (1 - share) ** 2 * fromY;
    }
}

/** Solves matrix · s = v for each v, in place, by the factors of Cholesky. @param matrix the lower half of a positive definite one. */
function solve(matrix: readonly Float64Array[], values: readonly Float64Array[]): void {
  const count = matrix.length;
  for (let i = 0; i < count; i++) {
    const row = matrix[i];
    for (let j = 0; j <= i; j++) {
      const other = matrix[j];
      let sum = row[j];
      for (let k = 0; k < j; k++) sum -= row[k] * other[k];
      row[j] = i === j ? Math.sqrt(Math.max(sum, STIFFNESS ** 2)) : sum / other[j];
    }
  }
  for (const value of values) {
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < i; k++) value[i] -= matrix[i][k] * value[k];
      value[i] /= matrix[i][i];
    }
    for (let i = count - 1; i >= 0; i--) {
      for (let k = i + 1; k < count; k++) value[i] -= matrix[k][i] * value[k];
      value[i] /= matrix[i][i];
    }
  }
}
