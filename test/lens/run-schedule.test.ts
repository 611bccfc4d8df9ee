import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunSchedule } from '../../lens/Assets/EmotionDetector/RunSchedule.ts';

/** Runs in ten seconds of even frames. @param busyFrames that each run takes. */
function runs(runsPerSecond: number, framesPerSecond: number, busyFrames = 0): number {
  const schedule = new RunSchedule(runsPerSecond);
  let [count, busy] = [0, 0];
  for (let frame = 0; frame < 10 * framesPerSecond; frame++, busy--) {
    if (!schedule.isDue(1 / framesPerSecond, busy <= 0)) continue;
    count++;
    busy = busyFrames;
  }
  return count;
}

describe('the run schedule', () => {
  it('runs in every frame at a rate of 0', () => {
    expect(runs(0, 30)).toBe(300);
  });

  it('keeps its rate on average at any frame rate that allows it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 15, max: 120 }), (rate, fps) => {
        expect(Math.abs(runs(rate, fps) - 10 * rate)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('runs in every frame where the frame rate is lower than the rate', () => {
    expect(runs(30, 20)).toBe(200);
  });

  it('waits for the model, and does not make up for missed runs', () => {
    expect(runs(15, 30, 10)).toBe(30);
    const schedule = new RunSchedule(10);
    expect(schedule.isDue(0.1, true)).toBe(true);
    for (let i = 0; i < 20; i++) expect(schedule.isDue(0.1, false)).toBe(false);
    const after = Array.from({ length: 8 }, () => schedule.isDue(0.025, true));
    expect(after).toEqual([true, false, false, false, true, false, false, false]);
  });
});
