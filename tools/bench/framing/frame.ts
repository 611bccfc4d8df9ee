import { centreOf, eyesOf, mouthOf, POINTS } from '../../../ml/core/landmarks68.ts';

/** Where a face lies in its square picture; all lengths are fractions of the picture's side, from the left and the top. */
export interface Frame {
  /** Height of the middle between the eye centres. */
  readonly eyeLine: number;
  /** Between the eye centres. */
  readonly eyeDistance: number;
  /** Height of the mouth's centre. */
  readonly mouthLine: number;
  readonly chin: number;
  /** Between the ends of the jaw line, at the height of the eyes. */
  readonly faceWidth: number;
  /** The middle between the eyes, across. */
  readonly middle: number;
}

/** Why a face is not measured. */
export const EXCLUSIONS = ['unsteady', 'implausible', 'turned', 'tilted'] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];

/** Largest mean difference, in eye distances, of the points found in a picture and in the same picture framed wider. */
const STEADY = 0.15;
/** From the eyes to the mouth in eye distances: about 1 on a face seen from the front. */
const UPRIGHT: readonly [number, number] = [0.7, 1.6];
const MIN_EYE_DISTANCE = 0.2;
/** Farthest that the nose's tip may lie from the middle line between the eyes, in eye distances. */
const MAX_TURN = 0.2;
const MAX_TILT = Math.tan((15 * Math.PI) / 180);

/** @param points x and y as fractions of the side, [68, 2]. */
export function frameOf(points: Float32Array): Frame {
  const [[leftX, leftY], [rightX, rightY]] = eyesOf(points);
  const [jawLeft] = centreOf(points, 0);
  const [jawRight] = centreOf(points, 16);
  return {
    eyeLine: (leftY + rightY) / 2,
    eyeDistance: Math.hypot(rightX - leftX, rightY - leftY),
    mouthLine: mouthOf(points)[1],
    chin: centreOf(points, 8)[1],
    faceWidth: jawRight - jawLeft,
    middle: (leftX + rightX) / 2,
  };
}

/**
 * Whether a face can be measured: its points stay where they are when the picture is framed otherwise, have the shape of
 * a face, and the face looks into the camera with its head upright.
 * @param points x and y as fractions of the side, [68, 2].
 * @param again of the same face in another crop, moved back to where they are in this one.
 */
export function exclusionOf(points: Float32Array, again: Float32Array): Exclusion | undefined {
  const { eyeLine, eyeDistance, mouthLine, middle } = frameOf(points);
  let distance = 0;
  for (let point = 0; point < POINTS; point++)
    distance += Math.hypot(points[2 * point] - again[2 * point], points[2 * point + 1] - again[2 * point + 1]);
  if (!(distance / POINTS <= STEADY * eyeDistance)) return 'unsteady';
  const [noseX, noseY] = centreOf(points, 30);
  const height = (mouthLine - eyeLine) / eyeDistance;
  const ordered = eyeLine < noseY && noseY < mouthLine;
  if (eyeDistance < MIN_EYE_DISTANCE || !ordered || height < UPRIGHT[0] || height > UPRIGHT[1]) return 'implausible';
  if (Math.abs(noseX - middle) > MAX_TURN * eyeDistance) return 'turned';
  const [[leftX, leftY], [rightX, rightY]] = eyesOf(points);
  return Math.abs(rightY - leftY) > MAX_TILT * Math.abs(rightX - leftX) ? 'tilted' : undefined;
}
