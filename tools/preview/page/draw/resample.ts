import type { Grid } from './displacement.ts';

/** Pixels: what moves less is left as it is. */
const LEAST = 0.05;

/**
 * Moves the pixels of a region as its grid says; where they come from between pixels, four are mixed.
 * @param source red, green, blue, alpha of the region, one number each pixel, [height, width]; beyond its edges the
 * outermost pixels go on.
 * @param target the same pixels; those that move are overwritten.
 */
export function resample(source: Uint32Array, target: Uint32Array, { region, dx, dy }: Grid): void {
  const { width, height, cell, columns, rows } = region;
  for (let row = 0; row < rows - 1; row++) {
    const top = row * cell;
    const bottom = Math.min(height, top + cell);
    for (let column = 0; column < columns - 1; column++) {
      const at = row * columns + column;
      if (isStill(dx, at, columns) && isStill(dy, at, columns)) continue;
      const left = column * cell;
      const right = Math.min(width, left + cell);
      for (let y = top; y < bottom; y++) {
        const down = (y - top) / cell;
        let moveX = dx[at] + (dx[at + columns] - dx[at]) * down;
        let moveY = dy[at] + (dy[at + columns] - dy[at]) * down;
        const stepX = (dx[at + 1] + (dx[at + columns + 1] - dx[at + 1]) * down - moveX) / cell;
        const stepY = (dy[at + 1] + (dy[at + columns + 1] - dy[at + 1]) * down - moveY) / cell;
        for (let x = left; x < right; x++) {
          target[y * width + x] = mix(source, width, height, x - moveX, y - moveY);
          moveX += stepX;
          moveY += stepY;
        }
      }
    }
  }
}

function isStill(moves: Float32Array, at: number, columns: number): boolean {
  return (
    Math.abs(moves[at]) < LEAST &&
    Math.abs(moves[at + 1]) < LEAST &&
    Math.abs(moves[at + columns]) < LEAST &&
    Math.abs(moves[at + columns + 1]) < LEAST
  );
}

/** The colour between four pixels, opaque. @param pixels [height, width]. */
function mix(pixels: Uint32Array, width: number, height: number, x: number, y: number): number {
  const insideX = x < 0 ? 0 : x > width - 1 ? width - 1 : x;
  const insideY = y < 0 ? 0 : y > height - 1 ? height - 1 : y;
  const column = insideX >= width - 1 ? width - 2 : insideX | 0;
  const row = insideY >= height - 1 ? height - 2 : insideY | 0;
  const right = ((insideX - column) * 128 + 0.5) | 0;
  const down = ((insideY - row) * 128 + 0.5) | 0;
  const at = row * width + column;
  const top = fade(pixels[at], pixels[at + 1], right);
  const bottom = fade(pixels[at + width], pixels[at + width + 1], right);
  return (fade(top, bottom, down) | 0xff000000) >>> 0;
}

/** From one colour (share 0) to another (128): two channels in one multiplication, which 32 bits have room for. */
function fade(from: number, to: number, share: number): number {
  const rest = 128 - share;
  const outer = Math.imul(from & 0xff00ff, rest) + Math.imul(to & 0xff00ff, share) + 0x400040;
  const middle = Math.imul((from >>> 8) & 0xff, rest) + Math.imul((to >>> 8) & 0xff, share) + 0x40;
  return ((outer >>> 7) & 0xff00ff) | ((middle << 1) & 0xff00);
}
