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
