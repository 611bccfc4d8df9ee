import { describe, expect, it } from 'vitest';
import { Random } from '../../../ml/core/random.ts';
import { drawFace } from '../../../ml/data/synthetic/generate.ts';
import {
  CORRUPTION_NAMES,
  CORRUPTIONS,
  type CorruptionName,
  corruptFace,
  needsLandmarks,
  STRENGTHS,
  type Strength,
} from '../../../ml/evaluate/robustness/corruptions.ts';
import { drawnPoints } from '../../faces/landmarks/drawn.ts';

const SIDE = 48;
const FACES = [0, 1, 2, 3, 4, 5, 6].map((label) => ({
  face: drawFace(label, 7, label),
  points: drawnPoints(label, 7, label),
}));
const [{ face, points }] = FACES;

const corrupt = (name: CorruptionName, strength: Strength, seed = 1, subject = FACES[0]) =>
  corruptFace(subject.face, name, strength, new Random(seed), subject.points);

function meanSquare(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, grey, i) => sum + (grey - b[i]) ** 2, 0) / a.length;
}

describe('every corruption', () => {
  it.each(CORRUPTION_NAMES)('%s: the signal-to-noise ratio falls with each strength', async (name) => {
    const ratios: number[] = [];
    for (const strength of STRENGTHS) {
      let error = 0;
      for (const subject of FACES) error += meanSquare(await corrupt(name, strength, 1, subject), subject.face);
      ratios.push(10 * Math.log10(255 ** 2 / (error / FACES.length)));
    }
    for (const [i, ratio] of ratios.entries()) if (i > 0) expect(ratio).toBeLessThan(ratios[i - 1]);
    expect(ratios[0]).toBeLessThan(50);
  });

  it.each(
    CORRUPTION_NAMES,
  )('%s: leaves the face itself as it is, and gives the same for the same seed', async (name) => {
    const before = face.slice();
    const first = await corrupt(name, 3);
    expect(face).toEqual(before);
    expect(first.length).toBe(face.length);
    expect(await corrupt(name, 3)).toEqual(first);
  });
});

describe('blur', () => {
  it.each(STRENGTHS)('of strength %i is the convolution with a two-dimensional Gaussian', async (strength) => {
    const sigma = CORRUPTIONS.blur.levels[strength - 1];
    const reach = Math.ceil(3 * sigma);
    const at = (x: number, y: number) =>
      face[Math.min(SIDE - 1, Math.max(0, y)) * SIDE + Math.min(SIDE - 1, Math.max(0, x))];
    const blurred = await corrupt('blur', strength);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        let [sum, weights] = [0, 0];
        for (let dy = -reach; dy <= reach; dy++) {
          for (let dx = -reach; dx <= reach; dx++) {
            const weight = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
            sum += weight * at(x + dx, y + dy);
            weights += weight;
          }
        }
        expect(Math.abs(blurred[y * SIDE + x] - sum / weights)).toBeLessThanOrEqual(0.5 + 1e-9);
      }
    }
  });
});

describe('noise', () => {
  it('has the deviation that it says, no mean, and other values for another seed', async () => {
    const grey = new Uint8Array(200 * 200).fill(128);
    for (const strength of STRENGTHS) {
      const noisy = await corruptFace(grey, 'noise', strength, new Random(strength));
      const mean = noisy.reduce((sum, value) => sum + value, 0) / noisy.length;
      const deviation = Math.sqrt(noisy.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noisy.length);
      expect(Math.abs(mean - 128)).toBeLessThan(0.7);
      expect(deviation / CORRUPTIONS.noise.levels[strength - 1]).toBeCloseTo(1, 1);
    }
    expect(await corrupt('noise', 3, 1)).not.toEqual(await corrupt('noise', 3, 2));
  });
});

/** The table for luminance in annex K of the JPEG standard (ITU-T T.81), in rows. */
const LUMINANCE = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
];

