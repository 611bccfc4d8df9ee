import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { eyesOf } from '../../ml/core/landmarks68.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import type { TrackedFace } from '../../ml/faces/face.ts';
import { squareOfPoints } from '../../ml/faces/landmarks/square.ts';
import { type Picture, samplePicture } from '../../ml/faces/picture.ts';
import { FaceTracker, type VisionNetworks } from '../../ml/faces/tracker.ts';
import { loadNetworks, pictureOf, samplePhoto } from './networks.ts';

let networks: VisionNetworks;
let photo: Picture;
beforeAll(async () => {
  networks = await loadNetworks();
  photo = await samplePhoto(6, 1280);
});

const FRAME = 1000 / 30;
const SIZE = { width: 480, height: 360 };
const EMPTY: Picture = { ...SIZE, data: new Uint8Array(SIZE.width * SIZE.height * 4).fill(90) };

/** What a camera sees that looks at this place of the photo, turned, with so many of its pixels for half its height. */
function camera(x: number, y: number, halfHeight: number, roll = 0): Picture {
  const [up, across] = [halfHeight, (halfHeight * SIZE.width) / SIZE.height];
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
  const colors = new Uint8Array(SIZE.width * SIZE.height * 3);
  const square = [across * cos, across * sin, up * sin, -up * cos, x, y] as const;
  samplePicture(photo, { square, ...SIZE }, colors);
  const data = new Uint8Array(SIZE.width * SIZE.height * 4);
  for (let i = 0; i < SIZE.width * SIZE.height; i++) data.set(colors.subarray(3 * i, 3 * i + 3), 4 * i);
  return { ...SIZE, data };
}

/** Counts how often each network runs. */
function counted() {
  const runs = { detect: 0, landmarks: 0 };
  const counting: VisionNetworks = {
    detect: (...given) => {
      runs.detect++;
      return networks.detect(...given);
    },
    landmarks: (input) => {
      runs.landmarks++;
      return networks.landmarks(input);
    },
  };
  return { runs, tracker: new FaceTracker(counting) };
}

const middleOf = ({ points }: TrackedFace) => squareOfPoints(points);
const indicesOf = (faces: readonly TrackedFace[]) => faces.map((face) => face.index);

/** Between the faces of the two women at the right of the photo. */
const TWO = { x: 930, y: 290, half: 170 };
/** The woman second from the left. */
const ONE = { x: 520, y: 290, half: 150 };

