/** Where the landmark network looks at a picture. */

import type { Box } from './detection.ts';
import type { Affine } from './geometry.ts';
import type { FaceSquare } from './landmarks/square.ts';

/** The square in which to look for the points of a face that the detector found. */
export const squareOfBox = ({ x, y, width, height }: Box): FaceSquare => ({
  x: x + width / 2,
  y: y + height / 2,
  half: Math.max(width, height) / 2,
  roll: 0,
});

/** Where such a square lies in the picture. */
export function placeOf({ x, y, half, roll }: FaceSquare): Affine {
  const [cos, sin] = [half * Math.cos(roll), half * Math.sin(roll)];
  return [cos, sin, sin, -cos, x, y];
}

/** The square's box if it were upright. */
export const boxOf = ({ x, y, half }: FaceSquare): Box => ({
  x: x - half,
  y: y - half,
  width: 2 * half,
  height: 2 * half,
});
