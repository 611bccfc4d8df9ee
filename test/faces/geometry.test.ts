import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FRAMING as LENS_FRAMING } from '../../lens/Assets/EmotionDetector/Framing.ts';
import { eyesOf, isFaceShape, mouthOf } from '../../ml/core/landmarks68.ts';
import { decodeDetections, detectorView, intersectionOverUnion, suppressOverlaps } from '../../ml/faces/detection.ts';
import type { Affine, TrackedFace } from '../../ml/faces/face.ts';
import { pointsInPicture, squareOfPoints } from '../../ml/faces/landmarks/square.ts';
import { OneEuroFilter } from '../../ml/faces/one-euro.ts';
import { flipped, samplePicture } from '../../ml/faces/picture.ts';
import { anchorOf, cropPlace, FRAMING, projectHead } from '../../ml/faces/placement.ts';
import { headPose, RIGID_POINTS } from '../../ml/faces/pose.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Turns by one angle after the other, each by its own matrix: to the side, up, clockwise. */
function turn([x, y, z]: readonly number[], yaw: number, pitch: number, roll: number): number[] {
  [x, z] = [x * Math.cos(yaw) + z * Math.sin(yaw), z * Math.cos(yaw) - x * Math.sin(yaw)];
  [y, z] = [y * Math.cos(pitch) + z * Math.sin(pitch), z * Math.cos(pitch) - y * Math.sin(pitch)];
  [x, y] = [x * Math.cos(roll) + y * Math.sin(roll), y * Math.cos(roll) - x * Math.sin(roll)];
  return [x, y, z];
}

/** A face seen from the front, its eyes 100 pixels apart at the height 200, its mouth 100 below. */
function frontalFace(): TrackedFace {
  const points = new Float32Array(136);
  const put = (first: number, last: number, x: number, y: number) => {
    for (let k = first; k <= last; k++) points.set([x, y], 2 * k);
  };
  put(0, 16, 300, 330);
  put(17, 26, 300, 170);
  put(27, 35, 300, 250);
  put(36, 41, 250, 200);
  put(42, 47, 350, 200);
  put(48, 67, 300, 300);
  return { index: 0, points, score: 1, pose: { x: 300, y: 240, scale: 100 / 6.3, yaw: 0, pitch: 0, roll: 0 } };
}

const apply = ([a, b, c, d, e, f]: Affine, x: number, y: number) => [a * x + c * y + e, b * x + d * y + f];

describe('detector', () => {
  test('a box is decoded as the network means it', () => {
    // 320 × 160 pixels of a picture of 640 × 320: 10 × 5 cells, each 64 pixels of the picture.
    const view = detectorView({ data: new Uint8Array(), width: 640, height: 320 }, 320);
    expect([view.width, view.height]).toEqual([320, 160]);
    const answer = new Float32Array(25 * 50).fill(-20);
    const place = 2 * 10 + 7;
    // The third anchor, in the middle of its cell, twice as wide as the anchor, the score 0.5.
    for (const [field, value] of [0, 0, Math.log(2), 0, 0].entries()) answer[(10 + field) * 50 + place] = value;
    const [{ box, score }, ...others] = decodeDetections(answer, view, 0.3);
    expect(others).toEqual([]);
    expect(score).toBeCloseTo(0.5, 6);
    expect(box.width).toBeCloseTo(2 * 2.882459 * 64, 4);
    expect(box.height).toBeCloseTo(3.518061 * 64, 4);
    expect(box.x + box.width / 2).toBeCloseTo(7.5 * 64, 4);
    expect(box.y + box.height / 2).toBeCloseTo(2.5 * 64, 4);
  });

  test('a picture whose sides do not fill cells is seen undistorted, with black beyond', () => {
    const { square, width, height } = detectorView({ data: new Uint8Array(), width: 640, height: 427 }, 320);
    expect([width, height]).toEqual([320, 224]);
    expect(square).toEqual([320, 0, 0, -224, 320, 224]);
  });

  const boxes = fc.array(
    fc.record({
      box: fc.record({ x: number(0, 100), y: number(0, 100), width: number(1, 60), height: number(1, 60) }),
      score: number(0, 1),
    }),
    { maxLength: 12 },
  );
  test('of boxes that share much the surest stays, and none goes that shares little', () => {
    fc.assert(
      fc.property(boxes, (all) => {
        const kept = suppressOverlaps(all);
        for (const [i, p] of kept.entries())
          for (const q of kept.slice(i + 1)) expect(intersectionOverUnion(p.box, q.box)).toBeLessThanOrEqual(0.4);
        for (const gone of all.filter((box) => !kept.includes(box)))
          expect(kept.some((box) => box.score >= gone.score && intersectionOverUnion(box.box, gone.box) > 0.4)).toBe(
            true,
          );
      }),
    );
  });

  test('two squares that share half of each have a third in common', () => {
    const square = { x: 0, y: 0, width: 2, height: 2 };
    expect(intersectionOverUnion(square, { ...square, x: 1 })).toBeCloseTo(1 / 3, 12);
    expect(intersectionOverUnion(square, { ...square, x: 2 })).toBe(0);
  });
});

