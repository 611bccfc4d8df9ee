import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Smoothing } from '../../lens/Assets/EmotionDetector/Smoothing.ts';

const times = { min: 0.01, max: 1, noNaN: true };

/** The one smoothed value `seconds` after a step from 0 to 1. */
function stepResponse(time: number, seconds: number, frames: number): number {
  const smoothing = new Smoothing(1, time);
  smoothing.aim(Float32Array.of(0));
  smoothing.aim(Float32Array.of(1));
  for (let i = 0; i < frames; i++) smoothing.update(seconds / frames);
  return smoothing.values[0];
}

describe('smoothing', () => {
  it('follows a step as 1 − e^(−t/τ) at any frame rate', () => {
    fc.assert(
      fc.property(fc.double(times), fc.double(times), fc.integer({ min: 1, max: 120 }), (time, seconds, frames) => {
        expect(stepResponse(time, seconds, frames)).toBeCloseTo(1 - Math.exp(-seconds / time), 4);
      }),
    );
  });

  it('does not depend on how time is cut into frames', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 0.1, noNaN: true }), { minLength: 1 }), (frames) => {
        const smoothing = new Smoothing(1, 0.2);
        smoothing.aim(Float32Array.of(0));
        smoothing.aim(Float32Array.of(1));
        for (const dt of frames) smoothing.update(dt);
        const seconds = frames.reduce((sum, dt) => sum + dt, 0);
        expect(smoothing.values[0]).toBeCloseTo(stepResponse(0.2, seconds, 1), 4);
      }),
    );
  });

  it('takes the first target over at once, and again after a reset', () => {
    const smoothing = new Smoothing(2, 1);
    smoothing.aim(Float32Array.of(0.25, 0.75));
    expect(Array.from(smoothing.values)).toEqual([0.25, 0.75]);
    smoothing.reset();
    expect(Array.from(smoothing.values)).toEqual([0, 0]);
    smoothing.update(1);
    expect(Array.from(smoothing.values)).toEqual([0, 0]);
    smoothing.aim(Float32Array.of(0.5, 0.5));
    expect(Array.from(smoothing.values)).toEqual([0.5, 0.5]);
  });

  it('without a time follows at once, and in no time stays', () => {
    const prompt = new Smoothing(1, 0);
    prompt.aim(Float32Array.of(0));
    prompt.aim(Float32Array.of(1));
    prompt.update(0.001);
    expect(prompt.values[0]).toBe(1);
    expect(stepResponse(0.2, 0, 1)).toBe(0);
  });
});
