/** Where the points around a head lie in a picture, and what a face crop texture shows of it. */
import { centreOf, eyesOf, mouthOf, type Point } from '../core/landmarks68.ts';
import type { Affine, FaceCrop, FacePoint, HeadPose, Numbers3, TrackedFace } from './face.ts';
import { HEAD_POINTS, rotationRows } from './pose.ts';

/** Attachment points that the landmarks show. "Left" is right on the screen, as x goes. */
const SEEN: ReadonlyMap<FacePoint, (points: Float32Array) => Point> = new Map([
  ['LeftEyeballCenter', (points) => eyesOf(points)[1]],
  ['RightEyeballCenter', (points) => eyesOf(points)[0]],
  ['MouthCenter', mouthOf],
  ['Chin', (points) => centreOf(points, 8)],
]);

/**
 * Where one of Lens Studio's attachment points lies in the picture, in pixels.
 * @param point a name of AttachmentPointType; one that is not known lies at the head's centre.
 */
export function anchorOf({ points, pose }: TrackedFace, point: FacePoint): Point {
  const seen = SEEN.get(point);
  if (seen) return seen(points);
  const [x, y] = offsetOf(pose, HEAD_POINTS.get(point) ?? [0, 0, 0]);
  return [pose.x + x, pose.y + y];
}

/**
 * Where a place in the space around an attachment point lies in the picture, in pixels.
 * @param place x to the head's left (right on the screen), y up, z out of the face, in centimetres.
 */
export function projectHead(face: TrackedFace, point: FacePoint, place: Numbers3): Point {
  const anchor = anchorOf(face, point);
  const [x, y] = offsetOf(face.pose, place);
  return [anchor[0] + x, anchor[1] + y];
}

function offsetOf(pose: HeadPose, [x, y, z]: Numbers3): Point {
  const [right, up] = rotationRows(pose).map((row) => pose.scale * (row[0] * x + row[1] * y + row[2] * z));
  return [right, -up];
}

/**
 * Where the faces lie that the lens's model has seen, as parts of its picture's side; as the shipped lens says in
 * `Framing.ts`. Not taken from there: the page runs lenses that have no such file, or another one.
 */
export const FRAMING = { eyeLine: 0.376, eyeDistance: 0.375, mouthLine: 0.774 };
/** With these values of its crop the lens shows faces as its model has seen them: as {@link FRAMING} says. */
const FRAMED = { scale: 0.6, mouthWeight: 0.1 };
/** Where the crop's middle lies then, between the eyes (0) and the mouth (1). */
const FRAMED_MIDDLE = (0.5 - FRAMING.eyeLine) / (FRAMING.mouthLine - FRAMING.eyeLine);
/** Where the face's own middle lies. */
const FACE_MIDDLE = (FRAMED_MIDDLE - FRAMED.mouthWeight) / (1 - FRAMED.mouthWeight);
/** The least part of the eyes' distance that is believed to be left of it when a head is turned to the side. */
const MIN_SHARE = 0.5;

/**
 * What a face crop texture shows of a face: a square, turned with the head, whose side is a multiple of the distance of
 * the eyes as it is from the front. Lens Studio does not say how it frames a face; this is set so that the lens's
 * defaults frame faces as its model has seen them.
 * @returns takes the square −1..1 (y up) to the picture's pixels.
 */
export function cropPlace(face: TrackedFace, { scaleX, scaleY, mouthWeight }: Omit<FaceCrop, 'faceIndex'>): Affine {
  const [left, right] = eyesOf(face.points);
  const mouth = mouthOf(face.points);
  const turned = rotationRows(face.pose);
  const share = Math.max(MIN_SHARE, Math.hypot(turned[0][0], turned[1][0]));
  const distance = Math.hypot(right[0] - left[0], right[1] - left[1]) / share;
  const half = distance / FRAMING.eyeDistance / FRAMED.scale / 2;
  const down = FACE_MIDDLE + mouthWeight * (1 - FACE_MIDDLE);
  const between = (axis: 0 | 1) => {
    const eyes = (left[axis] + right[axis]) / 2;
    return eyes + down * (mouth[axis] - eyes);
  };
  const [cos, sin] = [half * Math.cos(face.pose.roll), half * Math.sin(face.pose.roll)];
  return [cos * scaleX, sin * scaleX, sin * scaleY, -cos * scaleY, between(0), between(1)];
}
