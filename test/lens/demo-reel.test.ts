import { describe, expect, it } from 'vitest';
import { DemoReel } from '../../lens/Assets/EmotionDetector/DemoReel.ts';
import { NO_EMOTION } from '../../lens/Assets/EmotionDetector/Emotions.ts';

/** Plays a reel. @returns each expression with how long it was shown, in frames. */
function play(reel: DemoReel, seconds: number, fps: number): [number, number][] {
  const shown: [number, number][] = [];
  for (let frame = 0; frame < seconds * fps; frame++) {
    reel.update(1 / fps);
    const last = shown.at(-1);
    if (last?.[0] === reel.emotion) last[1]++;
    else shown.push([reel.emotion, 1]);
  }
  return shown;
}

describe('the demo', () => {
  it('shows each class for its time, with pauses between, over and over', () => {
    const shown = play(new DemoReel(3, 2, 0.5), 15, 32);
    expect(shown.map(([emotion]) => emotion)).toEqual([
      0,
      NO_EMOTION,
      1,
      NO_EMOTION,
      2,
      NO_EMOTION,
      0,
      -1,
      1,
      -1,
      2,
      -1,
    ]);
    for (const [emotion, frames] of shown) expect(frames).toBe(emotion === NO_EMOTION ? 16 : 64);
  });

  it('shows the same at the same time whatever the frame rate', () => {
    const at = (fps: number) => {
      const reel = new DemoReel(7, 1.5, 0.25);
      return Array.from({ length: 20 }, () => {
        for (let frame = 0; frame < fps; frame++) reel.update(1 / fps);
        return reel.emotion;
      });
    };
    expect(at(64)).toEqual(at(16));
  });

  it('shows a class with certainty at full strength, and none in a pause', () => {
    const reel = new DemoReel(2, 1, 1);
    reel.update(0.5);
    expect([reel.emotion, reel.intensity, reel.presence, ...reel.probabilities]).toEqual([0, 1, 1, 1, 0]);
    reel.update(1);
    reel.update(1);
    expect([reel.emotion, reel.intensity, reel.presence, ...reel.probabilities]).toEqual([NO_EMOTION, 0, 1, 0, 0]);
  });

  it('goes on with times that make no sense', () => {
    for (const [hold, pause] of [
      [0, 0],
      [-1, -1],
      [Number.NaN, Number.NaN],
    ]) {
      const shown = play(new DemoReel(3, hold, pause), 1, 30);
      expect(shown.slice(0, 4).map(([emotion]) => emotion)).toEqual([0, 1, 2, 0]);
    }
  });
});
