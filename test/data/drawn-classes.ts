import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../ml/core/random.ts';
import { FACE_SIZE } from '../../ml/data/dataset.ts';

type Draw = (random: Random) => (x: number, y: number) => boolean;

/** Three classes that a small network soon tells apart: what is bright in a picture of each. */
const DRAWINGS: Readonly<Record<string, Draw>> = {
  Stripes: (random) => {
    const phase = random.integer(12);
    return (x) => (x + phase) % 12 < 6;
  },
  circle: (random) => {
    const [cx, cy, radius] = [random.uniform(20, 28), random.uniform(20, 28), random.uniform(8, 16)];
    return (x, y) => Math.hypot(x - cx, y - cy) < radius;
  },
  Rest: () => () => false,
};

export const DRAWN_CLASSES = ['Rest', 'Stripes', 'circle'];

/**
 * Writes noisy pictures into `<root>/<class>`.
 * @param names folders by the class that they hold, in place of their own names.
 */
export async function drawClasses(root: string, each: number, names: Record<string, string> = {}): Promise<void> {
  const random = new Random(11);
  for (const [name, draw] of Object.entries(DRAWINGS)) {
    const folder = join(root, names[name] ?? name);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < each; i++) {
      const bright = draw(random);
      const pixels = Uint8Array.from({ length: FACE_SIZE ** 2 }, (_, at) => {
        return (bright(at % FACE_SIZE, Math.floor(at / FACE_SIZE)) ? 190 : 50) + random.integer(30);
      });
      await sharp(pixels, { raw: { width: FACE_SIZE, height: FACE_SIZE, channels: 1 } }).toFile(
        join(folder, `${i}.png`),
      );
    }
  }
}
