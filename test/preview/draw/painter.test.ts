import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../ml/core/random.ts';
import { findBrowser } from '../../../tools/preview/browser.ts';
import type { Visual } from '../../../tools/simulator/lens.ts';
import { faceAt, onHead, pixelsOf, placeAt, plain, textAt } from './made-up.ts';
import { openStage, type Pixel, type Scene } from './stage.ts';

const browser = findBrowser();
const GREY: Pixel = [100, 100, 100, 255];
const BLOCK = '\u2588';

/** Canvases keep colours times alpha in 8 bits, so mixtures may be off by two. */
const close = (pixel: readonly number[], expected: readonly number[], most = 2) => {
  for (const [i, value] of expected.entries()) expect(Math.abs(pixel[i] - value)).toBeLessThanOrEqual(most);
};

describe.skipIf(!browser)('painter', () => {
  let stage: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    stage = await openStage(browser!);
  });
  afterAll(() => stage.close());

  const paint = (visuals: Visual[], more: Partial<Scene> = {}) =>
    stage.paint({ width: 200, height: 160, picture: GREY, visuals, ...more });

  it('shows the picture where there is nothing else', async () => {
    const picture = pixelsOf(20, 10, (x, y) => [12 * x, 20 * y, x + y]);
    const painted = await paint([], { width: 20, height: 10, picture });
    expect([...painted.pixels]).toEqual([...picture]);
  });

  it('fills the place of a block letter, and nothing else', async () => {
    const painted = await paint([textAt(BLOCK, placeAt(80, 60, 40, 20), { fill: plain(1, 0.4, 0, 1) })]);
    expect(painted.bounds(GREY)).toEqual([60, 50, 100, 70]);
    expect(painted.at(60, 50)).toEqual([255, 102, 0]);
    expect(painted.at(99, 69)).toEqual([255, 102, 0]);
  });

  it('mixes by alpha, and draws the higher order of the list over the lower', async () => {
    const half = textAt(BLOCK, placeAt(80, 60, 40, 20), { fill: plain(1, 0, 0, 0.5) });
    const over = textAt(BLOCK, placeAt(90, 60, 20, 20), { fill: plain(0, 0, 1, 1), order: 1 });
    const painted = await paint([half, over]);
    close(painted.at(65, 60), [178, 50, 50]);
    expect(painted.at(95, 60)).toEqual([0, 0, 255]);
  });

  it('turns a panel with its place', async () => {
    const turned = textAt(BLOCK, { on: 'screen', square: [0, 20, 10, 0, 100, 80] }, { fill: plain(1, 1, 1, 1) });
    expect((await paint([turned])).bounds(GREY)).toEqual([90, 60, 110, 100]);
  });

  it('tints the whole screen with the background of an oversized letter that cannot be seen', async () => {
    const margins = { left: 100, right: 100, bottom: 100, top: 100 };
    const tint = textAt('M', placeAt(100, 80, 800, 640), {
      fill: plain(0, 0, 0, 0),
      background: { ...plain(0.2, 0.8, 0.4, 0.3), cornerRadius: 0, margins },
    });
    const painted = await paint([tint]);
    for (const [x, y] of [
      [0, 0],
      [199, 0],
      [0, 159],
      [199, 159],
      [100, 80],
    ])
      close(
        painted.at(x, y),
        [0.2, 0.8, 0.4].map((value) => 0.7 * 100 + 0.3 * 255 * value),
      );
  });

  it('tints with a texture stretched over the screen: its colours times the tint, where it is opaque', async () => {
    const pixels = pixelsOf(2, 1, () => [255, 128, 255]);
    pixels[3] = 0;
    const texture = { source: { kind: 'picture', id: 'vignette' }, zone: 'screen' } as const;
    const tint = textAt('M', placeAt(100, 80, 800, 640), {
      fill: plain(0, 0, 0, 0),
      background: {
        color: [1, 0.5, 0, 0.6],
        texture,
        cornerRadius: 0,
        margins: { left: 0, right: 0, top: 0, bottom: 0 },
      },
    });
    const painted = await paint([tint], { textures: { vignette: { width: 2, height: 1, pixels } } });
    expect(painted.at(0, 80)).toEqual([100, 100, 100]);
    close(painted.at(199, 80), [0.4 * 100 + 0.6 * 255, 0.4 * 100 + 0.6 * 64, 0.4 * 100]);
    expect((await paint([tint])).bounds(GREY, 0)).toEqual([Infinity, Infinity, 0, 0]);
  });

  it('shows a face crop in its place', async () => {
    const texture = {
      source: { kind: 'faceCrop', faceIndex: 0, scaleX: 1, scaleY: 1, mouthWeight: 0 },
      zone: 'place',
    } as const;
    const painted = await paint([textAt(BLOCK, placeAt(80, 60, 40, 40), { fill: { color: [1, 1, 1, 1], texture } })]);
    expect(painted.bounds(GREY)).toEqual([60, 40, 100, 80]);
    expect(painted.at(61, 60)).toEqual([255, 0, 0]);
    expect(painted.at(98, 60)).toEqual([0, 0, 255]);
  });

  it('fits an emoji into its place, in the middle of it', async () => {
    for (const [width, height] of [
      [100, 60],
      [40, 100],
    ]) {
      const [left, top, right, bottom] = (await paint([textAt('⭐', placeAt(100, 80, width, height))])).bounds(GREY);
      const side = Math.min(width, height);
      expect(Math.abs((left + right) / 2 - 100)).toBeLessThanOrEqual(1.5);
      expect(Math.abs((top + bottom) / 2 - 80)).toBeLessThanOrEqual(1.5);
      expect(Math.max(right - left, bottom - top)).toBeLessThanOrEqual(side + 2);
      expect(Math.max(right - left, bottom - top)).toBeGreaterThanOrEqual(0.85 * side);
    }
  });

  it('fades emoji by the alpha of their letters', async () => {
    const emoji = (alpha: number) => paint([textAt('🟢', placeAt(100, 80, 100, 100), { fill: plain(1, 1, 1, alpha) })]);
    const [whole, half] = [(await emoji(1)).at(100, 80), (await emoji(0.5)).at(100, 80)];
    close(
      half,
      whole.map((value) => (value + 100) / 2),
    );
    expect((await emoji(0)).bounds(GREY, 0)).toEqual([Infinity, Infinity, 0, 0]);
  });

  it('fits lines of text into their place, aligned', async () => {
    const ink = (painted: Awaited<ReturnType<typeof paint>>) => {
      let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
      for (let y = 0; y < 160; y++)
        for (let x = 0; x < 200; x++)
          if (Math.min(...painted.at(x, y)) > 220) {
            [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
            [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
          }
      return [left, top, right, bottom];
    };
    const place = placeAt(100, 80, 160, 60);
    const bounds = await Promise.all(
      ([-1, 0, 1] as const).map(async (horizontal) => ink(await paint([textAt('HI\nHO', place, { horizontal })]))),
    );
    for (const [left, top, right, bottom] of bounds) {
      expect(left).toBeGreaterThanOrEqual(20);
      expect(right).toBeLessThanOrEqual(180);
      expect(top).toBeGreaterThanOrEqual(50);
      expect(bottom).toBeLessThanOrEqual(110);
      expect(bottom - top).toBeGreaterThan(38);
    }
    expect(bounds[0][0]).toBeLessThan(26);
    expect(bounds[2][2]).toBeGreaterThan(174);
    expect(Math.abs(bounds[1][0] + bounds[1][2] - 200)).toBeLessThan(5);
  });

  it('puts what is on a head around its point, turned with the head, and leaves out heads that are not there', async () => {
    const place = onHead('HeadCenter', 5, 3, 1);
    const panel = textAt(BLOCK, place, { fill: plain(1, 0, 0, 1) });
    const upright = await paint([panel], { faces: [faceAt(100, 80, 8)] });
    expect(upright.bounds(GREY)).toEqual([132, 48, 148, 64]);
    const lying = await paint([panel], { faces: [faceAt(100, 80, 8, Math.PI / 2)] });
    expect(lying.bounds(GREY)).toEqual([116, 112, 132, 128]);
    expect((await paint([panel])).bounds(GREY, 0)).toEqual([Infinity, Infinity, 0, 0]);
  });
});

