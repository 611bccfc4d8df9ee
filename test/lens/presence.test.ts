import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Presence } from '../../lens/Assets/EmotionDetector/Presence.ts';

const seconds = fc.double({ min: 0, max: 3, noNaN: true });

function lostFor(presence: Presence, time: number): number {
  presence.found();
  presence.lost();
  presence.update(time);
  return presence.value;
}

describe('the presence of a face', () => {
  it('is 0 before a face was found and 1 while it is there', () => {
    const presence = new Presence(0.3, 0.5);
    expect(presence.value).toBe(0);
    expect(presence.found()).toBe(true);
    presence.update(10);
    expect(presence.value).toBe(1);
    expect(presence.isThere).toBe(true);
  });

  it('stays 1 in the grace time, then falls evenly to 0', () => {
    expect(lostFor(new Presence(0.3, 0.5), 0.3)).toBe(1);
    expect(lostFor(new Presence(0.3, 0.5), 0.55)).toBeCloseTo(0.5);
    expect(lostFor(new Presence(0.3, 0.5), 0.81)).toBe(0);
    expect(lostFor(new Presence(0.3, 0), 0.31)).toBe(0);
  });

  it('never rises while the face is lost, and lies within 0..1', () => {
    fc.assert(
      fc.property(seconds, seconds, fc.array(fc.double({ min: 0, max: 0.2, noNaN: true })), (grace, fade, frames) => {
        const presence = new Presence(grace, fade);
        let last = lostFor(presence, 0);
        expect(last).toBe(1);
        for (const dt of frames) {
          presence.update(dt);
          expect(presence.value).toBeLessThanOrEqual(last);
          expect(presence.value).toBeGreaterThanOrEqual(0);
          last = presence.value;
        }
      }),
    );
  });

  it('takes a face found in the grace time for the same, later for another', () => {
    const presence = new Presence(0.3, 0.5);
    lostFor(presence, 0.3);
    expect(presence.found()).toBe(false);
    expect(presence.value).toBe(1);
    lostFor(presence, 0.31);
    expect(presence.found()).toBe(true);
    expect(presence.value).toBe(1);
  });
});
