import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANDMARK_VALUES, normalizeLandmarks, placeLandmarks } from '../../lens/Assets/EmotionDetector/Landmarks.ts';
import * as ml from '../../ml/core/landmarks68.ts';
import { drawnPoints, studioPoints } from './landmark-faces.ts';

type Normalize = typeof ml.normalizeLandmarks;

function normalized(points: Float32Array, normalize: Normalize = ml.normalizeLandmarks): Float32Array {
  const out = new Float32Array(LANDMARK_VALUES).fill(Number.NaN);
  normalize(points, out);
  return out;
}

/** As the lens gets it from a screen to the model. */
function inLens(points: readonly (readonly [number, number])[], aspect: number, mirrored = false): Float32Array {
  const values = new Float32Array(LANDMARK_VALUES);
  placeLandmarks(
    points.map(([x, y]) => ({ x, y })),
    aspect,
    mirrored,
    values,
  );
  normalizeLandmarks(values, values);
  return values;
}

const farthest = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

const screens = fc.record({ width: fc.integer({ min: 200, max: 2400 }), height: fc.integer({ min: 200, max: 2400 }) });
const rolls = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
const mirror = (values: Float32Array) => {
  const out = new Float32Array(LANDMARK_VALUES);
  ml.mirrorLandmarks(values, out);
  return out;
};

describe('landmarks in the lens', () => {
  it('are normalised as those that the model learned from, whatever the points', () => {
    expect(LANDMARK_VALUES).toBe(ml.LANDMARK_VALUES);
    const coordinate = fc.oneof(
      { weight: 50, arbitrary: fc.float({ min: -1000, max: 1000, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, 1e30) },
    );
    const points = fc.array(coordinate, { minLength: 136, maxLength: 136 });
    fc.assert(
      fc.property(points, (values) => {
        const all = Float32Array.from(values);
        expect(normalized(all, normalizeLandmarks)).toEqual(normalized(all));
      }),
    );
    const equal = new Float32Array(136).fill(0.5);
    expect(normalized(equal, normalizeLandmarks)).toEqual(new Float32Array(136));
  });

  it('are the same on a screen of any shape as in pixels', () => {
    fc.assert(
      fc.property(screens, rolls, (screen, roll) => {
        const points = drawnPoints('Happy', screen, roll);
        const values = inLens(studioPoints(points, screen), screen.width / screen.height);
        expect(farthest(values, normalized(points))).toBeLessThan(1e-4);
      }),
    );
  });

  it('are those of the mirrored picture where the model sees one', () => {
    fc.assert(
      fc.property(screens, rolls, (screen, roll) => {
        const points = drawnPoints('Angry', screen, roll);
        const values = inLens(studioPoints(points, screen), screen.width / screen.height, true);
        expect(farthest(values, mirror(normalized(points)))).toBeLessThan(1e-4);
      }),
    );
  });

  it.each<[string, (x: number, y: number) => [number, number]]>([
    ['the screen is mirrored and the points keep their numbers', (x, y) => [1 - x, y]],
    ['y goes up', (x, y) => [x, 1 - y]],
  ])('are those of the mirrored face if %s', (_, turn) => {
    fc.assert(
      fc.property(screens, rolls, (screen, roll) => {
        const points = drawnPoints('Angry', screen, roll);
        const turned = studioPoints(points, screen).map(([x, y]) => turn(x, y));
        const aspect = screen.width / screen.height;
        expect(farthest(inLens(turned, aspect), mirror(normalized(points)))).toBeLessThan(1e-4);
        expect(farthest(inLens(turned, aspect, true), normalized(points))).toBeLessThan(1e-4);
      }),
    );
  });
});