describe.skipIf(!browser)('painter of faces', () => {
  let stage: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    stage = await openStage(browser!);
  });
  afterAll(() => stage.close());

  const SIZE = { width: 320, height: 320 };
  const face = faceAt(160, 160, 10);
  /** A black dot on white, of this radius. */
  const dot = (x: number, y: number, radius: number) =>
    pixelsOf(SIZE.width, SIZE.height, (px, py) => {
      const value = Math.hypot(px + 0.5 - x, py + 0.5 - y) < radius ? 0 : 255;
      return [value, value, value];
    });
  const WHITE: Pixel = [255, 255, 255, 255];
  /** A picture whose red and green tell where each pixel was. */
  const FIRST = 40;
  const map = pixelsOf(SIZE.width, SIZE.height, (x, y) =>
    [x - FIRST, y - FIRST, 0].map((value) => Math.min(255, Math.max(0, value))),
  );
  /** Expects what was at a place at another one, within a pixel. */
  const expectMoved = (painted: Awaited<ReturnType<typeof paint>>, from: readonly number[], to: readonly number[]) => {
    const [x, y] = painted.at(Math.round(to[0]), Math.round(to[1]));
    expect(Math.abs(x + FIRST - from[0])).toBeLessThanOrEqual(1);
    expect(Math.abs(y + FIRST - from[1])).toBeLessThanOrEqual(1);
  };
  const paint = (picture: Scene['picture'], visuals: Visual[], faces = [face]) =>
    stage.paint({ ...SIZE, picture, visuals, faces });
  const stretch = (moves: [number, number, number][]): Visual => ({
    kind: 'faceStretch',
    order: 1,
    faceIndex: 0,
    moves,
  });

  it('moves what is at a landmark by as many centimetres as asked', async () => {
    for (const [landmark, dx, dy] of [
      [8, 0.5, -1],
      [17, 0, 0.8],
      [48, -0.3, 0.4],
    ]) {
      const [x, y] = [face.points[2 * landmark], face.points[2 * landmark + 1]];
      const painted = await paint(map, [stretch([[landmark, dx, dy]])]);
      expectMoved(painted, [x, y], [x + 10 * dx, y - 10 * dy]);
      const [still, alsoStill] = [33, 36].map((i) => [face.points[2 * i], face.points[2 * i + 1]]);
      expectMoved(painted, still, still);
      expectMoved(painted, alsoStill, alsoStill);
    }
  });

  it('moves along the head, and adds up several moves', async () => {
    const turned = faceAt(160, 160, 10, Math.PI / 2);
    const [x, y] = [turned.points[16], turned.points[17]];
    const moves = [stretch([[8, 0, 0.4]]), stretch([[8, 0.2, 0.4]])];
    expectMoved(await paint(map, moves, [turned]), [x, y], [x + 8, y + 2]);
  });

  it('leaves everything but the face as it was, and other faces too', async () => {
    const random = new Random(1);
    const picture = pixelsOf(SIZE.width, SIZE.height, () => [random.integer(256), random.integer(256), 7]);
    const small = faceAt(100, 100, 5);
    const visuals: Visual[] = [
      stretch([
        [8, 0, -1],
        [17, 0, 1],
      ]),
      { kind: 'liquify', order: 1, faceIndex: 0, point: 'MouthCenter', radius: 3, amount: 0.5 },
      { kind: 'retouch', order: 1, faceIndex: 0, softness: 1 },
    ];
    const painted = await paint(picture, visuals, [small]);
    const changed = Array.from(painted.pixels.keys(), (i) => Math.floor(i / 4)).filter(
      (_, i) => painted.pixels[i] !== picture[i],
    );
    expect(changed.length).toBeGreaterThan(1000);
    // 7 cm to the ears or 9 cm to the chin, and 6 cm around them at most.
    for (const i of changed) {
      expect(Math.abs((i % SIZE.width) - 100)).toBeLessThan(5 * 13);
      expect(Math.abs(Math.floor(i / SIZE.width) - 95)).toBeLessThan(5 * 15);
    }
    const others = await paint(picture, visuals, [{ ...small, index: 1 }]);
    expect(Buffer.compare(others.pixels, picture)).toBe(0);
  });

  it('enlarges what a bulge is around, and makes smaller what a pinch is around', async () => {
    const liquify = (amount: number): Visual => ({
      kind: 'liquify',
      order: 1,
      faceIndex: 0,
      point: 'HeadCenter',
      radius: 4,
      amount,
    });
    const width = async (amount: number) => {
      const [left, top, right, bottom] = (await paint(dot(160, 160, 8), [liquify(amount)])).bounds(WHITE, 128);
      expect(Math.abs(left + right - 320)).toBeLessThanOrEqual(2);
      expect(Math.abs(top + bottom - 320)).toBeLessThanOrEqual(2);
      return right - left;
    };
    expect(await width(0)).toBe(16);
    // Nearly 1.5 times in the very middle, less towards the edge.
    expect(await width(0.5)).toBeGreaterThan(20);
    expect(await width(0.5)).toBeLessThanOrEqual(24);
    expect(await width(-0.3)).toBeLessThan(14);
  });

  it('softens skin, and leaves eyes and mouth sharp', async () => {
    const random = new Random(3);
    const picture = pixelsOf(SIZE.width, SIZE.height, () => {
      const noise = random.integer(17) - 8;
      return [190 + noise, 150 + noise, 120 + noise];
    });
    const painted = await paint(picture, [{ kind: 'retouch', order: 1, faceIndex: 0, softness: 1 }]);
    const spread = (pixels: Uint8Array, x: number, y: number) => {
      const values: number[] = [];
      for (let row = y - 6; row < y + 6; row++)
        for (let column = x - 6; column < x + 6; column++) values.push(pixels[4 * (row * SIZE.width + column)]);
      const mean = values.reduce((a, b) => a + b) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    expect(spread(painted.pixels, 115, 185)).toBeLessThan(0.4 * spread(picture, 115, 185));
    for (const [x, y] of [
      [128, 134],
      [160, 200],
    ])
      expect(spread(painted.pixels, x, y)).toBeGreaterThan(0.95 * spread(picture, x, y));
  });
});
