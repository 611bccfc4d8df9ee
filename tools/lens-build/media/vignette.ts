import sharp from 'sharp';

/** Side in pixels; it is stretched over the screen, and smooth. */
const SIZE = 256;
/** Distance from the middle, in halves of the side, up to which nothing is to be seen. */
const CLEAR = 0.55;

/** Draws the picture that screen tints follow: white, transparent in the middle and opaque in the corners, as PNG. */
export async function drawVignette(): Promise<Uint8Array> {
  const pixels = Buffer.alloc(SIZE * SIZE * 4, 255);
  const middle = (SIZE - 1) / 2;
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const distance = Math.hypot(x - middle, y - middle) / (SIZE / 2);
      const edge = Math.min(1, Math.max(0, (distance - CLEAR) / (Math.SQRT2 - CLEAR)));
      pixels[4 * (y * SIZE + x) + 3] = Math.round(255 * edge * edge * (3 - 2 * edge));
    }
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 4 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
