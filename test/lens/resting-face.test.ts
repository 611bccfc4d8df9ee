import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { NEUTRAL, NO_EMOTION } from '../../lens/Assets/EmotionDetector/Emotions.ts';
import { ExpressionTracker, type TrackerSettings } from '../../lens/Assets/EmotionDetector/ExpressionTracker.ts';
import { RestingFace } from '../../lens/Assets/EmotionDetector/RestingFace.ts';
import { Random } from '../../ml/core/random.ts';
import { distribution, sure } from './distributions.ts';

const [ANGRY, HAPPY, SAD] = [0, 3, 4];
const DT = 1 / 30;

/** What the model says of the resting face of someone who looks sad to it, and of that person's other faces. */
const GLOOMY = Float32Array.of(0.02, 0.005, 0.02, 0.005, 0.43, 0.01, 0.51);
const GLOOMY_ANGER = Float32Array.of(0.4, 0.01, 0.02, 0.005, 0.42, 0.005, 0.14);
/** The mean answer to the faces that people call neutral, from which a resting face may deviate. */
const TYPICAL = Float32Array.from([-4, -5.2, -4.6, -4.3, -2.5, -4.7, -0.5], Math.exp);

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
  calibration: 0.5,
};

function trackerWith(changes: Partial<TrackerSettings> = {}): ExpressionTracker {
  const tracker = new ExpressionTracker({ ...settings, ...changes });
  tracker.faceFound();
  return tracker;
}

/** Shows answers to a tracker, 30 a second, and tells the expressions that it went through. */
function watch(tracker: ExpressionTracker, seconds: number, answer?: Float32Array | (() => Float32Array)): number[] {
  const shown = [tracker.emotion];
  for (let i = 0; i < Math.round(seconds / DT); i++) {
    if (answer) tracker.observe(answer instanceof Float32Array ? answer : answer());
    tracker.update(DT);
    if (tracker.emotion !== shown.at(-1)) shown.push(tracker.emotion);
  }
  return shown;
}

const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);

