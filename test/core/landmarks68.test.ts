import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LANDMARK_VALUES, mirrorLandmarks, normalizeLandmarks } from '../../ml/core/landmarks68.ts';

const normalized = (points: ArrayLike<number>): Float32Array => {
  const out = new Float32Array(LANDMARK_VALUES).fill(Number.NaN);
  normalizeLandmarks(Float32Array.from(points), out);
  return out;
};

const mirrored = (values: Float32Array): Float32Array => {
  const out = new Float32Array(LANDMARK_VALUES).fill(Number.NaN);
  mirrorLandmarks(values, out);
  return out;
};

/** Points whose eyes are apart: the left eye's somewhere left of 40, the right one's somewhere right of 60. */
const faces = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 136, maxLength: 136 }).map((values) =>
  values.map((value, i) => {
    const point = Math.floor(i / 2);
    if (i % 2 === 0 && point >= 36 && point <= 41) return 0.4 * value;
    return i % 2 === 0 && point >= 42 && point <= 47 ? 60 + 0.4 * value : value;
  }),
);

const closeTo = (a: Float32Array, b: Float32Array, tolerance: number) =>
  a.every((value, i) => Math.abs(value - b[i]) <= tolerance);

test('a face that was moved, turned or scaled has the same landmarks', () => {
  const place = fc.record({
    x: fc.double({ min: -500, max: 500, noNaN: true }),
    y: fc.double({ min: -500, max: 500, noNaN: true }),
    roll: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    scale: fc.double({ min: 0.1, max: 20, noNaN: true }),
  });
  fc.assert(
    fc.property(faces, place, (points, { x, y, roll, scale }) => {
      const [cos, sin] = [scale * Math.cos(roll), scale * Math.sin(roll)];
      const moved = points.map((value, i) =>
        i % 2 === 0 ? cos * value - sin * points[i + 1] + x : sin * points[i - 1] + cos * value + y,
      );
      expect(closeTo(normalized(points), normalized(moved), 1e-3)).toBe(true);
    }),
  );
});

test('the eyes lie at −0.5 and 0.5 on a level line, and y goes down', () => {
  fc.assert(
    fc.property(faces, (points) => {
      const values = normalized(points);
      if (values.some((value) => Math.abs(value) === 4)) return;
      const mean = (first: number, odd: number) => {
        const eye = values.subarray(2 * first, 2 * first + 12).filter((_, i) => i % 2 === odd);
        return eye.reduce((sum, value) => sum + value, 0) / 6;
      };
      for (const [first, x] of [
        [36, -0.5],
        [42, 0.5],
      ] as const) {
        expect(mean(first, 0)).toBeCloseTo(x, 5);
        expect(mean(first, 1)).toBeCloseTo(0, 5);
      }
    }),
  );
  const level = new Float32Array(136).fill(50);
  for (let point = 36; point < 48; point++) level[2 * point] = point < 42 ? 40 : 60;
  level[16] = 45;
  level[17] = 75;
  expect([...normalized(level).subarray(16, 18)]).toEqual([-0.25, 1.25]);
});

test('no coordinate is beyond four eye distances', () => {
  const far = new Float32Array(136);
  far[2 * 45] = 6;
  far[0] = -1e30;
  far[1] = 1e30;
  expect([...normalized(far).subarray(0, 2)]).toEqual([-4, 4]);
});

test('points that are no face become zeros', () => {
  const none = new Float32Array(LANDMARK_VALUES);
  expect(normalized(none)).toEqual(none);
  expect(normalized(new Float32Array(136).fill(7))).toEqual(none);
  const face = Float32Array.from({ length: 136 }, (_, i) => i);
  expect(normalized(face)).not.toEqual(none);
  for (const broken of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const place of [0, 73, 135]) {
      const points = face.slice();
      points[place] = broken;
      expect(normalized(points)).toEqual(none);
    }
  }
});

test('points may be normalised in place', () => {
  fc.assert(
    fc.property(faces, (values) => {
      const points = Float32Array.from(values);
      const expected = normalized(points);
      normalizeLandmarks(points, points);
      expect(points).toEqual(expected);
    }),
  );
});

test('mirroring twice changes nothing', () => {
  fc.assert(
    fc.property(faces, (points) => {
      const values = normalized(points);
      // Adding 0 makes 0 of −0.
      expect(mirrored(mirrored(values)).map((value) => value + 0)).toEqual(values.map((value) => value + 0));
    }),
  );
  const none = new Float32Array(LANDMARK_VALUES);
  expect(mirrored(none)).toEqual(none);
});

/** Pairs of 300-W counted from 1, as HRNet's facial landmark detection swaps them. */
const SWAPPED = [
  [1, 17],
  [2, 16],
  [3, 15],
  [4, 14],
  [5, 13],
  [6, 12],
  [7, 11],
  [8, 10],
  [18, 27],
  [19, 26],
  [20, 25],
  [21, 24],
  [22, 23],
  [32, 36],
  [33, 35],
  [37, 46],
  [38, 45],
  [39, 44],
  [40, 43],
  [41, 48],
  [42, 47],
  [49, 55],
  [50, 54],
  [51, 53],
  [59, 57],
  [60, 56],
  [61, 65],
  [62, 64],
  [66, 68],
];

test('points change places as 300-W pairs them', () => {
  const values = Float32Array.from({ length: 136 }, (_, i) => i + 1);
  const expected = values.map((value, i) => (i % 2 === 0 ? -value : value));
  for (const [a, b] of SWAPPED) {
    for (const axis of [0, 1]) {
      const [first, second] = [2 * (a - 1) + axis, 2 * (b - 1) + axis];
      [expected[first], expected[second]] = [expected[second], expected[first]];
    }
  }
  expect(mirrored(values)).toEqual(expected);
});

test('the landmarks of a mirrored picture are the mirrored landmarks', () => {
  fc.assert(
    fc.property(faces, fc.double({ min: 10, max: 500, noNaN: true }), (points, width) => {
      const table = Array.from({ length: 68 }, (_, point) => {
        const pair = SWAPPED.find((swapped) => swapped.includes(point + 1));
        return pair ? pair[0] + pair[1] - point - 2 : point;
      });
      const picture = table.flatMap((from) => [width - points[2 * from], points[2 * from + 1]]);
      expect(closeTo(normalized(picture), mirrored(normalized(points)), 1e-3)).toBe(true);
    }),
  );
});
