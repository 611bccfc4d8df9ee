import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageDecay, learningRateAt, moveAverage, OPTIMIZERS } from '../../ml/train/optimizer.ts';

const numbers = (length: number) =>
  fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });

function stateOf(parameters: number[], gradient: number[], decays: number[]) {
  return {
    parameters: Float32Array.from(parameters),
    gradient: Float32Array.from(gradient),
    moment1: new Float32Array(parameters.length),
    moment2: new Float32Array(parameters.length),
    decays: Uint8Array.from(decays),
  };
}

describe('AdamW', () => {
  it('follows Algorithm 2 of Loshchilov and Hutter, written out for one number', () => {
    fc.assert(
      fc.property(numbers(2), fc.array(numbers(2), { minLength: 1, maxLength: 6 }), (start, gradients) => {
        const state = stateOf(start, start, [1, 0]);
        const expected = start.map((w, i) => {
          let [m, v] = [0, 0];
          gradients.forEach((gradient, t) => {
            const g = gradient[i];
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            const mHat = m / (1 - 0.9 ** (t + 1));
            const vHat = v / (1 - 0.999 ** (t + 1));
            w -= 0.01 * (mHat / (Math.sqrt(vHat) + 1e-8) + (i === 0 ? 0.1 : 0) * w);
          });
          return w;
        });
        gradients.forEach((gradient, t) => {
          state.gradient.set(gradient);
          OPTIMIZERS.adamw(state, 0, 2, { learningRate: 0.01, weightDecay: 0.1, step: t + 1, gradientScale: 1 });
        });
        expected.forEach((w, i) => {
          expect(state.parameters[i]).toBeCloseTo(w, 4);
        });
      }),
    );
  });
});

describe('SGD', () => {
  it('is Nesterov momentum with decoupled weight decay', () => {
    const state = stateOf([1], [0.5], [1]);
    OPTIMIZERS.sgd(state, 0, 1, { learningRate: 0.1, weightDecay: 0.2, step: 1, gradientScale: 1 });
    // m = 0.5; w = 1 − 0.1·0.2·1 − 0.1·(0.5 + 0.9·0.5).
    expect(state.parameters[0]).toBeCloseTo(0.98 - 0.095, 6);
    OPTIMIZERS.sgd(state, 0, 1, { learningRate: 0.1, weightDecay: 0.2, step: 2, gradientScale: 0.5 });
    // m = 0.9·0.5 + 0.25 = 0.7; w = 0.885·0.98 − 0.1·(0.25 + 0.63).
    expect(state.parameters[0]).toBeCloseTo(0.885 * 0.98 - 0.088, 6);
  });
});

describe('both optimizers', () => {
  it('give the same result in one piece and in shares', () => {
    fc.assert(
      fc.property(
        numbers(7),
        numbers(7),
        fc.integer({ min: 0, max: 7 }),
        fc.constantFrom('adamw', 'sgd'),
        (w, g, cut, kind) => {
          const size = { learningRate: 0.1, weightDecay: 0.1, step: 1, gradientScale: 0.7 };
          const whole = stateOf(w, g, [1, 0, 1, 0, 1, 0, 1]);
          const shared = stateOf(w, g, [1, 0, 1, 0, 1, 0, 1]);
          OPTIMIZERS[kind](whole, 0, 7, size);
          OPTIMIZERS[kind](shared, 0, cut, size);
          OPTIMIZERS[kind](shared, cut, 7, size);
          expect(shared.parameters).toEqual(whole.parameters);
        },
      ),
    );
  });
});

describe('the moving average', () => {
  it('of a constant is that constant, and it forgets its start soon', () => {
    const average = Float32Array.of(100);
    for (let step = 1; step <= 200; step++) moveAverage(average, Float32Array.of(3), averageDecay(0.998, step), 0, 1);
    expect(average[0]).toBeCloseTo(3, 2);
  });
});

describe('the learning rate', () => {
  it('rises to its peak at the end of the warm-up, then falls to zero and never rises again', () => {
    const rates = Array.from({ length: 100 }, (_, step) => learningRateAt(step, 0.5, 10, 100));
    expect(rates[0]).toBeCloseTo(0.05, 12);
    expect(rates[9]).toBeCloseTo(0.5, 12);
    expect(rates[55]).toBeCloseTo(0.25, 12);
    expect(rates.at(-1)).toBeLessThan(0.001);
    for (let step = 11; step < 100; step++) expect(rates[step]).toBeLessThan(rates[step - 1]);
  });
});
