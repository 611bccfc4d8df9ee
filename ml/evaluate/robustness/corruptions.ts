import sharp from 'sharp';
import type { Random } from '../../core/random.ts';
import { bandRegion, cover, glassesRegions, maskRegion } from './occlusions.ts';

/** Strengths of each corruption, 1 to 5. */
export const STRENGTHS = [1, 2, 3, 4, 5] as const;
export type Strength = (typeof STRENGTHS)[number];

/** What a corruption is applied to. */
interface Subject {
  /** Grey values 0..255, [side, side]. */
  readonly face: Uint8Array;
  readonly side: number;
  readonly random: Random;
}
/** Landmarks of the face in its pixels, from its top left, [136]. */
type Points = Float32Array;

interface Kind {
  /** What the level is. */
  readonly unit: string;
  /** Level of each strength. */
  readonly levels: readonly [number, number, number, number, number];
}
type Corruption = Kind &
  (
    | { readonly apply: (subject: Subject, level: number) => Uint8Array | Promise<Uint8Array> }
    | { readonly occlude: (subject: Subject, level: number, points: Points) => Uint8Array }
  );

/** Tones of what covers a face. */
const BLACK = 0;
const MASK = 200;

/**
 * The corruptions of FER2013-C, after ImageNet-C (Hendrycks and Dietterich 2019, arXiv:1903.12261) where that has them, with
 * levels for faces of 48 × 48 pixels.
 */
export const CORRUPTIONS = {
  blur: { unit: 'σ of a Gaussian in pixels', levels: [0.5, 0.8, 1.1, 1.5, 2], apply: blur },
  noise: { unit: 'σ in grey levels', levels: [8, 14, 20, 28, 38], apply: addNoise },
  jpeg: { unit: 'quality', levels: [70, 50, 35, 20, 10], apply: compress },
  darker: { unit: 'exponent of the tones', levels: [1.3, 1.7, 2.2, 2.8, 3.5], apply: applyGamma },
  brighter: { unit: 'exponent of the tones', levels: [0.77, 0.59, 0.45, 0.36, 0.29], apply: applyGamma },
  contrast: { unit: 'share of the contrast left', levels: [0.7, 0.5, 0.35, 0.22, 0.12], apply: lowerContrast },
  band: {
    unit: 'half height of a black band over the eyes, in eye distances',
    levels: [0.1, 0.2, 0.3, 0.4, 0.5],
    occlude: ({ face, side }, half, points) => cover(face, side, bandRegion(points, half), BLACK),
  },
  glasses: {
    unit: 'how dark the lenses are, 0 to 1',
    levels: [0.2, 0.4, 0.6, 0.8, 1],
    occlude: ({ face, side }, opacity, points) => {
      const { lenses, frame } = glassesRegions(points);
      return cover(cover(face, side, lenses, BLACK, opacity), side, frame, BLACK);
    },
  },
  mask: {
    unit: 'how far it goes from the chin (0) to the root of the nose (1)',
    levels: [0.2, 0.32, 0.45, 0.6, 0.8],
    occlude: ({ face, side }, height, points) => cover(face, side, maskRegion(points, height), MASK),
  },
} as const satisfies Record<string, Corruption>;

export type CorruptionName = keyof typeof CORRUPTIONS;
export const CORRUPTION_NAMES = Object.keys(CORRUPTIONS) as CorruptionName[];

/** Whether a corruption is placed by landmarks, and so needs those of the face. */
export const needsLandmarks = (name: CorruptionName): boolean => 'occlude' in CORRUPTIONS[name];

/**
 * Corrupts a face.
 * @param face grey values 0..255, square.
 * @param random draws the noise; the same state gives the same face.
 * @param points landmarks in pixels of the face, [136]; those of the face before it is corrupted.
 * @returns another face of the same size.
 * @throws Error if the corruption needs landmarks and there are none.
 */
export async function corruptFace(
  face: Uint8Array,
  name: CorruptionName,
  strength: Strength,
  random: Random,
  points?: Points,
): Promise<Uint8Array> {
  const corruption: Corruption = CORRUPTIONS[name];
  const subject = { face, side: Math.sqrt(face.length), random };
  const level = corruption.levels[strength - 1];
  if ('apply' in corruption) return corruption.apply(subject, level);
  if (!points) throw new Error(`${name} is placed by landmarks, and there are none`);
  return corruption.occlude(subject, level, points);
}

const toByte = (grey: number) => Math.min(255, Math.max(0, Math.round(grey)));

/** A Gaussian cut off at three deviations; beyond the border the edge pixels go on. */
function blur({ face, side }: Subject, sigma: number): Uint8Array {
  const reach = Math.ceil(3 * sigma);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const sum = taps.reduce((a, b) => a + b);
  const inside = (place: number) => Math.min(side - 1, Math.max(0, place));
  const along = (pixels: ArrayLike<number>, at: (line: number, place: number) => number) => {
    const blurred = new Float64Array(side * side);
    for (let line = 0; line < side; line++)
      for (let place = 0; place < side; place++)
        for (const [i, tap] of taps.entries())
          blurred[at(line, place)] += (tap / sum) * pixels[at(line, inside(place + i - reach))];
    return blurred;
  };
  const rows = along(face, (line, place) => line * side + place);
  return Uint8Array.from(
    along(rows, (line, place) => place * side + line),
    toByte,
  );
}

function addNoise({ face, random }: Subject, sigma: number): Uint8Array {
  return face.map((grey) => toByte(grey + random.normal(0, sigma)));
}

/** Through a JPEG codec, libjpeg-turbo's. */
async function compress({ face, side }: Subject, quality: number): Promise<Uint8Array> {
  const file = await sharp(face, { raw: { width: side, height: side, channels: 1 } })
    .jpeg({ quality })
    .toBuffer();
  return new Uint8Array(await sharp(file).toColourspace('b-w').raw().toBuffer());
}

function applyGamma({ face }: Subject, exponent: number): Uint8Array {
  return face.map((grey) => toByte(255 * (grey / 255) ** exponent));
}

/** Towards the face's mean tone. */
function lowerContrast({ face }: Subject, share: number): Uint8Array {
  const mean = face.reduce((sum, grey) => sum + grey, 0) / face.length;
  return face.map((grey) => toByte(mean + share * (grey - mean)));
}
