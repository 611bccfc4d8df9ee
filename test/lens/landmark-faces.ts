import type { Emotion } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { drawExpression } from '../../ml/data/synthetic/expressions.ts';
import { drawIdentity } from '../../ml/data/synthetic/identity.ts';
import { landmarksOf } from '../../tools/preview/page/sources/drawn/landmarks.ts';
import type { ScreenSize } from '../../tools/simulator/lens.ts';

/** Points that Lens Studio has of a face: iBUG's 68, forehead, pupils. */
const STUDIO_POINTS = 93;

/** The 68 points of a drawn person, in pixels of a screen, [136]. */
export function drawnPoints(emotion: Emotion, { width, height }: ScreenSize, roll = 0.1): Float32Array {
  const points = landmarksOf({
    identity: drawIdentity(new Random(1)),
    expression: drawExpression(emotion, new Random(1)),
  });
  const unit = 0.3 * Math.min(width, height);
  const [cos, sin] = [unit * Math.cos(roll), unit * Math.sin(roll)];
  return points.map((value, i) =>
    i % 2 === 0 ? cos * value - sin * points[i + 1] + 0.4 * width : sin * points[i - 1] + cos * value + 0.55 * height,
  );
}

/** Points as Lens Studio gives them: 93, as parts of the screen. */
export function studioPoints(points: Float32Array, { width, height }: ScreenSize): [x: number, y: number][] {
  return Array.from({ length: STUDIO_POINTS }, (_, point) =>
    2 * point < points.length ? [points[2 * point] / width, points[2 * point + 1] / height] : [0.9, 0.9],
  );
}
