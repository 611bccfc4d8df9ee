import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greyOfLuma, lumaOfGrey } from '../../ml/core/bt601.ts';
import { Random } from '../../ml/core/random.ts';
import { chromaOf, cropToMultiple, lumaOf, type Picture, type Plane, pictureOf } from '../../ml/superres/plane.ts';
import { resizeBicubic } from '../../ml/superres/resize.ts';
import { smoothPlane } from './pictures.ts';

/** The definition: every target pixel is a weighted mean over the whole mirrored source, in two dimensions at once. */
function definition({ width, height, values }: Plane, toWidth: number, toHeight: number): number[] {
  const keys = (x: number) => {
    const d = Math.abs(x);
    if (d <= 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
    return d <= 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
  };
  const weight = (source: number, target: number, count: number, position: number) => {
    const scale = Math.min(1, target / count);
    return keys(scale * ((position + 0.5) * (count / target) - (source + 0.5)));
  };
  const mirrored = (i: number, count: number) => (i < 0 ? -1 - i : i >= count ? 2 * count - 1 - i : i);
  return Array.from({ length: toWidth * toHeight }, (_, at) => {
    const [x, y] = [at % toWidth, Math.floor(at / toWidth)];
    let [sum, total] = [0, 0];
    for (let row = -height; row < 2 * height; row++)
      for (let column = -width; column < 2 * width; column++) {
        const w = weight(row, toHeight, height, y) * weight(column, toWidth, width, x);
        sum += w * values[mirrored(row, height) * width + mirrored(column, width)];
        total += w;
      }
    return sum / total;
  });
}

describe('bicubic scaling', () => {
  it.each([
    [12, 8, 3, 2],
    [12, 8, 6, 4],
    [9, 7, 5, 11],
    [5, 6, 20, 24],
    [8, 8, 8, 8],
  ])('from %i×%i to %i×%i is the weighted mean of its definition', (width, height, toWidth, toHeight) => {
    const source = smoothPlane(width, height, new Random(width));
    const expected = definition(source, toWidth, toHeight);
    const found = resizeBicubic(source, toWidth, toHeight).values;
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 3);
  });

  it('scales a mirrored picture to the mirrored result', () => {
    const source = smoothPlane(24, 16, new Random(2));
    const mirror = ({ width, height, values }: Plane): Plane => ({
      width,
      height,
      values: values.map((_, i) => values[Math.floor(i / width) * width + width - 1 - (i % width)]),
    });
    const a = resizeBicubic(mirror(source), 6, 4).values;
    const b = mirror(resizeBicubic(source, 6, 4)).values;
    for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i], 3);
  });
});

describe('colours', () => {
  it("have the YCbCr of MATLAB's documentation and of BT.601", () => {
    const values = Uint8Array.of(255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 0, 255);
    const picture: Picture = { width: 4, height: 1, values };
    const [cb, cr] = chromaOf(picture);
    const rounded = [lumaOf(picture), cb, cr].map(({ values: channel }) => [...channel.map(Math.round)]);
    expect(rounded).toEqual([
      [235, 16, 81, 41],
      [128, 128, 90, 240],
      [128, 128, 240, 110],
    ]);
  });

  it('come back from YCbCr, and a grey is its luma', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 3, maxLength: 3 }), (values) => {
        const picture: Picture = { width: 1, height: 1, values };
        const back = pictureOf(lumaOf(picture), chromaOf(picture)).values;
        for (let i = 0; i < 3; i++) expect(Math.abs(back[i] - values[i])).toBeLessThanOrEqual(1);
      }),
    );
    for (let grey = 0; grey < 256; grey++) {
      const picture: Picture = { width: 1, height: 1, values: new Uint8Array(3).fill(grey) };
      expect(lumaOf(picture).values[0]).toBeCloseTo(lumaOfGrey(grey), 3);
      expect(greyOfLuma(lumaOfGrey(grey))).toBeCloseTo(grey, 9);
    }
  });

  it('are cropped to a multiple from the upper left corner', () => {
    const values = Uint8Array.from({ length: 3 * 5 * 3 }, (_, i) => Math.floor(i / 3));
    const { width, height, values: part } = cropToMultiple({ width: 5, height: 3, values }, 2);
    expect([width, height]).toEqual([4, 2]);
    expect([...part].filter((_, i) => i % 3 === 0)).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
  });
});
