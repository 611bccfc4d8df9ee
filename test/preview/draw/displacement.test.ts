import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLiquify,
  addStretch,
  createGrid,
  type Grid,
  type Region,
  regionOf,
} from '../../../tools/preview/page/draw/displacement.ts';
import { resample } from '../../../tools/preview/page/draw/resample.ts';
import { faceAt, tracked } from './made-up.ts';

const WIDTH = 400;
const HEIGHT = 360;
const upright = tracked(faceAt(200, 180, 10));

/** The displacement at a place in the picture, as resampling takes it from the grid. */
function displacementAt({ region, dx, dy }: Grid, x: number, y: number): readonly [number, number] {
  const [u, v] = [(x - region.left) / region.cell, (y - region.top) / region.cell];
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const at = row * region.columns + column;
  const between = (values: Float32Array) => {
    const [right, down] = [u - column, v - row];
    const above = values[at] * (1 - right) + values[at + 1] * right;
    const below = values[at + region.columns] * (1 - right) + values[at + region.columns + 1] * right;
    return above * (1 - down) + below * down;
  };
  return [between(dx), between(dy)];
}

describe('region of a face', () => {
  it('holds the face and some centimetres around it', () => {
    const region = regionOf(upright, WIDTH, HEIGHT)!;
    for (let i = 0; i < 136; i += 2) {
      expect(upright.points[i]).toBeGreaterThan(region.left + 30);
      expect(upright.points[i]).toBeLessThan(region.left + region.width - 30);
    }
    expect((region.columns - 1) * region.cell).toBeGreaterThanOrEqual(region.width);
    expect((region.rows - 1) * region.cell).toBeGreaterThanOrEqual(region.height);
  });

  it('lies in the picture, wherever the face is, or there is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: -300, max: 700 }), fc.integer({ min: -300, max: 700 }), (x, y) => {
        const region = regionOf(tracked(faceAt(x, y, 10)), WIDTH, HEIGHT);
        if (!region) return;
        const { left, top, width, height } = region;
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(left + width).toBeLessThanOrEqual(WIDTH);
        expect(top + height).toBeLessThanOrEqual(HEIGHT);
      }),
    );
    expect(regionOf(tracked(faceAt(-200, 180, 10)), WIDTH, HEIGHT)).toBeNull();
  });
});

describe('stretch', () => {
  it('takes each landmark where it is to go, however the head is turned, and leaves the others', () => {
    const move = fc.tuple(fc.constantFrom(8, 19, 24, 48, 54), fc.double({ min: -0.6, max: 0.6, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 1, maxLength: 4 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (moves, roll) => {
          const face = tracked(faceAt(200, 180, 10, roll));
          const grid = createGrid(regionOf(face, WIDTH, HEIGHT)!);
          addStretch(
            grid,
            face,
            moves.map(([landmark, up]) => [landmark, 0, up] as const),
          );
          for (let i = 0; i < 68; i++) {
            const up = 10 * moves.reduce((sum, [landmark, by]) => sum + (landmark === i ? by : 0), 0);
            const [byX, byY] = [up * Math.sin(roll), -up * Math.cos(roll)];
            const [dx, dy] = displacementAt(grid, face.points[2 * i] + byX, face.points[2 * i + 1] + byY);
            expect(Math.hypot(dx - byX, dy - byY)).toBeLessThan(1.2);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('ends before the border of its region', () => {
    const grid = createGrid(regionOf(upright, WIDTH, HEIGHT)!);
    addStretch(grid, upright, [
      [8, 0, -1],
      [0, -1, 0],
      [19, 0, 1],
    ]);
    const { columns, rows } = grid.region;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        if (row > 0 && column > 0 && row < rows - 2 && column < columns - 2) continue;
        expect(Math.hypot(grid.dx[row * columns + column], grid.dy[row * columns + column])).toBeLessThan(1);
      }
  });

  it('does not care for landmarks that there are not', () => {
    const grid = createGrid(regionOf(upright, WIDTH, HEIGHT)!);
    addStretch(grid, upright, [[93, 1, 1]]);
    expect(Math.max(...grid.dx.map(Math.abs), ...grid.dy.map(Math.abs))).toBe(0);
  });
});

describe('liquify', () => {
  const region: Region = { left: 0, top: 0, width: 200, height: 200, cell: 4, columns: 51, rows: 51 };

  it('enlarges the middle by 1 + amount, and moves nothing beyond its radius', () => {
    for (const amount of [0.5, 1, -0.3]) {
      const grid = createGrid(region);
      addLiquify(grid, 100, 100, 60, amount);
      const [dx] = displacementAt(grid, 104, 100);
      // What is seen 4 px from the middle was 4 / (1 + amount) px from it.
      expect(Math.abs(4 - dx - 4 / (1 + amount))).toBeLessThan(0.05);
      expect(displacementAt(grid, 168, 100)).toEqual([0, 0]);
    }
  });

  it('keeps the order of what lies along a line, however hard it pinches', () => {
    for (const amount of [3, 0.5, -0.3, -0.6, -5]) {
      const grid = createGrid(region);
      addLiquify(grid, 100, 100, 80, amount);
      let before = -Infinity;
      for (let x = 10; x < 190; x += 4) {
        const from = x - displacementAt(grid, x, 100)[0];
        expect(from).toBeGreaterThan(before);
        before = from;
      }
    }
  });
});

describe('resampling', () => {
  const region: Region = { left: 0, top: 0, width: 16, height: 12, cell: 4, columns: 5, rows: 4 };
  const pixels = Uint32Array.from({ length: 192 }, (_, i) => (0xff000000 | (i * 263)) >>> 0);

  it('moves whole pixels as they are, and goes on with the outermost ones', () => {
    const grid = createGrid(region);
    grid.dx.fill(3);
    grid.dy.fill(-2);
    const target = pixels.slice();
    resample(pixels, target, grid);
    for (let y = 0; y < 12; y++)
      for (let x = 0; x < 16; x++)
        expect(target[16 * y + x]).toBe(pixels[16 * Math.min(11, y + 2) + Math.max(0, x - 3)]);
  });

  it('mixes the colours between pixels, each channel by itself', () => {
    const grid = createGrid(region);
    grid.dx.fill(0.25);
    const target = pixels.slice();
    resample(pixels, target, grid);
    const channels = (pixel: number) => [pixel & 255, (pixel >>> 8) & 255, (pixel >>> 16) & 255, pixel >>> 24];
    const [left, right, mixed] = [pixels[20], pixels[21], target[21]].map(channels);
    for (let c = 0; c < 4; c++)
      expect(Math.abs(mixed[c] - (0.25 * left[c] + 0.75 * right[c]))).toBeLessThanOrEqual(0.5);
  });

  it('leaves the picture as it was where nothing moves', () => {
    const target = pixels.slice();
    resample(pixels, target, createGrid(region));
    expect(target).toEqual(pixels);
  });
});
