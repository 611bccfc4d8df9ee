import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { NEUTRAL, NO_EMOTION } from '../../lens/Assets/EmotionDetector/Emotions.ts';
import { ExpressionTracker, type TrackerSettings } from '../../lens/Assets/EmotionDetector/ExpressionTracker.ts';
import { distribution, sure } from './distributions.ts';

const HAPPY = 3;
const SAD = 4;
const DT = 1 / 30;
const settings: TrackerSettings = {
  smoothingTime: 0.2,
  enter: 0.5,
  gap: 0.15,
  hold: 0.5,
  grace: 0.3,
  fade: 0.5,
  sensitivities: new Array(7).fill(0),
  acted: 0,
  actedBias: new Array(7).fill(0),
  calibration: 0,
};

let tracker: ExpressionTracker;
beforeEach(() => {
  tracker = new ExpressionTracker(settings);
});

/** The model answers the same in every frame, or not at all. */
function watch(seconds: number, output?: Float32Array): void {
  for (let i = 0; i < Math.round(seconds / DT); i++) {
    if (output) tracker.observe(output);
    tracker.update(DT);
  }
}

describe('a face that shows an expression', () => {
  it('is unknown until the model answers, then shown at once', () => {
    tracker.faceFound();
    watch(1);
    expect([tracker.emotion, tracker.intensity, tracker.presence]).toEqual([NO_EMOTION, 0, 1]);
    tracker.observe(sure(HAPPY));
    tracker.update(DT);
    expect(tracker.emotion).toBe(HAPPY);
    expect(tracker.intensity).toBe(1);
  });

  it('is neutral while nothing passes the threshold', () => {
    tracker.faceFound();
    watch(1, sure(HAPPY, 0.45));
    expect(tracker.emotion).toBe(NEUTRAL);
  });

  it('has an intensity from 0 at the leave threshold to 1 at 0.85', () => {
    tracker.faceFound();
    watch(1, sure(HAPPY, 0.6));
    expect(tracker.emotion).toBe(HAPPY);
    expect(tracker.intensity).toBeCloseTo(0.5, 5);
    watch(0.3, sure(HAPPY, 0.2));
    expect(tracker.emotion).toBe(HAPPY);
    expect(tracker.probabilities[HAPPY]).toBeLessThan(0.35);
    expect(tracker.intensity).toBe(0);
  });

  it('is followed by the sensitivities', () => {
    const sensitivities = new Array(7).fill(0).with(HAPPY, 1);
    tracker = new ExpressionTracker({ ...settings, sensitivities });
    tracker.faceFound();
    watch(1, sure(HAPPY, 0.3));
    expect(tracker.emotion).toBe(HAPPY);
    expect(tracker.probabilities[HAPPY]).toBeCloseTo(2.4 / 3.1, 5);
  });

  it('always has an intensity within 0..1', () => {
    fc.assert(
      fc.property(fc.array(distribution, { minLength: 1 }), (outputs) => {
        tracker = new ExpressionTracker(settings);
        tracker.faceFound();
        for (const output of outputs) {
          tracker.observe(output);
          tracker.update(DT);
          expect(tracker.intensity).toBeGreaterThanOrEqual(0);
          expect(tracker.intensity).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('a face that is lost', () => {
  beforeEach(() => {
    tracker.faceFound();
    watch(1, sure(HAPPY));
    tracker.faceLost();
  });

  it('keeps its expression for the grace time, fades, and is gone', () => {
    watch(0.3);
    expect([tracker.emotion, tracker.intensity]).toEqual([HAPPY, 1]);
    watch(0.25);
    expect(tracker.emotion).toBe(HAPPY);
    expect(tracker.intensity).toBeCloseTo(0.5, 1);
    watch(0.3);
    expect([tracker.emotion, tracker.intensity, tracker.presence]).toEqual([NO_EMOTION, 0, 0]);
    expect(Array.from(tracker.probabilities)).toEqual(new Array(7).fill(0));
  });

  it('goes on as before if it is found within the grace time', () => {
    watch(0.2);
    tracker.faceFound();
    expect(tracker.emotion).toBe(HAPPY);
    expect(tracker.presence).toBe(1);
  });

  it.each([0.5, 5])('starts afresh if it is found after %s s', (seconds) => {
    watch(seconds);
    tracker.faceFound();
    expect([tracker.emotion, tracker.presence, tracker.intensity]).toEqual([NO_EMOTION, 1, 0]);
    tracker.observe(sure(SAD));
    tracker.update(DT);
    // Neither smoothing nor the hold time know of the face before.
    expect(tracker.emotion).toBe(SAD);
    expect(tracker.probabilities[SAD]).toBeCloseTo(0.88, 5);
  });
});

describe('an answer that is no distribution', () => {
  it('makes everything start afresh, and is said', () => {
    tracker.faceFound();
    watch(1, sure(HAPPY));
    expect(tracker.observe(new Float32Array(7).fill(Number.NaN))).toBe('gives values that are no numbers');
    expect([tracker.emotion, tracker.intensity]).toEqual([NO_EMOTION, 0]);
    watch(1);
    expect(tracker.emotion).toBe(NO_EMOTION);
    expect(tracker.observe(sure(SAD))).toBeUndefined();
    tracker.update(DT);
    expect(tracker.emotion).toBe(SAD);
  });
});

describe('the frame rate', () => {
  const ANSWERS_PER_SECOND = 15;
  interface Switch {
    readonly emotion: number;
    readonly time: number;
  }

  /** Plays a signal in time at a frame rate, and tells when which expression came. */
  function play(signal: (time: number) => Float32Array, seconds: number, framesPerSecond: number): Switch[] {
    tracker = new ExpressionTracker(settings);
    tracker.faceFound();
    const switches: Switch[] = [];
    let answers = 0;
    for (let frame = 0; frame < seconds * framesPerSecond; frame++) {
      const time = frame / framesPerSecond;
      if (time >= answers / ANSWERS_PER_SECOND) tracker.observe(signal(answers++ / ANSWERS_PER_SECOND));
      tracker.update(1 / framesPerSecond);
      if (tracker.emotion !== switches.at(-1)?.emotion) switches.push({ emotion: tracker.emotion, time });
    }
    return switches;
  }

  it('changes nothing but when a decision can come, from 15 to 120 frames a second', () => {
    const expressions = fc.array(
      fc.record({
        emotion: fc.integer({ min: 0, max: NEUTRAL }),
        certainty: fc.double({ min: 0.7, max: 0.95, noNaN: true }),
      }),
      { minLength: 2, maxLength: 6 },
    );
    fc.assert(
      fc.property(expressions, fc.integer({ min: 15, max: 119 }), (shown, framesPerSecond) => {
        const signal = (time: number) => {
          const { emotion, certainty } = shown[Math.min(Math.floor(time / 1.5), shown.length - 1)];
          return sure(emotion, certainty);
        };
        const slow = play(signal, 1.5 * shown.length, framesPerSecond);
        const fast = play(signal, 1.5 * shown.length, 120);
        expect(slow.map(({ emotion }) => emotion)).toEqual(fast.map(({ emotion }) => emotion));
        slow.forEach(({ time }, i) => {
          expect(Math.abs(time - fast[i].time)).toBeLessThanOrEqual(2 / framesPerSecond);
        });
      }),
      { numRuns: 50 },
    );
  });
});
