import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../../ml/core/progress.ts';
import { readPosed } from '../../ml/faces/posed.ts';

const HEADER = 'file,expression,subject,session,centre_x,centre_y,half_side,roll_degrees';
const SIDE = 64;
/** A grey ramp to the right and down, so that every pixel tells its place. */
const RAMP = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => 2 * (i % SIDE) + Math.floor(i / SIDE));

let root: string;
let folder: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'posed-'));
  folder = join(root, 'set');
  mkdirSync(join(folder, 'happy'), { recursive: true });
  const picture = (pixels: Uint8Array) => sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } }).png();
  await picture(RAMP).toFile(join(folder, 'happy', 'a.png'));
  await picture(RAMP).toFile(join(root, 'outside.png'));
  writeFileSync(join(folder, 'happy', 'broken.png'), 'not a picture');
});
afterAll(() => rmSync(root, { recursive: true }));

function read(size: number, ...rows: string[]) {
  writeFileSync(join(folder, 'faces.csv'), [HEADER, ...rows, ''].join('\n'));
  return readPosed(folder, size, silent);
}

describe('posed photographs', () => {
  it('are the very pixels where the square is the picture and the size is its own', async () => {
    const faces = await read(SIDE, 'happy/a.png,happy,F01,A,32,32,32,0');
    expect(faces.pixels).toEqual(RAMP);
    expect([...faces.labels]).toEqual([3]);
    expect([faces.subjects, faces.sessions]).toEqual([['F01'], ['A']]);
  });

  it('are cropped without losing detail to a smaller size first', async () => {
    const { pixels } = await read(32, 'happy/a.png,Happiness,F01,A,32,24,16,0');
    for (let row = 0; row < 32; row++)
      for (let column = 0; column < 32; column++)
        expect(pixels[row * 32 + column]).toBe(RAMP[(row + 8) * SIDE + column + 16]);
  });

  it('are turned upright: a square turned clockwise by a quarter shows the picture turned back', async () => {
    const { pixels } = await read(SIDE, 'happy/a.png,happy,F01,A,32,32,32,90');
    const turned = Uint8Array.from(RAMP, (_, i) => RAMP[(i % SIDE) * SIDE + (SIDE - 1 - Math.floor(i / SIDE))]);
    expect(pixels).toEqual(turned);
  });

  it.each([
    ['happy/a.png,happy,F01,A,32,32', /line 2: found 6 columns, expected 8/],
    ['happy/a.png,joyful,F01,A,32,32,32,0', /line 2: unknown expression "joyful"/],
    ['happy/a.png,constructor,F01,A,32,32,32,0', /line 2: unknown expression "constructor"/],
    ['happy/a.png,happy,F01,A,32,wide,32,0', /line 2: centre_y is "wide"/],
    ['happy/a.png,happy,F01,A,32,32,3,0', /line 2: half_side is "3"/],
    ['happy/b.png,happy,F01,A,32,32,32,0', /line 2: there is no picture happy\/b\.png/],
    ['../outside.png,happy,F01,A,32,32,32,0', /line 2: \.\.\/outside\.png lies outside/],
    ['happy/broken.png,happy,F01,A,32,32,32,0', /line 2: cannot read .*broken\.png/],
    ['happy/a.png,happy,F01,A,132,32,32,0', /line 2: 100 % of the square lies outside .*64 × 64 pixels/],
    ['happy/a.png,happy,F01,A,32,32,128,0', /line 2: 94 % of the square lies outside/],
  ])('%s: says what is wrong with it', async (row, message) => {
    await expect(read(32, row)).rejects.toThrow(message);
  });

  it('need the header, and at least one face', async () => {
    await expect(read(32)).rejects.toThrow(/faces\.csv has no faces/);
    writeFileSync(join(folder, 'faces.csv'), 'file,label\n');
    await expect(readPosed(folder, 32, silent)).rejects.toThrow(
      /line 1: found "file,label"; expected the columns file,/,
    );
  });
});