describe('head pose', () => {
  test('is found again from projected points, at any angle', () => {
    fc.assert(
      fc.property(
        number(-1.3, 1.3),
        number(-1.2, 1.2),
        number(-3, 3),
        number(2, 40),
        number(-500, 500),
        (yaw, pitch, roll, scale, shift) => {
          const points = new Float32Array(136);
          for (const [index, point] of RIGID_POINTS) {
            const [x, y] = turn(point, yaw, pitch, roll);
            points.set([320 + shift + scale * x, 240 - shift - scale * y], 2 * index);
          }
          const pose = headPose(points);
          expect(pose.yaw).toBeCloseTo(yaw, 2);
          expect(pose.pitch).toBeCloseTo(pitch, 2);
          expect(pose.roll).toBeCloseTo(roll, 2);
          expect(pose.scale / scale).toBeCloseTo(1, 3);
          expect(pose.x).toBeCloseTo(320 + shift, 1);
          expect(pose.y).toBeCloseTo(240 - shift, 1);
        },
      ),
    );
  });

  test('a head turned to the right of the screen shows its nose there', () => {
    const face = { ...frontalFace(), pose: { x: 0, y: 0, scale: 10, yaw: 0.5, pitch: 0, roll: 0 } };
    expect(projectHead(face, 'HeadCenter', [0, 0, 7])[0]).toBeCloseTo(70 * Math.sin(0.5), 6);
    const up = { ...face, pose: { ...face.pose, yaw: 0, pitch: 0.5 } };
    expect(projectHead(up, 'HeadCenter', [0, 0, 7])[1]).toBeCloseTo(-70 * Math.sin(0.5), 6);
    const clockwise = { ...face, pose: { ...face.pose, yaw: 0, roll: 0.5 } };
    const [x, y] = projectHead(clockwise, 'HeadCenter', [0, 10, 0]);
    expect([x, y]).toEqual([expect.closeTo(100 * Math.sin(0.5), 6), expect.closeTo(-100 * Math.cos(0.5), 6)]);
  });

  test('places are the same whether by the pose or by turning them', () => {
    const vector = fc.tuple(number(-20, 20), number(-20, 20), number(-20, 20));
    fc.assert(
      fc.property(vector, number(-1.5, 1.5), number(-1.5, 1.5), number(-3, 3), (place, yaw, pitch, roll) => {
        const face = { ...frontalFace(), pose: { x: 5, y: 7, scale: 3, yaw, pitch, roll } };
        const [x, y] = turn(place, yaw, pitch, roll);
        const [atX, atY] = projectHead(face, 'HeadCenter', place);
        expect(atX).toBeCloseTo(5 + 3 * x, 6);
        expect(atY).toBeCloseTo(7 - 3 * y, 6);
      }),
    );
  });
});

test('the left eye is at the right of the screen, as x goes; unknown points are at the middle of the head', () => {
  const face = frontalFace();
  expect(anchorOf(face, 'LeftEyeballCenter')).toEqual([350, 200]);
  expect(anchorOf(face, 'RightEyeballCenter')).toEqual([250, 200]);
  expect(anchorOf(face, 'MouthCenter')).toEqual([300, 300]);
  expect(anchorOf(face, 'LeftCheek')[0]).toBeGreaterThan(300);
  expect(anchorOf(face, 'Forehead')[1]).toBeLessThan(200);
  expect(anchorOf(face, 'TriangleBarycentric')).toEqual([300, 240]);
});

