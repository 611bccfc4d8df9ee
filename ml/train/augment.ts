import type { AugmentConfig, Config } from '../config/schema.ts';
import type { Random } from '../core/random.ts';
import { FACE_PIXELS, FACE_SIZE, type Faces } from '../data/dataset.ts';
import { averageSquares, resizeBilinear, resizeToBytes, samplesPerPixel } from '../data/resize.ts';
import { compressAsJpeg } from './jpeg.ts';
import { drawGlasses, drawHand, type Glasses, type Hand, paintGlasses, paintHand } from './occluders.ts';

/** One draw of every random change to a face. */
export interface Augmentation {
  /** Whether left and right are exchanged. */
  readonly mirrored: boolean;
  /** Maps a target pixel's centre, as a share of the side from −0.5 to 0.5, to the source: [a, b, c, d, e, f], x' = a·x + b·y + c, y' = d·x + e·y + f. */
  readonly affine: readonly [number, number, number, number, number, number];
  /** Side in pixels of a face that is as soft as a larger one is shown; null shows it as sharp as it is. */
  readonly soft: number | null;
  /** Light from one side: what the brightness gains or loses per half side to the right and downwards, as a share. */
  readonly light: readonly [number, number];
  /** Grey level 0..255 after brightness, contrast and gamma, for each one before. */
  readonly tones: Float32Array;
  /** Standard deviation of the noise in grey levels. */
  readonly noise: number;
  /** The same of single pixels of the result, as a camera adds to a face that fills them. */
  readonly grain: number;
  /** Quality of the JPEG that the face was once, 1 to 100; null for none. */
  readonly jpeg: number | null;
  readonly glasses: Glasses | null;
  readonly hand: Hand | null;
  /** Square that is painted grey, as shares of the side; null for none. */
  readonly cutout: { readonly left: number; readonly top: number; readonly side: number } | null;
}

/** Qualities of JPEG that a face may have had. */
const [WORST_JPEG, BEST_JPEG] = [20, 80];

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
  const cutout = random.chance(config.cutout) ? square : null;
  // Drawn last, and not at all where it is off, so that trainings without it stay what they were.
  const { softest } = config;
  const isSoft = config.soft > 0 && random.chance(config.soft);
  const soft = isSoft ? (softest < FACE_SIZE ? softest + random.integer(FACE_SIZE + 1 - softest) : FACE_SIZE) : null;
  const turn = config.light > 0 ? random.uniform(0, 2 * Math.PI) : 0;
  const strength = config.light > 0 ? random.uniform(0, config.light) : 0;
  const light = [strength * Math.cos(turn), strength * Math.sin(turn)] as const;
  const grain = config.grain > 0 ? random.uniform(0, config.grain) : 0;
  const isJpeg = config.jpeg > 0 && random.chance(config.jpeg);
  const jpeg = isJpeg ? WORST_JPEG + random.integer(BEST_JPEG + 1 - WORST_JPEG) : null;
  const glasses = config.glasses > 0 && random.chance(config.glasses) ? drawGlasses(random) : null;
  const hand = config.hand > 0 && random.chance(config.hand) ? drawHand(random) : null;
  return { mirrored, affine, soft, light, tones, noise, grain, jpeg, glasses, hand, cutout };
}

/** Four random bytes sum to nearly a normal distribution with this mean and deviation. */
const BYTE_SUM_MEAN = 4 * 127.5;
const BYTE_SUM_DEVIATION = Math.sqrt((4 * (256 ** 2 - 1)) / 12);

/** Memory for faces between two steps, by what it is for; it grows with the largest face. */
const scratch = {
  noise: new Float32Array(FACE_PIXELS),
  toned: new Float32Array(),
  fine: new Float32Array(),
  small: new Float32Array(),
};

function scratchOf(purpose: keyof typeof scratch, length: number): Float32Array {
  if (scratch[purpose].length < length) scratch[purpose] = new Float32Array(length);
  return scratch[purpose];
}

/**
 * Applies an augmentation and scales the face bilinearly; beyond its border the face's edge pixels go on. A face that
 * shrinks by two or more is sampled finer and averaged. Sampling comes first, since a small face that is turned would
 * lose more of its sharpness than an upright one.
 *
 * Noise is that of 48 × 48 pixels, scaled up with them on a larger face: the camera's of a small face. Grain is that of the
 * result's pixels: the camera's of a large one.
 * @param face grey values 0..255, [side, side].
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
  const { affine, cutout, soft, grain, jpeg } = augmentation;
  const worn = occlude(face, augmentation);
  const softer = soft !== null && worn.length > soft ** 2;
  const seen = softer ? resizeToBytes(worn, soft, scratchOf('small', soft ** 2)) : worn;
  const side = Math.sqrt(seen.length);
  const toned = toneFace(seen, side, augmentation, random);
  if (jpeg !== null) compressAsJpeg(toned, side, jpeg);
  const factor = samplesPerPixel(side, size);
  if (factor === 1) sampleFace(toned, side, affine, size, out, offset, stride);
  else {
    const fine = scratchOf('fine', (factor * size) ** 2);
    sampleFace(toned, side, affine, factor * size, fine, 0, 1);
    averageSquares(fine, factor, size, out, offset, stride);
  }
  if (grain > 0) addGrain(grain, size, random, out, offset, stride);
  if (cutout) paintCutout(cutout, size, out, offset, stride);
}

/** The face behind glasses and hand; itself if there are none. */
function occlude(face: Uint8Array, { glasses, hand }: Augmentation): Uint8Array {
  if (!glasses && !hand) return face;
  const side = Math.sqrt(face.length);
  const covered = face.slice();
  if (glasses) paintGlasses(covered, side, glasses);
  if (hand) paintHand(covered, side, hand);
  return covered;
}

