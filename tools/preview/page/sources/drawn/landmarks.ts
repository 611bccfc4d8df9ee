import {
  browShape,
  EYE_LEVEL,
  eyeShape,
  type Look,
  mouthShape,
  noseTip,
} from '../../../../../ml/data/synthetic/features.ts';
import { headOutline, jawOf } from '../../../../../ml/data/synthetic/sitter.ts';

type Point = readonly [u: number, v: number];

/** Height of the first and last point of the jaw, at the ears. */
const EARS = -0.1;

/**
 * The 68 points of iBUG of a drawn face, from what it is drawn with, as the painter's u to the right and v down.
 * @returns [136].
 */
export function landmarksOf(look: Look): Float32Array {
  const points = [...jaw(look), ...brows(look), ...nose(look), ...eye(look, -1), ...eye(look, 1), ...mouth(look)];
  return Float32Array.from(points.flat());
}

function jaw({ identity, expression }: Look): Point[] {
  const { width, height } = headOutline(identity, jawOf(expression));
  const bottom = height(1);
  return Array.from({ length: 17 }, (_, i) => {
    const angle = Math.asin(EARS / bottom) + ((Math.PI - 2 * Math.asin(EARS / bottom)) * i) / 16;
    const v = bottom * Math.sin(angle);
    return [-width(v) * Math.cos(angle), v];
  });
}

/** Each from its left end to its right. */
function brows(look: Look): Point[] {
  return [-1, 1].flatMap((side) => {
    const { inner, outer, curve } = browShape(look, side);
    return Array.from({ length: 5 }, (_, i): Point => {
      const along = side < 0 ? 1 - i / 4 : i / 4;
      const u = side * (inner + (outer - inner) * along);
      return [u, curve(u)];
    });
  });
}

function nose(look: Look): Point[] {
  const tip = noseTip(look);
  const { noseWidth } = look.identity;
  const bridge = Array.from({ length: 4 }, (_, i): Point => [0, EYE_LEVEL + ((tip - 0.03 - EYE_LEVEL) * i) / 3]);
  const wings = [-1, -0.5, 0, 0.5, 1].map((share): Point => [share * noseWidth, tip + 0.07 - 0.03 * Math.abs(share)]);
  return [...bridge, ...wings];
}

/** Left corner, upper lid, right corner, lower lid. */
function eye(look: Look, side: number): Point[] {
  const { left, right, upper, lower } = eyeShape(look, side);
  const at = (share: number, lid: (u: number) => number): Point => {
    const u = left + (right - left) * share;
    return [u, lid(u)];
  };
  return [at(0, upper), at(1 / 3, upper), at(2 / 3, upper), at(1, upper), at(2 / 3, lower), at(1 / 3, lower)];
}

/** The outer edges of the lips clockwise from the left corner, then the inner ones. */
function mouth(look: Look): Point[] {
  const { half, corner, cupid, upper, lower, bottom } = mouthShape(look);
  const at =
    (edge: (u: number) => number) =>
    (share: number): Point => [share * half, edge(share * half)];
  return [
    [-half, corner],
    ...[-0.67, -0.27, 0, 0.27, 0.67].map(at(cupid)),
    [half, corner],
    ...[0.67, 0.27, 0, -0.27, -0.67].map(at(bottom)),
    [-0.88 * half, corner],
    ...[-0.4, 0, 0.4].map(at(upper)),
    [0.88 * half, corner],
    ...[0.4, 0, -0.4].map(at(lower)),
  ];
}