describe('face crop', () => {
  test('frames faces as the shipped lens says that its model has seen them', () => {
    expect(LENS_FRAMING).toMatchObject(FRAMING);
  });

  const defaults = { scaleX: 0.6, scaleY: 0.6, mouthWeight: 0.1 };

  test("the lens's defaults show a face as the model has seen faces", () => {
    const face = frontalFace();
    // Move the mouth to where the framing has it: the distance from the eyes in eye distances.
    const mouth = 200 + (100 * (FRAMING.mouthLine - FRAMING.eyeLine)) / FRAMING.eyeDistance;
    for (let k = 48; k < 68; k++) face.points[2 * k + 1] = mouth;
    const place = cropPlace(face, defaults);
    const side = 2 * place[0];
    const partOf = (y: number) => (y - (place[5] - side / 2)) / side;
    expect(100 / side).toBeCloseTo(FRAMING.eyeDistance, 6);
    expect(partOf(200)).toBeCloseTo(FRAMING.eyeLine, 6);
    expect(partOf(mouth)).toBeCloseTo(FRAMING.mouthLine, 6);
    expect(place[4]).toBeCloseTo(300, 6);
  });

  test('its scale is of its sides, its weight moves it to the mouth', () => {
    const face = frontalFace();
    const [a, , , d] = cropPlace(face, defaults);
    expect(cropPlace(face, { ...defaults, scaleX: 1.2 })[0]).toBeCloseTo(2 * a, 6);
    expect(cropPlace(face, { ...defaults, scaleY: 0.3 })[3]).toBeCloseTo(d / 2, 6);
    expect(cropPlace(face, { ...defaults, mouthWeight: 1 }).slice(4)).toEqual([
      expect.closeTo(300, 4),
      expect.closeTo(300, 4),
    ]);
  });

  test('it turns and moves with the head', () => {
    const face = frontalFace();
    const upright = cropPlace(face, defaults);
    fc.assert(
      fc.property(number(-3, 3), number(0.3, 4), number(-200, 200), (roll, zoom, shift) => {
        const [cos, sin] = [zoom * Math.cos(roll), zoom * Math.sin(roll)];
        const moved = (x: number, y: number) => [cos * x - sin * y + shift, sin * x + cos * y - shift];
        const points = new Float32Array(136);
        for (let k = 0; k < 68; k++) points.set(moved(face.points[2 * k], face.points[2 * k + 1]), 2 * k);
        const place = cropPlace({ ...face, points, pose: { ...face.pose, roll } }, defaults);
        for (const [x, y] of [
          [-1, -1],
          [1, -1],
          [0, 1],
        ]) {
          const [expectedX, expectedY] = moved(...(apply(upright, x, y) as [number, number]));
          const [atX, atY] = apply(place, x, y);
          expect(atX).toBeCloseTo(expectedX, 1);
          expect(atY).toBeCloseTo(expectedY, 1);
        }
      }),
    );
  });

  test('a head turned to the side keeps the size of its crop', () => {
    const face = frontalFace();
    for (let k = 36; k < 48; k++) face.points[2 * k] = 300 + (face.points[2 * k] - 300) * Math.cos(0.7);
    const turned = cropPlace({ ...face, pose: { ...face.pose, yaw: 0.7 } }, defaults);
    expect(turned[0]).toBeCloseTo(cropPlace(frontalFace(), defaults)[0], 3);
  });
});

