import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CrossFade } from '../../lens/Assets/Effects/CrossFade.ts';

const COUNT = 7;
const expression = fc.integer({ min: -1, max: COUNT - 1 });
const strength = fc.double({ min: 0, max: 1, noNaN: true });
const dt = fc.double({ min: 1 / 240, max: 0.2, noNaN: true });
const fadeTime = fc.double({ min: 0, max: 3, noNaN: true });
const steps = fc.array(fc.record({ dt, expression, strength }), { maxLength: 80 });

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const fadesOf = (time: number) => new Array<number>(COUNT).fill(time);

describe('CrossFade', () => {
  it('fades in linearly, by hand', () => {
    const fade = new CrossFade(fadesOf(2));
    fade.step(0.5, 3, 0.8);
    expect(fade.weights[3]).toBeCloseTo(0.25);
    expect(fade.intensities[3]).toBeCloseTo(0.2);
    fade.step(0.5, -1, 0);
    expect(fade.weights[3]).toBe(0);
  });

  it('crosses: one goes as the other comes', () => {
    const fade = new CrossFade(fadesOf(1));
    fade.step(1, 0, 1);
    fade.step(0.3, 4, 1);
    expect(fade.weights[0]).toBeCloseTo(0.7);
    expect(fade.weights[4]).toBeCloseTo(0.3);
  });

  it('changes at once with a fade time of 0', () => {
    const fade = new CrossFade(fadesOf(0));
    fade.step(0, 2, 0.6);
    expect([...fade.intensities]).toEqual([0, 0, 0.6, 0, 0, 0, 0]);
  });

  it('keeps the last strength while an expression fades out', () => {
    const fade = new CrossFade(fadesOf(1));
    fade.step(1, 1, 0.5);
    fade.step(0.5, -1, 0);
    expect(fade.intensities[1]).toBeCloseTo(0.25);
  });

  it('keeps all values within 0..1, and their sum for equal fade times', () => {
    fc.assert(
      fc.property(steps, fadeTime, (all, time) => {
        const fade = new CrossFade(fadesOf(time));
        for (const one of all) {
          fade.step(one.dt, one.expression, one.strength);
          for (const value of [...fade.weights, ...fade.intensities]) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(1);
          }
          expect(sum(fade.weights)).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  it('does not depend on the frame rate', () => {
    fc.assert(
      fc.property(expression, expression, fadeTime, fc.integer({ min: 1, max: 30 }), (first, second, time, parts) => {
        const coarse = new CrossFade(fadesOf(time));
        const fine = new CrossFade(fadesOf(time));
        for (const current of [first, second]) {
          coarse.step(0.4, current, 0.9);
          for (let i = 0; i < parts; i++) fine.step(0.4 / parts, current, 0.9);
        }
        for (let i = 0; i < COUNT; i++) expect(fine.weights[i]).toBeCloseTo(coarse.weights[i], 9);
      }),
    );
  });

  it('never jumps, however the expression and its strength do', () => {
    fc.assert(
      fc.property(steps, fc.double({ min: 0.2, max: 3, noNaN: true }), (all, time) => {
        const fade = new CrossFade(fadesOf(time));
        let before = [...fade.intensities];
        for (const one of all) {
          fade.step(one.dt, one.expression, one.strength);
          // Weight and strength each move by dt / time at most.
          const most = (2 * one.dt) / time + 1e-9;
          fade.intensities.forEach((value, i) => {
            expect(Math.abs(value - before[i])).toBeLessThanOrEqual(most);
          });
          before = [...fade.intensities];
        }
      }),
    );
  });

  it('takes what is not a number for no strength', () => {
    const fade = new CrossFade(fadesOf(1));
    fade.step(0.5, 0, Number.NaN);
    expect(fade.intensities[0]).toBe(0);
    fade.step(0.5, 0, 1);
    expect(fade.intensities[0]).toBeCloseTo(0.5);
  });
});
