import type { Affine, Numbers3 } from '../../../ml/faces/face.ts';
import type { ScreenSize } from '../lens.ts';
import type { StandInTransform } from '../stand-in/scene.ts';
import type { StandInScreenTransform } from '../stand-in/visuals.ts';

/** Lens Studio measures text and offsets in parts of a screen of this width. */
const POINTS_OF_SCREEN = 1000;

/** A rectangle on the screen, maybe turned: its own pixels (from its middle, y up) to the screen's, and half its sides. */
export interface ScreenArea {
  readonly toScreen: Affine;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

/** The whole screen. */
export function wholeScreen({ width, height }: ScreenSize): ScreenArea {
  return { toScreen: [1, 0, 0, -1, width / 2, height / 2], halfWidth: width / 2, halfHeight: height / 2 };
}

/** Where the square −1..1 comes to lie. */
export function squareOf({ toScreen, halfWidth, halfHeight }: ScreenArea): Affine {
  return compose(toScreen, [halfWidth, 0, 0, halfHeight, 0, 0]);
}

/** The area whose square lies there. */
export function areaOf([a, b, c, d, e, f]: Affine): ScreenArea {
  const [halfWidth, halfHeight] = [Math.hypot(a, b), Math.hypot(c, d)];
  return {
    toScreen: [a / halfWidth, b / halfWidth, c / halfHeight, d / halfHeight, e, f],
    halfWidth,
    halfHeight,
  };
}

/** What a screen transform covers of its parent's area: anchored, then turned and scaled about its middle. */
export function childArea(parent: ScreenArea, transform: StandInScreenTransform, screen: ScreenSize): ScreenArea {
  const { anchors, offsets, rotation, scale } = transform;
  const point = screen.width / POINTS_OF_SCREEN;
  const left = anchors.left * parent.halfWidth + offsets.left * point;
  const right = anchors.right * parent.halfWidth + offsets.right * point;
  const bottom = anchors.bottom * parent.halfHeight + offsets.bottom * point;
  const top = anchors.top * parent.halfHeight + offsets.top * point;
  const [x, y] = axesOf(rotation);
  const local: Affine = [
    x[0] * scale.x,
    x[1] * scale.x,
    y[0] * scale.y,
    y[1] * scale.y,
    (left + right) / 2,
    (bottom + top) / 2,
  ];
  return {
    toScreen: compose(parent.toScreen, local),
    halfWidth: (right - left) / 2,
    halfHeight: (top - bottom) / 2,
  };
}

/** `outer` after `inner`. */
function compose([a, b, c, d, e, f]: Affine, [a2, b2, c2, d2, e2, f2]: Affine): Affine {
  return [a * a2 + c * b2, b * a2 + d * b2, a * c2 + c * d2, b * c2 + d * d2, a * e2 + c * f2 + e, b * e2 + d * f2 + f];
}

/** A space in another one: where its axes and its origin lie there. */
export interface Space {
  readonly x: Numbers3;
  readonly y: Numbers3;
  readonly z: Numbers3;
  readonly origin: Numbers3;
}

export const HEAD_SPACE: Space = { x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1], origin: [0, 0, 0] };

/** The space below an object: scaled, then turned, then moved within its parent's. */
export function childSpace(parent: Space, transform: StandInTransform): Space {
  const position = transform.getLocalPosition();
  const scale = transform.getLocalScale();
  const [x, y, z] = axesOf(transform.getLocalRotation());
  return {
    x: direction(parent, x, scale.x),
    y: direction(parent, y, scale.y),
    z: direction(parent, z, scale.z),
    origin: pointOf(parent, [position.x, position.y, position.z]),
  };
}

/** A point of a space in its parent's. */
export function pointOf(space: Space, at: Numbers3): Numbers3 {
  const [x, y, z] = direction(space, at, 1);
  return [space.origin[0] + x, space.origin[1] + y, space.origin[2] + z];
}

/** A vector of a space, `factor` times, in its parent's. */
export function direction({ x, y, z }: Space, [a, b, c]: Numbers3, factor: number): Numbers3 {
  const along = (axis: 0 | 1 | 2) => factor * (a * x[axis] + b * y[axis] + c * z[axis]);
  return [along(0), along(1), along(2)];
}

/** Where a rotation takes the axes x, y and z: the columns of its matrix. */
function axesOf({ w, x, y, z }: quat): [Numbers3, Numbers3, Numbers3] {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)],
    [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)],
    [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)],
  ];
}
