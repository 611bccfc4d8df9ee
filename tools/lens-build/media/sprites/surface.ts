/** Thin things that turn in the air: a surface in space, lit from the top left, as SVG. */
import { grey, round } from './shading.ts';

export type Point = readonly [x: number, y: number, z: number];

/** Towards the light, and halfway between it and the viewer, who looks along −z. */
const LIGHT = unit([-0.5, -0.62, 0.6]);
const HALFWAY = unit([LIGHT[0], LIGHT[1], LIGHT[2] + 1]);

const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const dot = (a: Point, b: Point) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

function unit([x, y, z]: Point): Point {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

/** Turns a point about the x axis, then y, then z; angles in radians. */
export function turn([x, y, z]: Point, [aboutX, aboutY, aboutZ]: Point): Point {
  const [y1, z1] = rotate(y, z, aboutX);
  const [z2, x2] = rotate(z1, x, aboutY);
  const [x3, y3] = rotate(x2, y1, aboutZ);
  return [x3, y3, z2];
}

function rotate(a: number, b: number, angle: number): [number, number] {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return [a * cos - b * sin, a * sin + b * cos];
}

export interface Surface {
  /** Where a point of the surface is, for u and v from −1 to 1; units of a cell. */
  at(u: number, v: number): Point;
  /** How bright the material is there, 0 to 1, before light falls on it. */
  shade(u: number, v: number): number;
  /** How bright it is away from the light, from 0 to 1. */
  readonly ambient: number;
  readonly gloss: number;
  /** Patches along u and v. */
  readonly patches: readonly [number, number];
}

/** Draws a surface in greys, the farthest patches first; both of its sides are to be seen. */
export function drawSurface({ at, shade, ambient, gloss, patches: [across, along] }: Surface): string {
  const patches: { depth: number; svg: string }[] = [];
  for (let i = 0; i < across; i++)
    for (let j = 0; j < along; j++) {
      const [u0, u1, v0, v1] = [
        (2 * i) / across - 1,
        (2 * (i + 1)) / across - 1,
        (2 * j) / along - 1,
        (2 * (j + 1)) / along - 1,
      ];
      const corners = [at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)];
      const normal = unit(cross(minus(corners[2], corners[0]), minus(corners[3], corners[1])));
      const facing: Point = normal[2] < 0 ? [-normal[0], -normal[1], -normal[2]] : normal;
      const side = normal[2] < 0 ? 0.9 : 1;
      const lit = ambient + (1 - ambient) * (0.5 + 0.5 * dot(facing, LIGHT));
      const shine = gloss * Math.max(0, dot(facing, HALFWAY)) ** 24;
      const colour = grey(side * shade((u0 + u1) / 2, (v0 + v1) / 2) * lit + shine);
      const path = corners.map(([x, y]) => `${round(x)} ${round(y)}`).join('L');
      const depth = corners.reduce((sum, corner) => sum + corner[2], 0);
      // The stroke closes the seams between patches.
      patches.push({
        depth,
        svg: `<path d="M${path}Z" fill="${colour}" stroke="${colour}" stroke-width="0.7" stroke-linejoin="round"/>`,
      });
    }
  patches.sort((a, b) => a.depth - b.depth);
  return patches.map(({ svg }) => svg).join('');
}