describe('a resting face', () => {
  let face: RestingFace;
  beforeEach(() => {
    face = new RestingFace(1);
  });
  const learn = (seconds: number, answer: Float32Array, atRest = true) => {
    for (let i = 0; i < Math.round(seconds / DT); i++) {
      face.observe(answer);
      face.update(DT, atRest);
    }
  };

  it('that is typical changes nothing', () => {
    const typical = TYPICAL.map((value) => value / total(TYPICAL));
    learn(20, typical);
    fc.assert(
      fc.property(distribution, (answer) => {
        const changed = answer.slice();
        face.apply(changed);
        changed.forEach((value, i) => {
          expect(value).toBeCloseTo(answer[i], 5);
        });
      }),
    );
  });

  it('that is known in full reads as the typical one', () => {
    learn(20, GLOOMY);
    const changed = GLOOMY.slice();
    face.apply(changed);
    for (let i = 0; i < 7; i++) expect(changed[i]).toBeCloseTo(TYPICAL[i] / total(TYPICAL), 4);
  });

  it('keeps distributions distributions, and moves no odds by more than e⁴', () => {
    fc.assert(
      fc.property(distribution, distribution, (resting, answer) => {
        face = new RestingFace(1);
        learn(8, resting);
        const changed = answer.slice();
        face.apply(changed);
        expect(total(changed)).toBeCloseTo(1, 5);
        for (let i = 0; i < 7; i++) {
          const moved = Math.log((changed[i] * answer[NEUTRAL]) / (changed[NEUTRAL] * answer[i]));
          expect(Math.abs(moved)).toBeLessThan(4.001);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is learned only after a second of stillness, and then little by little', () => {
    learn(0.9, GLOOMY);
    expect(face.learned).toBe(0);
    learn(2.1, GLOOMY);
    const half = face.deviation(SAD);
    learn(8, GLOOMY);
    expect(face.deviation(SAD)).toBeCloseTo(2 * half, 1);
    expect(face.deviation(SAD)).toBeCloseTo(Math.log(0.43) + 2.5, 5);
  });

  it('is not learned from a face that moves', () => {
    for (let i = 0; i < 30; i++) {
      learn(0.5, sure(NEUTRAL, 0.9));
      learn(0.5, sure(NEUTRAL, 0.5));
    }
    expect(face.learned).toBe(0);
  });

  it('is learned the same at 10 and at 120 frames a second', () => {
    const [slow, fast] = [10, 120].map((framesPerSecond) => {
      const one = new RestingFace(0.5);
      for (let frame = 0; frame < 12 * framesPerSecond; frame++) {
        one.observe(frame < 6 * framesPerSecond ? GLOOMY : TYPICAL);
        one.update(1 / framesPerSecond, true);
      }
      return one;
    });
    expect(Math.abs(slow.deviation(SAD) - fast.deviation(SAD))).toBeLessThan(0.05);
  });
});

describe('personal calibration', () => {
  it('sees the anger of someone who always looks a little sad', () => {
    const [without, calibrated] = [0, 0.5].map((calibration) => {
      const tracker = trackerWith({ calibration });
      watch(tracker, 8, GLOOMY);
      expect(tracker.emotion).toBe(NEUTRAL);
      watch(tracker, 2, GLOOMY_ANGER);
      return tracker.emotion;
    });
    expect([without, calibrated]).toEqual([NEUTRAL, ANGRY]);
  });

  it('learns nothing of an expression, however long it is held', () => {
    for (const certainty of [0.55, 0.9]) {
      const tracker = trackerWith({ calibration: 1 });
      watch(tracker, 3, GLOOMY);
      const { learned } = tracker.resting!;
      const before = tracker.resting!.deviation(HAPPY);
      expect(watch(tracker, 120, sure(HAPPY, certainty)).at(-1)).toBe(HAPPY);
      // Only the moment in which the smile has not been decided on yet may count, and that is no stillness.
      expect(tracker.resting!.learned).toBe(learned);
      expect(tracker.resting!.deviation(HAPPY)).toBe(before);
    }
  });

  it('does not wear an expression away that would be shown without it', () => {
    // Calibrated to sadness, 52 % sad is shown as neutral, but it is sad, and is not learned.
    const tracker = trackerWith({ calibration: 1 });
    watch(tracker, 20, GLOOMY);
    const { learned } = tracker.resting!;
    watch(tracker, 60, sure(SAD, 0.52));
    expect(tracker.emotion).toBe(NEUTRAL);
    expect(tracker.resting!.learned).toBeLessThan(learned + 0.1);
  });

  it('reacts as fast as without, and switches no more often, while it learns', () => {
    const times = [0, 0.3, 1].map((calibration) => {
      const random = new Random(3);
      const noisy = (answer: Float32Array) => () => {
        const changed = answer.map((value) => value * Math.exp(0.3 * random.normal()));
        return changed.map((value) => value / total(changed));
      };
      const tracker = trackerWith({ calibration });
      let switches = 0;
      let slowest = 0;
      for (let turn = 0; turn < 10; turn++)
        for (const [emotion, answer] of [
          [NEUTRAL, TYPICAL],
          [HAPPY, sure(HAPPY, 0.85)],
        ] as const) {
          const reacted = tracker.emotion;
          let time = 0;
          while (tracker.emotion !== emotion && time < 5) {
            watch(tracker, DT, noisy(answer));
            time += DT;
          }
          if (turn > 0) slowest = Math.max(slowest, time);
          switches += Number(reacted !== tracker.emotion) + watch(tracker, 6, noisy(answer)).length - 1;
        }
      return { switches, slowest };
    });
    for (const { switches, slowest } of times) {
      expect(switches).toBe(20);
      expect(Math.abs(slowest - times[0].slowest)).toBeLessThanOrEqual(2 * DT + 1e-9);
    }
  });

  it('is kept while the face is away for a moment, and forgotten after five seconds', () => {
    const tracker = trackerWith();
    watch(tracker, 8, GLOOMY);
    const learned = tracker.resting!.deviation(SAD);
    expect(learned).toBeGreaterThan(1);
    for (const [seconds, expected] of [
      [4, learned],
      [5.2, 0],
    ]) {
      tracker.faceLost();
      watch(tracker, seconds);
      expect(tracker.emotion).toBe(NO_EMOTION);
      tracker.faceFound();
      expect(tracker.resting!.deviation(SAD)).toBe(expected);
    }
  });

  it('does not exist at strength 0', () => {
    expect(trackerWith({ calibration: 0 }).resting).toBeUndefined();
  });
});