/** Nearly normal, with a mean of 0 and a deviation of {@link BYTE_SUM_DEVIATION}. */
function drawNoise(random: Random): number {
  const bits = random.uint32();
  return (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - BYTE_SUM_MEAN;
}

/** @param grain standard deviation in grey levels. */
function addGrain(
  grain: number,
  size: number,
  random: Random,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  const amplitude = grain / BYTE_SUM_DEVIATION / 127.5;
  for (let pixel = 0; pixel < size * size; pixel++) {
    const place = offset + pixel * stride;
    out[place] = Math.min(1, Math.max(-1, out[place] + amplitude * drawNoise(random)));
  }
}

/** Changes the tones of a face and adds noise: grey values 0..255, [side, side]. */
function toneFace(face: Uint8Array, side: number, { tones, light, noise }: Augmentation, random: Random): Float32Array {
  const amplitude = noise / BYTE_SUM_DEVIATION;
  const drawn = scratch.noise;
  for (let i = 0; i < FACE_PIXELS; i++) drawn[i] = drawNoise(random);
  const toned = scratchOf('toned', face.length);
  if (side !== FACE_SIZE) resizeBilinear(drawn, FACE_SIZE, side, toned);
  const added = side === FACE_SIZE ? drawn : toned;
  const [right, down] = light;
  for (let row = 0, i = 0; row < side; row++) {
    const v = 1 + down * ((2 * row + 1) / side - 1) - right;
    for (let column = 0; column < side; column++, i++) {
      const lit = tones[face[i]] * (v + (right * (2 * column + 1)) / side);
      toned[i] = Math.min(255, Math.max(0, lit + amplitude * added[i]));
    }
  }
  return toned;
}

/**
 * Samples a face bilinearly where an affine map says.
 * @param toned grey values 0..255, [side, side].
 * @param out receives values in [−1, 1], [size, size]: pixel p goes to `offset + p·stride`.
 */
function sampleFace(
  toned: Float32Array,
  side: number,
  [a, b, c, d, e, f]: Augmentation['affine'],
  size: number,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  const last = side - 1;
  const step = side / size;
  let position = offset;
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size - 0.5;
    const x = 0.5 / size - 0.5;
    // Half a pixel back, since pixel i's centre lies at i + 0.5.
    let sourceX = (a * x + b * y + c + 0.5) * side - 0.5;
    let sourceY = (d * x + e * y + f + 0.5) * side - 0.5;
    for (let column = 0; column < size; column++) {
      const u = Math.min(last, Math.max(0, sourceX));
      const v = Math.min(last, Math.max(0, sourceY));
      const left = Math.min(u | 0, last - 1);
      const top = Math.min(v | 0, last - 1);
      const fx = u - left;
      const fy = v - top;
      const at = top * side + left;
      const upper = toned[at] + fx * (toned[at + 1] - toned[at]);
      const lower = toned[at + side] + fx * (toned[at + side + 1] - toned[at + side]);
      out[position] = (upper + fy * (lower - upper)) / 127.5 - 1;
      position += stride;
      sourceX += a * step;
      sourceY += d * step;
    }
  }
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

/** Another face in a picture. */
export interface Mixture {
  readonly partner: number;
  /** Its share of the picture, at most one half. */
  readonly share: number;
}

/** Mixup (Zhang et al. 2018, arXiv:1710.09412): lays a second face, augmented too, over a first one. */
export class Mixup {
  readonly #picture: Float32Array;

  /**
   * @param faces positions of those that a second face is drawn from.
   * @param shown all of the data set, as the network is shown them.
   */
  constructor(
    readonly config: Config,
    readonly faces: Uint32Array,
    readonly shown: Faces,
  ) {
    this.#picture = new Float32Array(config.model.size ** 2);
  }

  /**
   * Lays a face over the one in `image`, whose pixel p lies at `offset + p·stride`; with α = 0 it is the face itself.
   * @param face position of the first face.
   */
  lay(face: number, random: Random, image: Float32Array, offset: number, stride: number): Mixture {
    const { augment, model } = this.config;
    if (augment.mixup === 0) return { partner: face, share: 0 };
    const drawn = random.beta(augment.mixup);
    const share = Math.min(drawn, 1 - drawn);
    const partner = this.faces[random.integer(this.faces.length)];
    augmentFace(this.shown.at(partner), drawAugmentation(augment, random), model.size, random, this.#picture, 0, 1);
    for (const [pixel, value] of this.#picture.entries()) {
      const place = offset + pixel * stride;
      image[place] += share * (value - image[place]);
    }
    return { partner, share };
  }
}
