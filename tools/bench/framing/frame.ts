import { POINTS } from './landmark-net.ts';

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

type Point = readonly [x: number, y: number];

/** @param points x and y of 68 points, [68, 2]; `first` and `last` of a group are both in it. */
function centre(points: Float32Array, first: number, last = first): Point {
  let [x, y] = [0, 0];
  for (let point = first; point <= last; point++) {
    x += points[2 * point];
    y += points[2 * point + 1];
  }
  const count = last - first + 1;
  return [x / count, y / count];
}

/** @param points x and y as fractions of the side, [68, 2]. */
export function frameOf(points: Float32Array): Frame {
  const [leftX, leftY] = centre(points, 36, 41);
  const [rightX, rightY] = centre(points, 42, 47);
  const [jawLeft] = centre(points, 0);
  const [jawRight] = centre(points, 16);
  return {
    eyeLine: (leftY + rightY) / 2,
    eyeDistance: Math.hypot(rightX - leftX, rightY - leftY),
    mouthLine: centre(points, 48, 67)[1],
    chin: centre(points, 8)[1],
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
  const [noseX, noseY] = centre(points, 30);
  const height = (mouthLine - eyeLine) / eyeDistance;
  const ordered = eyeLine < noseY && noseY < mouthLine;
  if (eyeDistance < MIN_EYE_DISTANCE || !ordered || height < UPRIGHT[0] || height > UPRIGHT[1]) return 'implausible';
  if (Math.abs(noseX - middle) > MAX_TURN * eyeDistance) return 'turned';
  const [leftX, leftY] = centre(points, 36, 41);
  const [rightX, rightY] = centre(points, 42, 47);
  return Math.abs(rightY - leftY) > MAX_TILT * Math.abs(rightX - leftX) ? 'tilted' : undefined;
}
