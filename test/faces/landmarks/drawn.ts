import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { Random } from '../../../ml/core/random.ts';
import { drawExpression } from '../../../ml/data/synthetic/expressions.ts';
import { drawPose } from '../../../ml/data/synthetic/generate.ts';
import { drawIdentity } from '../../../ml/data/synthetic/identity.ts';
import { landmarksOf } from '../../../tools/preview/page/sources/drawn/landmarks.ts';

/** Points of the jaw, which lies with the head; the others turn with the features before it. */
export const JAW = 17;

/** Where the points of a drawn face of the generator are, known from the drawing: x and y in pixels, [136]. */
export function drawnPoints(label: number, seed: number, index: number): Float32Array {
  const random = new Random(seed, index);
  const expression = drawExpression(EMOTIONS[label], random);
  const identity = drawIdentity(random);
  const { head, features } = drawPose(random);
  const points = landmarksOf({ identity, expression });
  for (let point = 0; point < points.length / 2; point++) {
    const frame = point < JAW ? head : features;
    const [x, y] = [frame.scaleU * points[2 * point], frame.scaleV * points[2 * point + 1]];
    const [cos, sin] = [Math.cos(frame.roll), Math.sin(frame.roll)];
    points.set([frame.x + cos * x - sin * y, frame.y + sin * x + cos * y], 2 * point);
  }
  return points;
}

/** Mean distance of points in the unit that they have, from point `first` on. */
export function meanDistance(a: Float32Array, b: Float32Array, first = 0): number {
  let sum = 0;
  for (let i = 2 * first; i < a.length; i += 2) sum += Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1]);
  return sum / (a.length / 2 - first);
}

export const medianOf = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
