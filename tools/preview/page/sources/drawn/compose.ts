/** Puts portraits before a backdrop: plain pixels, so that frames are the same in the browser and in Node. */
import type { Portrait } from './portrait.ts';
import { HEAD_X, HEAD_Y } from './portrait.ts';

/** Where the middle of a head is in a frame. */
export interface Place {
  readonly x: number;
  readonly y: number;
  /** Radians, clockwise. */
  readonly roll: number;
  /** Pixels of the frame for a pixel of the portrait. */
  readonly scale: number;
}

/** Colours of the backdrop in its middle and in its corners. */
const [LIGHT, DARK] = [
  [226, 232, 238],
  [176, 190, 206],
];

/** A plain wall, darker towards the corners. @returns red, green, blue, alpha, [height, width, 4]. */
export function paintBackdrop(width: number, height: number): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const away = Math.min(1, Math.hypot(x / width - 0.5, y / height - 0.42) / 0.7) ** 2;
      for (let channel = 0; channel < 3; channel++)
        pixels[4 * (y * width + x) + channel] = LIGHT[channel] + (DARK[channel] - LIGHT[channel]) * away;
    }
  return pixels;
}

/** Draws a portrait over a frame, bilinearly; below its last row the last row goes on, down to the frame's edge. */
export function drawPortrait(
  target: Uint8ClampedArray,
  width: number,
  height: number,
  { size, pixels }: Portrait,
  { x, y, roll, scale }: Place,
): void {
  const [cos, sin] = [Math.cos(roll) / scale, Math.sin(roll) / scale];
  const reach = Math.ceil(Math.hypot(size, size) * scale);
  const [left, right] = [Math.max(0, Math.floor(x) - reach), Math.min(width, Math.ceil(x) + reach)];
  const top = Math.max(0, Math.floor(y - 1.5 * HEAD_Y * scale));
  for (let row = top; row < height; row++) {
    let fromX = cos * (left + 0.5 - x) + sin * (row + 0.5 - y) + HEAD_X - 0.5;
    let fromY = cos * (row + 0.5 - y) - sin * (left + 0.5 - x) + HEAD_Y - 0.5;
    for (let column = left; column < right; column++, fromX += cos, fromY -= sin) {
      if (fromX < 0 || fromX >= size - 1 || fromY < 0) continue;
      const u = fromX | 0;
      const v = fromY >= size - 1 ? size - 2 : fromY | 0;
      const across = fromX - u;
      const down = fromY >= size - 1 ? 1 : fromY - v;
      const a = 4 * (v * size + u);
      const b = a + 4 * size;
      const wa = (1 - across) * (1 - down) * pixels[a + 3];
      const wb = across * (1 - down) * pixels[a + 7];
      const wc = (1 - across) * down * pixels[b + 3];
      const wd = across * down * pixels[b + 7];
      const alpha = wa + wb + wc + wd;
      if (alpha === 0) continue;
      const rest = 255 - alpha;
      const to = 4 * (row * width + column);
      target[to] =
        (wa * pixels[a] + wb * pixels[a + 4] + wc * pixels[b] + wd * pixels[b + 4] + rest * target[to]) / 255;
      target[to + 1] =
        (wa * pixels[a + 1] + wb * pixels[a + 5] + wc * pixels[b + 1] + wd * pixels[b + 5] + rest * target[to + 1]) /
        255;
      target[to + 2] =
        (wa * pixels[a + 2] + wb * pixels[a + 6] + wc * pixels[b + 2] + wd * pixels[b + 6] + rest * target[to + 2]) /
        255;
    }
  }
}