/** Coefficient (u, v) of the cosine transform of a block whose corner is at (left, top), as JPEG defines it. */
function coefficient(pixels: Uint8Array, left: number, top: number, u: number, v: number): number {
  const scale = (k: number) => (k === 0 ? Math.SQRT1_2 : 1);
  const wave = (place: number, k: number) => Math.cos(((2 * place + 1) * k * Math.PI) / 16);
  let sum = 0;
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) sum += (pixels[(top + y) * SIDE + left + x] - 128) * wave(x, u) * wave(y, v);
  return (scale(u) * scale(v) * sum) / 4;
}

describe('JPEG', () => {
  it.each([3, 4, 5] as const)('of strength %i leaves only multiples of the steps of its quality', async (strength) => {
    const quality = CORRUPTIONS.jpeg.levels[strength - 1];
    // Middle tones, which decoding does not clip.
    const middle = face.map((grey) => Math.round(96 + grey / 4));
    const decoded = await corruptFace(middle, 'jpeg', strength, new Random(1));
    const factor = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    let [worst, before] = [0, 0];
    for (let top = 0; top < SIDE; top += 8) {
      for (let left = 0; left < SIDE; left += 8) {
        for (let v = 0; v < 8; v++) {
          for (let u = 0; u < 8; u++) {
            const step = Math.max(1, Math.floor((LUMINANCE[v][u] * factor + 50) / 100));
            const offStep = (value: number) => Math.abs(value - step * Math.round(value / step));
            worst = Math.max(worst, offStep(coefficient(decoded, left, top, u, v)));
            before = Math.max(before, offStep(coefficient(middle, left, top, u, v)));
          }
        }
      }
    }
    // Rounding to whole grey levels moves a coefficient by a little.
    expect(worst).toBeLessThan(2.5);
    expect(before).toBeGreaterThan(10);
  });
});

describe('tones', () => {
  it.each(['darker', 'brighter'] as const)('%s raises each tone to a power', async (name) => {
    const ramp = Uint8Array.from({ length: 256 }, (_, grey) => grey);
    for (const strength of STRENGTHS) {
      const toned = await corruptFace(ramp, name, strength, new Random(1));
      const exponent = CORRUPTIONS[name].levels[strength - 1];
      for (const grey of [0, 1, 30, 128, 200, 255])
        expect(Math.abs(toned[grey] - 255 * Math.exp(exponent * Math.log(grey / 255)))).toBeLessThanOrEqual(0.5);
      expect(toned[128] < 128).toBe(name === 'darker');
    }
  });

  it('contrast shrinks every distance from the mean by the same factor', async () => {
    const mean = face.reduce((sum, grey) => sum + grey, 0) / face.length;
    for (const strength of STRENGTHS) {
      const flat = await corrupt('contrast', strength);
      const kept = CORRUPTIONS.contrast.levels[strength - 1];
      flat.forEach((grey, i) => {
        expect(Math.abs(grey - mean - kept * (face[i] - mean))).toBeLessThanOrEqual(0.5 + 1e-9);
      });
    }
  });
});

describe('occlusions', () => {
  it('need landmarks, the others none', async () => {
    expect(CORRUPTION_NAMES.filter(needsLandmarks)).toEqual(['band', 'glasses', 'mask']);
    for (const name of CORRUPTION_NAMES) {
      const corrupted = corruptFace(face, name, 1, new Random(1));
      if (needsLandmarks(name)) await expect(corrupted).rejects.toThrow(`${name} is placed by landmarks`);
      else await expect(corrupted).resolves.toBeInstanceOf(Uint8Array);
    }
  });

  it('follow the face: on a face that is moved, they move with it', async () => {
    const right = 5;
    const moved = points.map((value, i) => (i % 2 === 0 ? value + right : value));
    for (const name of ['band', 'glasses', 'mask'] as const) {
      const here = await corruptFace(new Uint8Array(SIDE * SIDE).fill(100), name, 3, new Random(1), points);
      const there = await corruptFace(new Uint8Array(SIDE * SIDE).fill(100), name, 3, new Random(1), moved);
      for (let i = 0; i < here.length; i++) if (i % SIDE >= right) expect(there[i]).toBe(here[i - right]);
    }
  });
});