describe('landmarks', () => {
  test('the square around a face holds all its points, turned with the eyes', () => {
    fc.assert(
      fc.property(number(-3, 3), (angle) => {
        const points = frontalFace().points.slice();
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        for (let at = 0; at < 136; at += 2) {
          const [x, y] = [points[at] - 300, points[at + 1] - 250];
          points.set([cos * x - sin * y, sin * x + cos * y], at);
        }
        const square = squareOfPoints(points);
        expect(Math.cos(square.roll - angle)).toBeCloseTo(1, 4);
        // The points' box is 100 wide and 160 high: the side is 1.2 times the longer one.
        expect(square.half).toBeCloseTo(0.6 * 160, 2);
      }),
    );
  });

  test('the answer of the network comes back to where the square lies', () => {
    const answer = Float32Array.from({ length: 136 }, (_, i) => (i < 2 ? 0 : 0.5));
    const points = pointsInPicture(answer, { x: 50, y: 60, half: 10, roll: Math.PI / 2 });
    // A quarter turn clockwise takes the top left corner to the top right.
    expect([...points.subarray(0, 4)]).toEqual([60, 50, 50, 60].map((value) => expect.closeTo(value, 4)));
  });

  test('a face upside down within its own square, or without height, is none', () => {
    const { points } = frontalFace();
    expect(isFaceShape(points)).toBe(true);
    const flat = points.map((value, i) => (i % 2 ? 200 : value));
    expect(isFaceShape(flat)).toBe(false);
    const mouthAbove = points.slice();
    for (let k = 48; k < 68; k++) mouthAbove[2 * k + 1] = 100;
    expect(isFaceShape(mouthAbove)).toBe(false);
    expect(eyesOf(points)).toEqual([
      [250, 200],
      [350, 200],
    ]);
    expect(mouthOf(points)).toEqual([300, 300]);
  });
});

describe('sampling a picture', () => {
  /** Red rises to the right by 10 for each pixel, green downwards. */
  const ramp = (width: number, height: number) => {
    const data = new Uint8Array(width * height * 4);
    for (let i = 0; i < width * height; i++) data.set([10 * (i % width), 10 * Math.floor(i / width), 7, 255], 4 * i);
    return { data, width, height };
  };

  test('the whole picture at its own size is itself', () => {
    const picture = ramp(6, 4);
    const into = new Uint8Array(72);
    samplePicture(picture, { square: [3, 0, 0, -2, 3, 2], width: 6, height: 4 }, into);
    expect([...into]).toEqual([...picture.data].filter((_, i) => i % 4 !== 3));
  });

  test('half its size is the mean of four', () => {
    const into = new Float32Array(18);
    samplePicture(ramp(6, 4), { square: [3, 0, 0, -2, 3, 2], width: 3, height: 2 }, into);
    expect([...into].filter((_, i) => i % 3 === 0)).toEqual([5, 25, 45, 5, 25, 45]);
    expect([...into].filter((_, i) => i % 3 === 1)).toEqual([5, 5, 5, 25, 25, 25]);
  });

  test('turned over and beyond the border', () => {
    const into = new Float32Array(18);
    const view = { square: [3, 0, 0, -2, 3, 2] as Affine, width: 3, height: 2 };
    samplePicture(ramp(6, 4), { ...view, square: flipped(view.square, true, true) }, into);
    expect([...into].filter((_, i) => i % 3 === 0)).toEqual([45, 25, 5, 45, 25, 5]);
    expect([...into].filter((_, i) => i % 3 === 1)).toEqual([25, 25, 25, 5, 5, 5]);
    const beyond = { ...view, square: [3, 0, 0, -2, -30, 2] as Affine };
    samplePicture(ramp(6, 4), beyond, into, 'black');
    expect(Math.max(...into)).toBe(0);
    samplePicture(ramp(6, 4), beyond, into, 'edge');
    expect([into[0], into[1], into[2]]).toEqual([0, 5, 7]);
  });
});

describe('one euro filter', () => {
  const run = (values: readonly number[]) => {
    const filter = new OneEuroFilter();
    return values.map((value) => filter.filter(Float32Array.of(value), 100, 1 / 30)[0]);
  };

  test('quiets what is at rest', () => {
    const noise = Array.from({ length: 300 }, (_, i) => 50 + 0.5 * Math.sin(12.9898 * i * i));
    const spread = (values: number[]) => Math.hypot(...values.slice(30).map((value) => value - 50));
    expect(spread(run(noise))).toBeLessThan(0.5 * spread(noise));
  });

  test('hardly lags behind what moves', () => {
    // A face's width in a second, at thirty pictures a second: 3.3 a picture.
    const moving = Array.from({ length: 60 }, (_, i) => (100 * i) / 30);
    const shown = run(moving);
    expect(moving[59] - shown[59]).toBeLessThan(1);
  });
});
