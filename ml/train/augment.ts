import type { AugmentConfig } from '../config/schema.ts';
import type { Random } from '../core/random.ts';
import { FACE_PIXELS, FACE_SIZE } from '../data/dataset.ts';

/** One draw of every random change to a face. */
export interface Augmentation {
  /** Whether left and right are exchanged. */
  readonly mirrored: boolean;
  /** Maps a target pixel's centre, as a share of the side from −0.5 to 0.5, to the source: [a, b, c, d, e, f], x' = a·x + b·y + c, y' = d·x + e·y + f. */
  readonly affine: readonly [number, number, number, number, number, number];
  /** Grey level 0..255 after brightness, contrast and gamma, for each one before. */
  readonly tones: Float32Array;
  /** Standard deviation of the noise in grey levels. */
  readonly noise: number;
  /** Square that is painted grey, as shares of the side; null for none. */
  readonly cutout: { readonly left: number; readonly top: number; readonly side: number } | null;
}

/** Draws an augmentation; the same generator state gives the same one. */
export function drawAugmentation(config: AugmentConfig, random: Random): Augmentation {
  const within = (range: number) => random.uniform(-range, range);
  const mirrored = random.chance(config.flip);
  const mirror = mirrored ? -1 : 1;
  const angle = (within(config.rotation) * Math.PI) / 180;
  const zoom = 1 / (1 + within(config.scale));
  const cos = Math.cos(angle) * zoom;
  const sin = Math.sin(angle) * zoom;
  const affine = [mirror * cos, -mirror * sin, within(config.shift), sin, cos, within(config.shift)] as const;
  const contrast = 1 + within(config.contrast);
  const brightness = within(config.brightness);
  const gamma = 2 ** within(config.gamma);
  const tones = Float32Array.from({ length: 256 }, (_, level) => {
    const tone = 0.5 + contrast * ((level / 255) ** gamma - 0.5) + brightness;
    return 255 * Math.min(1, Math.max(0, tone));
  });
  const noise = random.uniform(0, config.noise);
  const side = random.uniform(config.cutoutSize / 3, config.cutoutSize);
  const square = { left: random.uniform(-side / 2, 1 - side / 2), top: random.uniform(-side / 2, 1 - side / 2), side };
  return { mirrored, affine, tones, noise, cutout: random.chance(config.cutout) ? square : null };
}

/** Four random bytes sum to nearly a normal distribution with this mean and deviation. */
const BYTE_SUM_MEAN = 4 * 127.5;
const BYTE_SUM_DEVIATION = Math.sqrt((4 * (256 ** 2 - 1)) / 12);

const toned = new Float32Array(FACE_PIXELS);

/**
 * Applies an augmentation and scales the face up bilinearly; beyond its border the face's edge pixels go on.
 * @param face grey values 0..255, [48, 48].
 * @param size side of the result in pixels.
 * @param random gives the noise.
 * @param out receives values in [−1, 1]: pixel p goes to `offset + p·stride`.
 */
export function augmentFace(
  face: Uint8Array,
  augmentation: Augmentation,
  size: number,
  random: Random,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  const { affine, tones, noise, cutout } = augmentation;
  const amplitude = noise / BYTE_SUM_DEVIATION;
  for (let i = 0; i < FACE_PIXELS; i++) {
    const bits = random.uint32();
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    toned[i] = Math.min(255, Math.max(0, tones[face[i]] + amplitude * (sum - BYTE_SUM_MEAN)));
  }
  const [a, b, c, d, e, f] = affine;
  const last = FACE_SIZE - 1;
  const step = FACE_SIZE / size;
  let position = offset;
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size - 0.5;
    const x = 0.5 / size - 0.5;
    // Half a pixel back, since pixel i's centre lies at i + 0.5.
    let sourceX = (a * x + b * y + c + 0.5) * FACE_SIZE - 0.5;
    let sourceY = (d * x + e * y + f + 0.5) * FACE_SIZE - 0.5;
    for (let column = 0; column < size; column++) {
      const u = Math.min(last, Math.max(0, sourceX));
      const v = Math.min(last, Math.max(0, sourceY));
      const left = Math.min(u | 0, last - 1);
      const top = Math.min(v | 0, last - 1);
      const fx = u - left;
      const fy = v - top;
      const at = top * FACE_SIZE + left;
      const upper = toned[at] + fx * (toned[at + 1] - toned[at]);
      const lower = toned[at + FACE_SIZE] + fx * (toned[at + FACE_SIZE + 1] - toned[at + FACE_SIZE]);
      out[position] = (upper + fy * (lower - upper)) / 127.5 - 1;
      position += stride;
      sourceX += a * step;
      sourceY += d * step;
    }
  }
  if (cutout) paintCutout(cutout, size, out, offset, stride);
}

/** Paints a square middle grey. */
function paintCutout(
  square: NonNullable<Augmentation['cutout']>,
  size: number,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  const edge = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * size);
  for (let row = edge(square.top); row < edge(square.top + square.side); row++) {
    for (let column = edge(square.left); column < edge(square.left + square.side); column++) {
      out[offset + (row * size + column) * stride] = 0;
    }
  }
}
