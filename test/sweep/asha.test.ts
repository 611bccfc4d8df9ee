import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Judged, promotions, rungsOf } from '../../ml/sweep/asha.ts';

const asha = { minEpochs: 1, eta: 3, synchronous: false };
const of = (rung: number, scores: readonly number[]): Judged[] =>
  scores.map((score, number) => ({ number, rung, score }));

it('judges after r, r·η, r·η² … epochs, and at the end', () => {
  expect(rungsOf({ asha }, 18)).toEqual([1, 3, 9, 18]);
  expect(rungsOf({ asha }, 9)).toEqual([1, 3, 9]);
  expect(rungsOf({ asha: undefined }, 18)).toEqual([18]);
});

it('promotes the best third of what is judged so far', () => {
  const rule = { asha, metric: 'accuracy', trials: 100, rungs: 3 } as const;
  expect(promotions(of(0, [0.1, 0.5]), rule)).toEqual([]);
  expect(promotions(of(0, [0.1, 0.5, 0.3, 0.2, 0.2, 0.4]), rule)).toEqual([
    { number: 1, rung: 1 },
    { number: 5, rung: 1 },
  ]);
});

it('takes the smallest of a metric that is better when smaller', () => {
  const rule = { asha, metric: 'expectedCalibrationError', trials: 9, rungs: 2 } as const;
  expect(promotions(of(0, [0.3, 0.1, 0.2]), rule)).toEqual([{ number: 1, rung: 1 }]);
});

it('waits for the whole rung if it is synchronous, but not for trials set aside', () => {
  const rule = { asha: { ...asha, synchronous: true }, metric: 'accuracy', trials: 4, rungs: 2 } as const;
  expect(promotions(of(0, [0.1, 0.5, 0.3]), rule)).toEqual([]);
  expect(promotions(of(0, [0.1, 0.5, 0.3]), { ...rule, aside: new Set([3]) })).toEqual([{ number: 1, rung: 1 }]);
});

it('goes on without trials that are set aside on a later rung', () => {
  const rule = { asha: { ...asha, synchronous: true }, metric: 'accuracy', trials: 6, rungs: 3 } as const;
  const first = of(0, [0.1, 0.5, 0.3, 0.2, 0.2, 0.4]);
  const second = { number: 5, rung: 1, score: 0.4 };
  expect(promotions([...first, second], rule)).not.toContainEqual({ number: 5, rung: 2 });
  expect(promotions([...first, second], { ...rule, aside: new Set([1]) })).toContainEqual({ number: 5, rung: 2 });
});

/** Runs a whole search in the order that the choices give; returns the stages that ran. */
function simulate(scores: readonly number[], synchronous: boolean, pick: (count: number) => number): Set<string> {
  const rule = {
    asha: { minEpochs: 1, eta: 2, synchronous },
    metric: 'accuracy',
    trials: scores.length,
    rungs: 4,
  } as const;
  const judged: Judged[] = [];
  for (;;) {
    const known = new Set(judged.map(({ number, rung }) => `${number}/${rung}`));
    const open = [...of(0, scores), ...promotions(judged, rule)].filter(
      ({ number, rung }) => !known.has(`${number}/${rung}`),
    );
    if (open.length === 0) return known;
    const { number, rung } = open[pick(open.length)];
    judged.push({ number, rung, score: scores[number] });
  }
}

it('always ends with the best trial on the last rung, in whichever order trials end', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
      fc.infiniteStream(fc.nat()),
      fc.boolean(),
      (scores, choices, synchronous) => {
        const ran = simulate(scores, synchronous, (count) => (choices.next().value ?? 0) % count);
        expect(ran).toContain(`${scores.indexOf(Math.max(...scores))}/3`);
        // Successive halving runs the same stages whatever the order.
        if (synchronous) expect(ran).toEqual(simulate(scores, true, () => 0));
      },
    ),
    { numRuns: 200 },
  );
});