describe('following', () => {
  test('a face keeps its index and its points while the camera moves and turns, without jumps', async () => {
    const { runs, tracker } = counted();
    let before: TrackedFace | null = null;
    for (let frame = 0; frame < 45; frame++) {
      const t = frame / 44;
      const [x, y, half, roll] = [
        ONE.x + 50 * Math.sin(6 * t),
        ONE.y + 20 * t,
        ONE.half * (1 - 0.3 * t),
        0.5 * Math.sin(5 * t),
      ];
      const faces = await tracker.track(camera(x, y, half, roll), { time: frame * FRAME, maxFaces: 1 });
      expect(indicesOf(faces)).toEqual([0]);
      const [face] = faces;
      if (before) {
        const [p, q] = [middleOf(before), middleOf(face)];
        expect(Math.hypot(p.x - q.x, p.y - q.y)).toBeLessThan(0.12 * q.half * 2);
        expect(Math.abs(q.half / p.half - 1)).toBeLessThan(0.08);
      }
      before = face;
    }
    // The camera's turn counterclockwise is the head's clockwise.
    expect(before!.pose.scale * 6.3).toBeGreaterThan(30);
    expect(runs.detect).toBeLessThanOrEqual(4);
    expect(runs.landmarks).toBeLessThanOrEqual(50);
  });

  test('what is shown lies where a look at the picture alone finds it', async () => {
    const tracker = new FaceTracker(networks);
    for (let frame = 0; frame < 20; frame++) {
      const picture = camera(ONE.x + 4 * frame, ONE.y, ONE.half);
      const [face] = await tracker.track(picture, { time: frame * FRAME, maxFaces: 1 });
      if (frame < 15) continue;
      const [alone] = await new FaceTracker(networks).track(picture, { time: 0, maxFaces: 1, still: true });
      const [[x, y], [alsoX, alsoY]] = [eyesOf(face.points)[0], eyesOf(alone.points)[0]];
      expect(Math.hypot(x - alsoX, y - alsoY)).toBeLessThan(0.05 * 2 * middleOf(alone).half);
    }
  });

  test('a head turned in the picture is measured so', async () => {
    const rollAt = async (roll: number) => {
      const picture = camera(ONE.x, ONE.y, ONE.half, roll);
      return (await new FaceTracker(networks).track(picture, { time: 0, maxFaces: 1, still: true }))[0].pose.roll;
    };
    expect((await rollAt(-0.25)) - (await rollAt(0.1))).toBeCloseTo(0.35, 1);
  });

  test('a face that goes is lost within a second, its index is free, and the next one gets it', async () => {
    const tracker = new FaceTracker(networks);
    const there = camera(ONE.x, ONE.y, ONE.half);
    let time = 0;
    const seen = async (picture: Picture) => {
      time += FRAME;
      return indicesOf(await tracker.track(picture, { time, maxFaces: 2 }));
    };
    for (let frame = 0; frame < 10; frame++) expect(await seen(there)).toEqual([0]);
    let lostAfter = 0;
    while ((await seen(EMPTY)).length > 0) lostAfter++;
    expect(lostAfter).toBeLessThan(30);
    for (let frame = 0; frame < 5; frame++) expect(await seen(EMPTY)).toEqual([]);
    let foundAfter = 0;
    while ((await seen(there)).length === 0) foundAfter++;
    expect(foundAfter).toBeLessThan(3);
  });

  test('of two faces the other keeps its index when one leaves, and one that comes back gets the free one', async () => {
    const tracker = new FaceTracker(networks);
    let time = 0;
    const seen = async (x: number) => {
      time += FRAME;
      return tracker.track(camera(x, TWO.y, TWO.half), { time, maxFaces: 2 });
    };
    const both = await seen(TWO.x);
    expect(indicesOf(both)).toEqual([0, 1]);
    const rightmost = both.reduce((p, q) => (middleOf(p).x > middleOf(q).x ? p : q)).index;
    // To the right until the left one is out of the picture, and back.
    for (let frame = 1; frame <= 30; frame++) await seen(TWO.x + 8 * frame);
    let faces: TrackedFace[] = [];
    for (let frame = 0; frame < 30; frame++) faces = await seen(TWO.x + 240);
    expect(indicesOf(faces)).toEqual([rightmost]);
    for (let frame = 1; frame <= 30; frame++) await seen(TWO.x + 240 - 8 * frame);
    for (let frame = 0; frame < 30; frame++) faces = await seen(TWO.x);
    expect(indicesOf(faces)).toEqual([0, 1]);
    expect(faces.reduce((p, q) => (middleOf(p).x > middleOf(q).x ? p : q)).index).toBe(rightmost);
  });

  test('no more faces than asked for; a picture of another size begins anew', async () => {
    const tracker = new FaceTracker(networks);
    expect(await tracker.track(camera(TWO.x, TWO.y, TWO.half), { time: 0, maxFaces: 1 })).toHaveLength(1);
    const other: Picture = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 4) };
    expect(await tracker.track(other, { time: 33, maxFaces: 1 })).toEqual([]);
  });
});

describe('still pictures', () => {
  test.each([
    [1, 3],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 4],
  ] as const)('sample photo %i: %i faces, as many people', async (number, people) => {
    const picture = await samplePhoto(number, 640);
    const faces = await new FaceTracker(networks).track(picture, { time: 0, maxFaces: 5, still: true });
    expect(indicesOf(faces)).toEqual([...Array(people).keys()]);
  });

  test('no face in a landscape of stripes', async () => {
    const data = new Uint8Array(320 * 240 * 4).map((_, i) => (Math.floor(i / 4 / 17) % 2 ? 200 : 40));
    const picture = { width: 320, height: 240, data };
    expect(await new FaceTracker(networks).track(picture, { time: 0, maxFaces: 5, still: true })).toEqual([]);
  });

  test('most drawn faces are found', async () => {
    const { pixels } = generateFaces({ count: 28, seed: 1 });
    let found = 0;
    for (let k = 0; k < 28; k++) {
      const raw = { width: 48, height: 48, channels: 1 as const };
      const face = sharp(pixels.subarray(48 * 48 * k, 48 * 48 * (k + 1)), { raw })
        .resize(240, 240)
        .toColourspace('srgb');
      const margins = { top: 60, bottom: 60, left: 120, right: 120, background: '#888' };
      const picture = await pictureOf(sharp(await face.png().toBuffer()).extend(margins));
      found += (await new FaceTracker(networks).track(picture, { time: 0, maxFaces: 1, still: true })).length;
    }
    expect(found).toBeGreaterThan(20);
  });
});
