import { describe, expect, it } from 'vitest';
import { Resolution } from '../../../tools/preview/page/draw/materials/resolution.ts';

/** Draws on a machine that needs so long for the whole screen, and for what does not depend on its size. */
function settle(whole: number, fixed = 0, drawings = 100): number[] {
  const resolution = new Resolution();
  return Array.from({ length: drawings }, () => {
    const { scale } = resolution;
    resolution.took(fixed + whole * scale * scale);
    return scale;
  });
}

describe('the resolution of materials', () => {
  it('is the screen’s where that is fast enough', () => {
    expect(new Set(settle(12))).toEqual(new Set([1]));
  });

  it.each([
    [20, 0.7],
    [40, 0.5],
    [100, 0.35],
    [5000, 0.35],
  ])('settles, without swinging, where a drawing of %d ms is fast enough', (whole, expected) => {
    expect(new Set(settle(whole).slice(30))).toEqual(new Set([expected]));
  });

  it('becomes fine again when a slow effect is over, and does not follow a single slow drawing', () => {
    const resolution = new Resolution();
    for (let i = 0; i < 30; i++) resolution.took(80);
    expect(resolution.scale).toBe(0.35);
    for (let i = 0; i < 30; i++) resolution.took(2);
    expect(resolution.scale).toBe(1);
    for (let i = 0; i < 30; i++) resolution.took(i === 15 ? 60 : 4);
    expect(resolution.scale).toBe(1);
  });
});
