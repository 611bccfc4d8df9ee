import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { contactSheet } from '../../ml/evaluate/contact-sheet.ts';

const tile = (value: number, caption?: string) => ({ pixels: new Uint8Array(48 * 48).fill(value), size: 48, caption });

describe('a contact sheet', () => {
  it('shows every tile, in rows, in its own grey', async () => {
    const greys = [0, 60, 120, 180, 240];
    const sheet = sharp(
      await contactSheet(
        greys.map((grey) => tile(grey)),
        { columns: 3, tileSize: 60 },
      ),
    );
    const { data, info } = await sheet.raw().toBuffer({ resolveWithObject: true });
    expect(info.width).toBeGreaterThan(3 * 60);
    expect(info.height).toBeGreaterThan(2 * 60);
    const cell = (info.width - 8) / 3;
    greys.forEach((grey, i) => {
      const x = Math.round(8 + (i % 3) * cell + 33);
      const y = Math.round(8 + Math.floor(i / 3) * cell + 33);
      expect(data[(y * info.width + x) * info.channels]).toBe(grey);
    });
  });

  it("draws points where they lie in a tile's own pixels, and none beyond the tile", async () => {
    const points = Float32Array.of(24, 12, 60, 24);
    const drawn = await contactSheet([tile(0), { ...tile(0), points }], { columns: 2, tileSize: 96 });
    const { data, info } = await sharp(drawn).raw().toBuffer({ resolveWithObject: true });
    const lit: [number, number][] = [];
    for (let y = 0; y < info.height; y++)
      for (let x = 0; x < info.width; x++) {
        const [red, green] = data.subarray((y * info.width + x) * info.channels);
        if (green > 150 && red < 100) lit.push([x, y]);
      }
    const middle = [0, 1].map((axis) => lit.reduce((sum, place) => sum + place[axis] + 0.5, 0) / lit.length);
    // The second tile begins behind a gap of 8, a whole cell of 96 + 2 × 3 + 8, and a frame of 3.
    expect(middle[0]).toBeCloseTo(8 + 110 + 3 + 48, 0);
    expect(middle[1]).toBeCloseTo(8 + 3 + 24, 0);
  });

  it('takes captions with every character', async () => {
    const plain = await sharp(await contactSheet([tile(9)], { columns: 1, tileSize: 60 })).metadata();
    const captioned = await sharp(
      await contactSheet([tile(9, `<"&'> → 97 %`)], { columns: 1, tileSize: 60, title: 'a < b' }),
    ).metadata();
    expect(captioned.height).toBeGreaterThan(plain.height);
  });

  it('needs a tile', async () => {
    await expect(contactSheet([], { columns: 3, tileSize: 60 })).rejects.toThrow(/at least one tile/);
  });
});
