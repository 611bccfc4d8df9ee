import { describe, expect, it } from 'vitest';
import { LANDMARK_VALUES } from '../../../ml/core/landmarks68.ts';
import {
  bandRegion,
  cover,
  glassesRegions,
  maskRegion,
  type Region,
} from '../../../ml/evaluate/robustness/occlusions.ts';

const SIDE = 60;

/** A level face: eyes at (20, 20) and (40, 20), the root of the nose between them, and a jaw that is a box down to 50. */
function levelFace(): Float32Array {
  const points = new Float32Array(LANDMARK_VALUES);
  const put = (point: number, x: number, y: number) => points.set([x, y], 2 * point);
  // From the left temple down, along the chin, and up to the right temple.
  for (let point = 0; point <= 16; point++) put(point, point < 8 ? 10 : 50, point === 0 || point === 16 ? 20 : 50);
  put(8, 30, 50);
  for (let point = 36; point <= 41; point++) put(point, 20, 20);
  for (let point = 42; point <= 47; point++) put(point, 40, 20);
  put(27, 30, 20);
  return points;
}

/** The face turned clockwise by a quarter about the middle of the picture. */
const turned = (points: Float32Array) => points.map((_, i) => (i % 2 === 0 ? SIDE - points[i + 1] : points[i - 1]));

const covered = (region: Region): string[] => {
  const hidden = cover(new Uint8Array(SIDE * SIDE).fill(9), SIDE, region, 0);
  return [...hidden].flatMap((grey, i) => (grey === 0 ? [`${i % SIDE},${Math.floor(i / SIDE)}`] : []));
};

/** Pixels whose centres lie in a rectangle. */
const rectangle = (left: number, top: number, right: number, bottom: number): string[] =>
  Array.from({ length: SIDE * SIDE }, (_, i) => [i % SIDE, Math.floor(i / SIDE)]).flatMap(([x, y]) =>
    x + 0.5 >= left && x + 0.5 <= right && y + 0.5 >= top && y + 0.5 <= bottom ? [`${x},${y}`] : [],
  );

describe('what covers a face', () => {
  it('as a band is a rectangle about the line of the eyes, whose distance is its measure', () => {
    // Eyes are 20 pixels apart: 1.4 of that to either side, 0.25 up and down.
    expect(covered(bandRegion(levelFace(), 0.25))).toEqual(rectangle(2, 15, 58, 25));
  });

  it('as a mask is what lies inside the jaw, up to the height between chin and root of the nose', () => {
    expect(covered(maskRegion(levelFace(), 0.5))).toEqual(rectangle(10, 35, 50, 50));
    expect(covered(maskRegion(levelFace(), 0.2))).toEqual(rectangle(10, 44, 50, 50));
  });

  it('as glasses is two ellipses about the eyes in a frame with a bridge', () => {
    const { lenses, frame } = glassesRegions(levelFace());
    const shown = covered(lenses);
    // Radii of 0.4 and 0.32 eye distances.
    expect(shown.length).toBeGreaterThan(0.97 * 2 * Math.PI * 8 * 6.4);
    expect(shown.length).toBeLessThan(1.03 * 2 * Math.PI * 8 * 6.4);
    for (const [x, y] of [
      [20, 20],
      [40, 20],
      [27.5, 20],
      [20, 26],
    ])
      expect(lenses(x, y)).toBe(true);
    for (const [x, y] of [
      [30, 20],
      [28.5, 20],
      [20, 26.8],
      [11, 20],
    ])
      expect(lenses(x, y)).toBe(false);
    // Its rim is 1.2 pixels wide, its bridge joins the lenses.
    for (const [x, y] of [
      [28.9, 20],
      [11.1, 20],
      [20, 27.1],
      [30, 20.5],
    ])
      expect(frame(x, y)).toBe(true);
    for (const [x, y] of [
      [20, 20],
      [10.5, 20],
      [30, 22],
      [20, 28],
    ])
      expect(frame(x, y)).toBe(false);
    expect(shown.filter((pixel) => covered(frame).includes(pixel))).toEqual([]);
  });

  it.each([
    ['band', (points: Float32Array) => bandRegion(points, 0.25)],
    ['mask', (points: Float32Array) => maskRegion(points, 0.5)],
    ['lenses', (points: Float32Array) => glassesRegions(points).lenses],
    ['frame', (points: Float32Array) => glassesRegions(points).frame],
  ] as const)('turns with the face: %s', (_, regionOf) => {
    const level = covered(regionOf(levelFace())).map((pixel) => pixel.split(',').map(Number));
    const expected = level.map(([x, y]) => `${SIDE - 1 - y},${x}`);
    expect(covered(regionOf(turned(levelFace()))).sort()).toEqual(expected.sort());
  });

  it('hides by its opacity, and nothing beside it', () => {
    const face = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => i % 200);
    const region = bandRegion(levelFace(), 0.25);
    const inside = new Set(covered(region));
    const half = cover(face, SIDE, region, 50, 0.5);
    half.forEach((grey, i) => {
      const isInside = inside.has(`${i % SIDE},${Math.floor(i / SIDE)}`);
      expect(grey).toBe(isInside ? Math.round((face[i] + 50) / 2) : face[i]);
    });
  });
});
