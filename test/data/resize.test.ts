import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resizeBilinear } from '../../ml/data/resize.ts';

/** The definition, pixel by pixel: a tent over the source, whose edge pixels go on for ever. */
function naiveResize(source: Uint8Array, side: number, target: number): number[] {
  const pixel = (row: number, column: number) => {
    const inside = (i: number) => Math.min(side - 1, Math.max(0, i));
    return source[inside(row) * side + inside(column)];
  };
  return Array.from({ length: target * target }, (_, i) => {
    const y = ((Math.floor(i / target) + 0.5) * side) / target - 0.5;
    const x = (((i % target) + 0.5) * side) / target - 0.5;
    let value = 0;
    for (let row = Math.floor(y); row <= Math.floor(y) + 1; row++)
      for (let column = Math.floor(x); column <= Math.floor(x) + 1; column++)
        value += pixel(row, column) * (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
    return value;
  });
}

function resized(source: Uint8Array, side: number, target: number): Float32Array {
  const out = new Float32Array(target * target);
  resizeBilinear(source, side, target, out);
  return out;
}

describe('resizeBilinear', () => {
  it('agrees with the definition at any size', () => {
    const image = fc
      .integer({ min: 1, max: 12 })
      .chain((side) => fc.tuple(fc.constant(side), fc.uint8Array({ minLength: side * side, maxLength: side * side })));
    fc.assert(
      fc.property(image, fc.integer({ min: 1, max: 30 }), ([side, source], target) => {
        const expected = naiveResize(source, side, target);
        const largest = Math.max(...resized(source, side, target).map((value, i) => Math.abs(value - expected[i])));
        expect(largest).toBeLessThan(1e-4);
      }),
    );
  });

  it('gives the quarter points that half-pixel centres imply when the side doubles', () => {
    expect(Array.from(resized(Uint8Array.of(0, 100, 0, 100), 2, 4).subarray(0, 4))).toEqual([0, 25, 75, 100]);
  });

  it('keeps an image of the same size and a constant one as they are', () => {
    const source = Uint8Array.from({ length: 25 }, (_, i) => (i * 37) % 256);
    expect(Array.from(resized(source, 5, 5))).toEqual(Array.from(source));
    expect(new Set(resized(new Uint8Array(25).fill(77), 5, 13))).toEqual(new Set([77]));
  });
});
