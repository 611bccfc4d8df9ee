import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sensitivity } from '../../lens/Assets/EmotionDetector/Sensitivity.ts';
import { ACTED_BIAS, biased } from '../../ml/evaluate/prior.ts';
import { distribution } from './distributions.ts';

const slider = fc.double({ min: -1, max: 1, noNaN: true });
const sliders = fc.array(slider, { minLength: 7, maxLength: 7 });
const classes = fc.integer({ min: 0, max: 6 });
const HAPPY = 3;
const NEUTRAL = 6;

function applied(sensitivities: number[], probabilities: Float32Array): Float32Array {
  const changed = probabilities.slice();
  new Sensitivity(sensitivities, 0, ACTED_BIAS).apply(changed);
  return changed;
}

describe('sensitivity', () => {
  it('changes nothing where all classes have the same', () => {
    fc.assert(
      fc.property(slider, distribution, (one, probabilities) => {
        applied(new Array(7).fill(one), probabilities).forEach((value, i) => {
          expect(value).toBeCloseTo(probabilities[i], 6);
        });
      }),
    );
  });

  it('keeps distributions distributions', () => {
    fc.assert(
      fc.property(sliders, distribution, (sensitivities, probabilities) => {
        const changed = applied(sensitivities, probabilities);
        expect(changed.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        expect(Math.min(...changed)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('makes a class more likely and all others less, the more it is raised', () => {
    fc.assert(
      fc.property(sliders, classes, slider, distribution, (sensitivities, raised, other, probabilities) => {
        const [low, high] = [sensitivities[raised], other].toSorted((a, b) => a - b);
        const before = applied(sensitivities.with(raised, low), probabilities);
        const after = applied(sensitivities.with(raised, high), probabilities);
        for (let i = 0; i < 7; i++) {
          if (i === raised) expect(after[i]).toBeGreaterThanOrEqual(before[i] - 1e-6);
          else expect(after[i]).toBeLessThanOrEqual(before[i] + 1e-6);
        }
      }),
    );
  });

  it('adds the bias for acted faces to the logits, the same that evaluations measure', () => {
    fc.assert(
      fc.property(distribution, (probabilities) => {
        const changed = probabilities.slice();
        new Sensitivity(new Array(7).fill(0), 0.75, ACTED_BIAS).apply(changed);
        biased(probabilities, ACTED_BIAS, 0.75).forEach((value, i) => {
          expect(changed[i]).toBeCloseTo(value, 5);
        });
      }),
    );
  });

  it('leaves the odds of Happy and Neutral as they are, so that a smile is as steady as without', () => {
    fc.assert(
      fc.property(distribution, fc.double({ min: 0, max: 1.5, noNaN: true }), (probabilities, acted) => {
        const changed = probabilities.slice();
        new Sensitivity(new Array(7).fill(0), acted, ACTED_BIAS).apply(changed);
        expect(changed[HAPPY] * probabilities[NEUTRAL]).toBeCloseTo(changed[NEUTRAL] * probabilities[HAPPY], 5);
      }),
    );
  });

  it('counts what is missing of the bias as 0', () => {
    const answer = Float32Array.of(0.5, 0.5, 0, 0, 0, 0, 0);
    new Sensitivity(new Array(7).fill(0), 1, [Math.log(3)]).apply(answer);
    expect(answer[0]).toBeCloseTo(0.75, 6);
  });

  it('does so in proportion: twice half is whole', () => {
    fc.assert(
      fc.property(distribution, (probabilities) => {
        const [once, twice] = [probabilities.slice(), probabilities.slice()];
        new Sensitivity(new Array(7).fill(0), 0.5, ACTED_BIAS).apply(once);
        for (let i = 0; i < 2; i++) new Sensitivity(new Array(7).fill(0), 0.25, ACTED_BIAS).apply(twice);
        twice.forEach((value, i) => {
          expect(value).toBeCloseTo(once[i], 5);
        });
      }),
    );
  });

  it('multiplies the odds of one class by 8 at the end of its slider', () => {
    const [angry] = applied([1, 0, 0, 0, 0, 0, 0], Float32Array.of(0.2, 0.8, 0, 0, 0, 0, 0));
    expect(angry).toBeCloseTo((8 * 0.2) / (8 * 0.2 + 0.8), 6);
  });
});
