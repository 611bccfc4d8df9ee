import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { compressAsJpeg } from '../../ml/train/jpeg.ts';
import { drawGlasses, drawHand, paintGlasses, paintHand } from '../../ml/train/occluders.ts';

/** A smooth picture with edges and a little noise. */
function picture(seed: number, side: number): Uint8Array {
  const random = new Random(seed);
  const [across, down, radius] = [random.uniform(0, 6), random.uniform(0, 6), random.uniform(0.1, 0.4)];
  return Uint8Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [(at % side) / side, Math.floor(at / side) / side];
    const disc = Math.hypot(x - 0.5, y - 0.5) < radius ? 60 : 0;
    return Math.min(255, Math.max(0, 110 + 50 * Math.sin(across * x + down * y) + disc + random.normal(0, 4)));
  });
}

const meanDifference = (a: ArrayLike<number>, b: Uint8Array) =>
  b.reduce((sum, grey, at) => sum + Math.abs(a[at] - grey), 0) / b.length;

describe('JPEG', () => {
  it('shows a picture as the codec of libjpeg does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom(48, 192, 41),
        async (seed, quality, side) => {
          const source = picture(seed, side);
          const ours = Float32Array.from(source);
          compressAsJpeg(ours, side, quality);
          const raw = { raw: { width: side, height: side, channels: 1 as const } };
          const file = await sharp(source, raw).jpeg({ quality }).toBuffer();
          const theirs = await sharp(file).toColourspace('b-w').raw().toBuffer();
          // Its transform works in integers, so that a frequency half way between two steps may be rounded the other way.
          expect(meanDifference(ours, theirs)).toBeLessThan(0.6 * meanDifference(source, theirs));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('drawn glasses', () => {
  it('lie on the eyes, leave chin and corners alone, and are lens and rim', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const side = 96;
        const face = new Uint8Array(side * side).fill(150);
        const glasses = drawGlasses(new Random(seed));
        paintGlasses(face, side, glasses);
        const at = (x: number, y: number) => face[Math.floor(y * side) * side + Math.floor(x * side)];
        for (let x = 0.02; x < 1; x += 0.05) {
          expect(at(x, 0.62)).toBe(150);
          expect(at(x, 0.18)).toBe(150);
        }
        const { middle, apart, opacity, tone } = glasses;
        for (const direction of [-1, 1]) {
          // Below the middle of the lens there is no glare, only tint.
          const tinted = at(middle[0] + direction * apart, middle[1] + 0.03);
          expect(Math.abs(tinted - (150 + opacity * (tone - 150)))).toBeLessThan(2);
        }
        expect(Math.min(...face)).toBeLessThan(150);
      }),
    );
  });
});

describe('a drawn hand', () => {
  it('covers each finger and the palm with skin, and leaves eyes and forehead free', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const side = 96;
        const face = Uint8Array.from({ length: side * side }, (_, at) => (at % 2 === 0 ? 0 : 200));
        const hand = drawHand(new Random(seed));
        const before = face.slice();
        paintHand(face, side, hand);
        const skin = 100 * hand.tone;
        let seen = 0;
        for (const place of [...hand.fingers.map(({ tip }) => tip), hand.palm]) {
          const [x, y] = place.map((share) => Math.floor(share * side));
          if (x < 0 || y < 0 || x >= side || y >= side) continue;
          seen += 1;
          expect(Math.abs(face[y * side + x] - skin)).toBeLessThan(0.3 * skin);
        }
        expect(seen).toBeGreaterThan(0);
        expect(face.subarray(0, 0.25 * side * side)).toEqual(before.subarray(0, 0.25 * side * side));
      }),
    );
  });
});
