import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { bicubic, evaluateFolder } from '../../ml/superres/evaluate.ts';
import type { Plane } from '../../ml/superres/plane.ts';
import { compareLuma } from '../../ml/superres/quality.ts';
import { needing, realData } from '../real-data.ts';
import { smoothPlane } from './pictures.ts';

const SETS = realData('sr');

/** SSIM by its definition, window by window. */
function ssimOf(a: Plane, b: Plane): number {
  const { width, height } = a;
  const weights = Array.from({ length: 121 }, (_, i) => {
    const [x, y] = [(i % 11) - 5, Math.floor(i / 11) - 5];
    return Math.exp(-(x * x + y * y) / 4.5);
  });
  const total = weights.reduce((sum, w) => sum + w, 0);
  const scores: number[] = [];
  for (let top = 0; top + 11 <= height; top++)
    for (let left = 0; left + 11 <= width; left++) {
      const mean = (of: (p: number) => number) =>
        weights.reduce((sum, w, i) => sum + w * of((top + Math.floor(i / 11)) * width + left + (i % 11)), 0) / total;
      const [ma, mb] = [mean((p) => a.values[p]), mean((p) => b.values[p])];
      const va = mean((p) => (a.values[p] - ma) ** 2);
      const vb = mean((p) => (b.values[p] - mb) ** 2);
      const cov = mean((p) => (a.values[p] - ma) * (b.values[p] - mb));
      const [c1, c2] = [6.5025, 58.5225];
      scores.push(((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2)));
    }
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

describe('quality', () => {
  const truth = smoothPlane(24, 20, new Random(1));
  const rounded = { ...truth, values: truth.values.map(Math.round) };

  it('of the same picture is perfect, and of one grey level off is 48.13 dB', () => {
    expect(compareLuma(truth, truth, 2)).toEqual({ psnr: Number.POSITIVE_INFINITY, ssim: 1 });
    const off = { ...rounded, values: rounded.values.map((value) => value + 1) };
    expect(compareLuma(off, rounded, 2).psnr).toBeCloseTo(48.13, 2);
  });

  it('has the SSIM of its definition', () => {
    const random = new Random(2);
    const noisy = { ...rounded, values: rounded.values.map((value) => Math.round(value + random.normal(0, 9))) };
    expect(compareLuma(noisy, rounded, 0).ssim).toBeCloseTo(ssimOf(noisy, rounded), 4);
  });

  it('does not look at the border', () => {
    const values = rounded.values.map((value, i) => (i < 48 ? 0 : value));
    expect(compareLuma({ ...rounded, values }, rounded, 2).psnr).toBe(Number.POSITIVE_INFINITY);
    expect(compareLuma({ ...rounded, values }, rounded, 1).psnr).toBeLessThan(30);
  });
});

describe('bicubic scaling of the usual sets', needing(join(SETS, 'Set5')), () => {
  it.each([
    ['Set5', 4, 28.42, 0.8104],
    ['Set5', 2, 33.66, 0.9299],
    ['Set14', 2, 30.24, 0.8688],
  ])('of %s by %i has the published PSNR %f and SSIM %f', async (set, scale, psnr, ssim) => {
    const [{ mean }] = await evaluateFolder([bicubic(scale)], join(SETS, set), silent);
    // Set14 goes about in several copies, some of whose pictures are not the original ones.
    expect(Math.abs(mean.psnr - psnr)).toBeLessThan(set === 'Set5' ? 0.02 : 0.1);
    expect(Math.abs(mean.ssim - ssim)).toBeLessThan(0.002);
  });
});
