import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawSheet } from '../../tools/lens-build/media/sprites/draw.ts';
import { SHEETS, type SheetName, type SpriteSheet } from '../../tools/lens-build/media/sprites/sheets.ts';

/** Sheets that scripts tint: white and greys. */
const GREY: readonly SheetName[] = ['Sparkle', 'Confetti', 'Rain', 'Steam', 'Bubble', 'Petal', 'Star'];

const committed = (name: SheetName) =>
  readFile(new URL(`../../tools/lens-build/media/sprites/${name}.png`, import.meta.url));

/** The RGBA pixels of each frame, by the columns and rows that the shader gets too. */
async function framesOf(png: Uint8Array, { columns, rows, cell }: SpriteSheet): Promise<Uint8Array[]> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: columns * cell, height: rows * cell, channels: 4 });
  return Array.from({ length: columns * rows }, (_, i) => {
    const frame = new Uint8Array(4 * cell * cell);
    for (let y = 0; y < cell; y++) {
      const from = 4 * ((Math.floor(i / columns) * cell + y) * info.width + (i % columns) * cell);
      frame.set(data.subarray(from, from + 4 * cell), 4 * cell * y);
    }
    return frame;
  });
}

/** How far two frames differ where they are laid on black: mean over pixels, colours and opacity, in grey levels. */
function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 4) {
    sum += Math.abs(a[at + 3] - b[at + 3]);
    for (let channel = at; channel < at + 3; channel++)
      sum += Math.abs(a[channel] * a[at + 3] - b[channel] * b[at + 3]) / 255;
  }
  return sum / a.length;
}

/** The highest opacity within two pixels of a frame's border, and that of the whole frame. */
function opacities(frame: Uint8Array, cell: number): [border: number, all: number] {
  let [border, all] = [0, 0];
  for (let i = 0; i < cell * cell; i++) {
    const [x, y, alpha] = [i % cell, Math.floor(i / cell), frame[4 * i + 3]];
    if (Math.min(x, y, cell - 1 - x, cell - 1 - y) < 2) border = Math.max(border, alpha);
    all = Math.max(all, alpha);
  }
  return [border, all];
}

/**
 * The mean error, in grey levels of the picture, of a texture filter halfway between two neighbours of which one is
 * transparent: it mixes colours and opacities by themselves, though only the opaque pixel's colour should be seen.
 */
function fringe(frame: Uint8Array, cell: number): number {
  let [sum, count] = [0, 0];
  for (let seen = 0; seen < frame.length; seen += 4)
    for (const hidden of [seen - 4, seen + 4, seen - 4 * cell, seen + 4 * cell]) {
      if (frame[seen + 3] === 0 || frame[hidden + 3] !== 0) continue;
      for (let channel = 0; channel < 3; channel++)
        sum += ((Math.abs(frame[seen + channel] - frame[hidden + channel]) / 2) * frame[seen + 3]) / 255 / 2;
      count += 3;
    }
  return count && sum / count;
}

describe('the sprite sheets', () => {
  it('take up little room together', async () => {
    const sizes = await Promise.all(SHEETS.map(async ({ name }) => (await committed(name)).length));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1.2e6);
  });

  it('are the same bytes each time they are drawn', async () => {
    const sheet = SHEETS.find(({ name }) => name === 'Lightning')!;
    expect(Buffer.from(await drawSheet(sheet)).equals(await drawSheet(sheet))).toBe(true);
  });

  it.each([
    'Heart',
    'Star',
    'StormCloud',
  ] as const)('would show a fringe if %s were black under what is transparent', async (name) => {
    const sheet = SHEETS.find((one) => one.name === name)!;
    for (const frame of await framesOf(await committed(name), sheet)) {
      for (let at = 0; at < frame.length; at += 4) if (frame[at + 3] === 0) frame.fill(0, at, at + 3);
      expect(fringe(frame, sheet.cell)).toBeGreaterThan(2 * FRINGE);
    }
  });
});

/** Grey levels that are not seen. */
const FRINGE = 0.5;

describe.each(SHEETS)('the sheet $name', (sheet) => {
  let frames: Uint8Array[];
  beforeAll(async () => {
    frames = await framesOf(await committed(sheet.name), sheet);
  });

  it('has sides that are powers of two and at most 512', () => {
    for (const side of [sheet.columns * sheet.cell, sheet.rows * sheet.cell]) {
      expect(side & (side - 1)).toBe(0);
      expect(side).toBeLessThanOrEqual(512);
    }
    expect(frames).toHaveLength(sheet.frames);
  });

  it('leaves two pixels free around each frame, and shows something in it', () => {
    for (const frame of frames) {
      const [border, all] = opacities(frame, sheet.cell);
      expect(border).toBe(0);
      expect(all).toBeGreaterThan(0);
    }
  });

  it('has no fringe: colours go on under the transparent pixels around the art', () => {
    for (const frame of frames) expect(fringe(frame, sheet.cell)).toBeLessThan(FRINGE);
  });

  it('moves from frame to frame, and leads back to the first if it is a loop', () => {
    const steps = frames.slice(1).map((frame, i) => difference(frames[i], frame));
    expect(Math.min(...steps)).toBeGreaterThan(0.02);
    if (sheet.loops) {
      const back = difference(frames.at(-1)!, frames[0]);
      expect(back).toBeGreaterThan(0);
      expect(back).toBeLessThanOrEqual(1.5 * Math.max(...steps));
    }
  });

  it(`is ${GREY.includes(sheet.name) ? 'grey, so that a tint colours it' : 'coloured'}`, () => {
    let colourful = 0;
    for (const frame of frames)
      for (let at = 0; at < frame.length; at += 4) {
        const [red, green, blue] = [frame[at], frame[at + 1], frame[at + 2]];
        colourful = Math.max(colourful, Math.abs(red - green), Math.abs(green - blue));
      }
    if (GREY.includes(sheet.name)) expect(colourful).toBe(0);
    else expect(colourful).toBeGreaterThan(60);
  });

  it('is what the code draws', async () => {
    const drawn = await framesOf(await drawSheet(sheet), sheet);
    // Other machines may round otherwise in blurs and gradients.
    for (const [i, frame] of drawn.entries()) expect(difference(frame, frames[i])).toBeLessThan(0.5);
  });
});
