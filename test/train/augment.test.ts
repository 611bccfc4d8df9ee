import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, FACE_SIZE } from '../../ml/data/dataset.ts';
import { resizeBilinear, resizeGrey } from '../../ml/data/resize.ts';
import { augmentFace, drawAugmentation } from '../../ml/train/augment.ts';

const off = ConfigSchema.parse({
  augment: { flip: 0, rotation: 0, scale: 0, shift: 0, brightness: 0, contrast: 0, gamma: 0, noise: 0, cutout: 0 },
}).augment;
const defaults = ConfigSchema.parse({}).augment;

function randomFace(seed: number, side: number = FACE_SIZE): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: side * side }, () => random.integer(256));
}

function augmented(face: Uint8Array, config: typeof defaults, seed: number, size: number, stride = 1): Float32Array {
  const random = new Random(seed);
  const out = new Float32Array(size * size * stride);
  augmentFace(face, drawAugmentation(config, random), size, random, out, 0, stride);
  return out;
}

describe('augmentation', () => {
  it('that changes nothing is the bilinear upscale of evaluation', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 32, max: 128 }), (seed, size) => {
        const face = randomFace(seed);
        const grey = new Float32Array(size * size);
        resizeBilinear(face, FACE_SIZE, size, grey);
        const out = augmented(face, off, seed, size);
        for (let i = 0; i < grey.length; i++) expect(out[i]).toBeCloseTo(grey[i] / 127.5 - 1, 4);
      }),
      { numRuns: 20 },
    );
  });

  it('of a large face that changes nothing is the scaling of evaluation', () => {
    for (const [side, size] of [
      [96, 96],
      [192, 192],
      [96, 192],
      [192, 96],
      [192, 64],
      [192, 112],
    ]) {
      const face = randomFace(side + size, side);
      const grey = new Float32Array(size * size);
      resizeGrey(face, side, size, grey);
      const out = augmented(face, off, 1, size);
      expect(Math.max(...grey.map((value, i) => Math.abs(out[i] - (value / 127.5 - 1))))).toBeLessThan(1e-4);
    }
  });

  it('averages lines that are finer than the result, however the face is turned', () => {
    const stripes = Uint8Array.from({ length: 192 * 192 }, (_, i) => (i % 2 === 0 ? 255 : 0));
    const spread = (values: Float32Array) => Math.max(...values) - Math.min(...values);
    const grey = new Float32Array(96 * 96);
    resizeGrey(stripes, 192, 96, grey);
    expect(spread(grey)).toBe(0);
    // Without averaging, every other sample of the upright face would be black and the picture of stripes.
    for (let seed = 0; seed < 5; seed++) {
      const inner = augmented(stripes, { ...off, rotation: 15, shift: 0.05 }, seed, 96).filter((_, i) => {
        const [x, y] = [i % 96, Math.floor(i / 96)];
        return x > 24 && x < 72 && y > 24 && y < 72;
      });
      expect(spread(inner)).toBeLessThan(0.9);
    }
  });

  it('makes noise of the same strength and grain, whatever the side of the face', () => {
    const noise = { ...off, noise: 8 };
    const [small, two, four] = [48, 96, 192].map((side) =>
      augmented(new Uint8Array(side * side).fill(128), noise, 3, 96),
    );
    const correlation = (a: Float32Array, b: Float32Array) => {
      const grey = 128 / 127.5 - 1;
      const sum = (x: Float32Array, y: Float32Array) =>
        x.reduce((s, value, i) => s + (value - grey) * (y[i] - grey), 0);
      return { angle: sum(a, b) / Math.sqrt(sum(a, a) * sum(b, b)), strength: Math.sqrt(sum(b, b) / sum(a, a)) };
    };
    for (const upscaled of [two, four]) {
      const { angle, strength } = correlation(small, upscaled);
      expect(angle).toBeGreaterThan(0.98);
      expect(strength).toBeGreaterThan(0.9);
      expect(strength).toBeLessThan(1.02);
    }
  });

  it('shows a face made larger as soft as it was, by chance, and no other face', () => {
    const soft = { ...off, soft: 1 };
    const fine = Uint8Array.from({ length: 192 * 192 }, (_, i) => (i % 2 === 0 ? 255 : 0));
    const grey = new Float32Array(192 * 192).fill(0.5 / 127.5);
    expect(Math.max(...augmented(fine, soft, 1, 192).map((value, i) => Math.abs(value - grey[i])))).toBeLessThan(0.01);
    const face = randomFace(4, 192);
    const small = new Float32Array(FACE_PIXELS);
    resizeGrey(face, 192, FACE_SIZE, small);
    const out = augmented(face, soft, 1, 192);
    expect(out).toEqual(augmented(Uint8Array.from(small, Math.round), off, 1, 192));
    expect(out).not.toEqual(augmented(face, off, 1, 192));
    expect(augmented(randomFace(4), soft, 1, 96)).toEqual(augmented(randomFace(4), off, 1, 96));
    const drawn = Array.from(
      { length: 200 },
      (_, seed) => drawAugmentation({ ...off, soft: 0.25 }, new Random(seed)).soft,
    );
    const share = drawn.filter(Boolean).length / drawn.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
  });

  it('draws everything else as it did before, whether faces are shown soft or not', () => {
    for (let seed = 0; seed < 20; seed++) {
      const changed = { ...defaults, soft: 1, light: 0.5, grain: 4, jpeg: 1, glasses: 1, hand: 1 };
      const drawn = drawAugmentation(changed, new Random(seed));
      const { soft, light, grain } = drawn;
      const off = { soft: null, light: [0, 0], grain: 0, jpeg: null, glasses: null, hand: null };
      expect({ ...drawn, ...off }).toEqual(drawAugmentation(defaults, new Random(seed)));
      expect(soft).toBe(FACE_SIZE);
      expect(Math.hypot(...light)).toBeGreaterThan(0);
      expect(grain).toBeGreaterThan(0);
      expect(drawn.jpeg).toBeGreaterThanOrEqual(20);
      expect(drawn.glasses).not.toBeNull();
      expect(drawn.hand).not.toBeNull();
    }
  });

  it('shows soft faces down to the softest side', () => {
    const config = { ...off, soft: 1, softest: 20 };
    const sides = Array.from({ length: 400 }, (_, seed) => drawAugmentation(config, new Random(seed)).soft ?? 0);
    expect([Math.min(...sides), Math.max(...sides)]).toEqual([20, FACE_SIZE]);
    // Also a face that was never upscaled: a pattern finer than the softest is gone.
    const fine = Uint8Array.from({ length: FACE_PIXELS }, (_, i) => (i % 2 === 0 ? 255 : 0));
    const seed = sides.indexOf(24);
    expect(Math.max(...augmented(fine, config, seed, 96).map(Math.abs))).toBeLessThan(0.01);
  });

  it('adds grain to single pixels of the result', () => {
    const flat = new Uint8Array(FACE_PIXELS).fill(120);
    const deviations = Array.from({ length: 30 }, (_, seed) => {
      const config = { ...off, grain: 8 };
      const { grain } = drawAugmentation(config, new Random(seed));
      const levels = augmented(flat, config, seed, 96).map((value) => (value + 1) * 127.5 - 120);
      const mean = levels.reduce((a, b) => a + b) / levels.length;
      const spread = Math.sqrt(levels.reduce((a, b) => a + b * b, 0) / levels.length);
      expect(Math.abs(mean)).toBeLessThan(0.5);
      expect(spread / grain).toBeCloseTo(1, 1);
      // Neighbours are independent.
      const paired = levels.slice(1).reduce((sum, value, i) => sum + value * levels[i], 0) / levels.length;
      expect(Math.abs(paired)).toBeLessThan(0.1 * spread ** 2);
      return spread;
    });
    expect(Math.max(...deviations)).toBeLessThan(8.3);
  });

  it('lights a face from one side, and leaves its middle as it was', () => {
    const flat = new Uint8Array(FACE_PIXELS).fill(100);
    for (let seed = 0; seed < 20; seed++) {
      const { light } = drawAugmentation({ ...off, light: 0.6 }, new Random(seed));
      expect(Math.hypot(...light)).toBeLessThanOrEqual(0.6);
      const lit = augmented(flat, { ...off, light: 0.6 }, seed, FACE_SIZE).map((value) => (value + 1) * 127.5);
      const at = (x: number, y: number) => lit[y * FACE_SIZE + x];
      // A plane: at the centre of pixel (x, y), 100 · (1 + light · (its place from −1 to 1)).
      for (const [x, y] of [
        [0, 0],
        [47, 0],
        [10, 40],
        [47, 47],
      ]) {
        const [u, v] = [x, y].map((place) => (2 * place + 1) / FACE_SIZE - 1);
        expect(at(x, y)).toBeCloseTo(100 * (1 + light[0] * u + light[1] * v), 2);
      }
      const middle = [23, 24].flatMap((x) => [23, 24].map((y) => at(x, y)));
      expect(middle.reduce((a, b) => a + b) / 4).toBeCloseTo(100, 2);
    }
  });

  it('mirrors left and right when it flips', () => {
    const face = randomFace(1);
    const plain = augmented(face, off, 2, FACE_SIZE);
    const flipped = augmented(face, { ...off, flip: 1 }, 2, FACE_SIZE);
    for (let row = 0; row < FACE_SIZE; row++) {
      for (let column = 0; column < FACE_SIZE; column++) {
        expect(flipped[row * FACE_SIZE + column]).toBeCloseTo(plain[row * FACE_SIZE + FACE_SIZE - 1 - column], 4);
      }
    }
  });

  it('stays in [−1, 1], is decided by the seed, and writes only at its stride', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const face = randomFace(seed);
        const out = augmented(face, defaults, seed, 40, 8);
        expect(augmented(face, defaults, seed, 40, 8)).toEqual(out);
        expect(out.every((value) => value >= -1 && value <= 1)).toBe(true);
        expect(out.every((value, i) => i % 8 === 0 || value === 0)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('turns a face by the drawn angle and no other', () => {
    const face = new Uint8Array(FACE_PIXELS);
    // A bright spot 16 px right of the centre.
    for (let row = 22; row < 26; row++)
      for (let column = 38; column < 42; column++) face[row * FACE_SIZE + column] = 255;
    const spot = (values: Float32Array) => {
      let [mass, x, y] = [0, 0, 0];
      values.forEach((value, i) => {
        mass += value + 1;
        x += (value + 1) * ((i % FACE_SIZE) - 23.5);
        y += (value + 1) * (Math.floor(i / FACE_SIZE) - 23.5);
      });
      return { radius: Math.hypot(x, y) / mass, degrees: Math.abs((Math.atan2(y, x) * 180) / Math.PI) };
    };
    for (let seed = 0; seed < 20; seed++) {
      const { radius, degrees } = spot(augmented(face, { ...off, rotation: 15 }, seed, FACE_SIZE));
      expect(radius).toBeCloseTo(16, 0);
      expect(degrees).toBeLessThanOrEqual(15.5);
    }
  });
});
