import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../ml/core/random.ts';
import type { Picture, Plane } from '../../ml/superres/plane.ts';

/** Values that change smoothly, with an edge, so that something can be learned from them. */
export function smoothPlane(width: number, height: number, random: Random): Plane {
  const [a, b, c] = [random.uniform(0.05, 0.4), random.uniform(0.05, 0.4), random.uniform(0, 6)];
  const edge = random.uniform(-0.5, 0.5);
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const step = x - width / 2 + edge * (y - height / 2) > 0 ? 60 : 0;
    return 96 + 40 * Math.sin(a * x + b * y + c) + step;
  });
  return { width, height, values };
}

export function smoothPicture(width: number, height: number, random: Random): Picture {
  const values = new Uint8Array(3 * width * height);
  for (let colour = 0; colour < 3; colour++) {
    const channel = smoothPlane(width, height, random);
    for (let i = 0; i < channel.values.length; i++) values[3 * i + colour] = channel.values[i];
  }
  return { width, height, values };
}

/** Writes PNG files `0.png`, `1.png`, … of these sizes into a folder. */
export async function writePhotos(folder: string, sizes: readonly (readonly [number, number])[]): Promise<void> {
  for (const [i, [width, height]] of sizes.entries()) {
    const { values } = smoothPicture(width, height, new Random(i));
    await sharp(values, { raw: { width, height, channels: 3 } }).toFile(join(folder, `${i}.png`));
  }
}
