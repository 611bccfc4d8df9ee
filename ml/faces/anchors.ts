/** Where points around a head lie in the picture. */

import { centreOf, eyesOf, mouthOf, type Point } from '../core/ibug.ts';
import type { HeadPose, TrackedFace } from './face.ts';
import type { FacePoint, Numbers3 } from './geometry.ts';
import { HEAD_POINTS } from './head.ts';
import { rotationRows } from './pose.ts';

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
