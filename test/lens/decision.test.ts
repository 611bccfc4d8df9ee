import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decision, nextEmotion } from '../../lens/Assets/EmotionDetector/Decision.ts';
import { NEUTRAL, NO_EMOTION } from '../../lens/Assets/EmotionDetector/Emotions.ts';
import { distribution, sure } from './distributions.ts';

const ANGRY = 0;
const HAPPY = 3;
const SAD = 4;
const RULE = { enter: 0.5, gap: 0.15 };
const rule = fc.record({
  enter: fc.double({ min: 0.2, max: 0.95, noNaN: true }),
  gap: fc.double({ min: 0.02, max: 0.5, noNaN: true }),
});
const current = fc.integer({ min: NO_EMOTION, max: NEUTRAL });
const classes = fc.integer({ min: 0, max: NEUTRAL });

/** Those not given are 0; the sum matters not. */
function probabilities(values: Readonly<Record<number, number>>): Float32Array {
  return Float32Array.from({ length: 7 }, (_, i) => values[i] ?? 0);
}

describe('the next expression', () => {
  it.each([
    ['enters at the threshold', NEUTRAL, { [HAPPY]: 0.5, [NEUTRAL]: 0.3 }, HAPPY],
    ['does not enter below it', NEUTRAL, { [HAPPY]: 0.49, [NEUTRAL]: 0.3 }, NEUTRAL],
    ['does not enter unless it beats the current one by the gap', NEUTRAL, { [HAPPY]: 0.52, [NEUTRAL]: 0.4 }, NEUTRAL],
    ['stays above the leave threshold', HAPPY, { [HAPPY]: 0.36, [NEUTRAL]: 0.4 }, HAPPY],
    ['leaves below it, to neutral', HAPPY, { [HAPPY]: 0.34, [NEUTRAL]: 0.3 }, NEUTRAL],
    ['gives way to one that beats it', HAPPY, { [HAPPY]: 0.36, [SAD]: 0.55 }, SAD],
    ['gives way to a strong neutral', HAPPY, { [HAPPY]: 0.4, [NEUTRAL]: 0.56 }, NEUTRAL],
    ['at the start is the one that reaches the threshold', NO_EMOTION, { [ANGRY]: 0.51, [NEUTRAL]: 0.49 }, ANGRY],
    ['at the start is neutral where none does', NO_EMOTION, { [ANGRY]: 0.45, [HAPPY]: 0.4 }, NEUTRAL],
  ])('%s', (_, before, values, after) => {
    expect(nextEmotion(before, probabilities(values), RULE)).toBe(after);
  });

  it('is never none', () => {
    fc.assert(
      fc.property(current, distribution, rule, (before, values, settings) => {
        expect(nextEmotion(before, values, settings)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is neutral, the current one or one above the threshold', () => {
    fc.assert(
      fc.property(current, distribution, rule, (before, values, settings) => {
        const next = nextEmotion(before, values, settings);
        if (next !== NEUTRAL && next !== before) expect(values[next]).toBeGreaterThanOrEqual(settings.enter);
      }),
    );
  });

  it('stays the same when its probability grows at the cost of all others', () => {
    fc.assert(
      fc.property(
        current,
        distribution,
        rule,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (before, values, settings, share) => {
          const next = nextEmotion(before, values, settings);
          const more = values.map((value, i) => (1 - share) * value + (i === next ? share : 0));
          expect(nextEmotion(before, more, settings)).toBe(next);
        },
      ),
    );
  });
});

describe('the decision over time', () => {
  it('never brings an expression back that it left, under noise narrower than the gap', () => {
    const noise = fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }));
    fc.assert(
      fc.property(distribution, noise, rule, (center, frames, settings) => {
        const decision = new Decision({ ...settings, hold: 0, settle: 0 });
        const shown: number[] = [];
        for (const frame of frames) {
          const noisy = center.map((value, i) => value + settings.gap * 0.99 * (frame[i] - 0.5));
          decision.update(noisy, 1 / 30);
          if (shown.at(-1) !== decision.emotion) shown.push(decision.emotion);
        }
        expect(new Set(shown).size).toBe(shown.length);
      }),
      { numRuns: 500 },
    );
  });

  it('never changes before the hold time is over', () => {
    const frames = fc.array(
      fc.record({ emotion: classes, dt: fc.double({ min: 1 / 120, max: 1 / 15, noNaN: true }) }),
      { minLength: 50, maxLength: 200 },
    );
    fc.assert(
      fc.property(frames, fc.double({ min: 0, max: 1, noNaN: true }), (signal, hold) => {
        const decision = new Decision({ ...RULE, hold, settle: 0 });
        let [held, shown] = [Number.POSITIVE_INFINITY, decision.emotion];
        for (const { emotion, dt } of signal) {
          decision.update(sure(emotion), dt);
          held += dt;
          if (decision.emotion === shown) continue;
          expect(held).toBeGreaterThanOrEqual(hold - 1e-9);
          [held, shown] = [0, decision.emotion];
        }
      }),
    );
  });

  it('changes to what has been there all the while, once the hold time is over', () => {
    const decision = new Decision({ ...RULE, hold: 0.5, settle: 0 });
    decision.update(sure(HAPPY), 0.1);
    const shown = Array.from({ length: 7 }, () => {
      decision.update(sure(SAD), 0.1);
      return decision.emotion;
    });
    expect(shown).toEqual([HAPPY, HAPPY, HAPPY, HAPPY, SAD, SAD, SAD]);
  });

  it('falls back to neutral only after nothing has passed for a while, so that it is not shown between two', () => {
    const decision = new Decision({ ...RULE, hold: 0, settle: 0.3 });
    const show = (values: Readonly<Record<number, number>>) => {
      decision.update(probabilities(values), 0.1);
      return decision.emotion;
    };
    expect(show({ [HAPPY]: 0.9 })).toBe(HAPPY);
    expect([1, 2].map(() => show({ [HAPPY]: 0.3, [SAD]: 0.4 }))).toEqual([HAPPY, HAPPY]);
    expect(show({ [HAPPY]: 0.2, [SAD]: 0.6 })).toBe(SAD);
    expect([1, 2, 3].map(() => show({ [SAD]: 0.3 }))).toEqual([SAD, SAD, NEUTRAL]);
    expect(show({ [HAPPY]: 0.9 })).toBe(HAPPY);
    expect(show({ [NEUTRAL]: 0.9 })).toBe(NEUTRAL);
  });

  it('after a reset takes the first one without waiting', () => {
    const decision = new Decision({ ...RULE, hold: 10, settle: 0 });
    decision.update(sure(HAPPY), 0.01);
    decision.reset();
    expect(decision.emotion).toBe(NO_EMOTION);
    decision.update(sure(SAD), 0.01);
    expect(decision.emotion).toBe(SAD);
  });
});
