import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { subjectFolds } from '../../ml/data/subject-folds.ts';

const recordings = fc.array(
  fc.record({ subject: fc.integer({ min: 1, max: 40 }), label: fc.integer({ min: 0, max: 7 }) }),
  { minLength: 1, maxLength: 200 },
);

describe('subjectFolds', () => {
  it('gives every subject one fold and every fold a subject, in any order of the recordings', () => {
    fc.assert(
      fc.property(recordings, fc.integer({ min: 2, max: 10 }), (all, folds) => {
        const subjects = new Set(all.map(({ subject }) => subject));
        fc.pre(subjects.size >= folds);
        const divided = subjectFolds(all, folds);
        expect(new Set(divided.keys())).toEqual(subjects);
        expect(new Set(divided.values())).toEqual(new Set(Array.from({ length: folds }, (_, fold) => fold)));
        expect(subjectFolds([...all].reverse(), folds)).toEqual(divided);
      }),
    );
  });

  it('divides evenly what can be divided evenly', () => {
    const all = Array.from({ length: 60 }, (_, i) => ({ subject: 1 + i, label: i % 3 }));
    const divided = subjectFolds(all, 5);
    for (let fold = 0; fold < 5; fold++) {
      const labels = all.filter(({ subject }) => divided.get(subject) === fold).map(({ label }) => label);
      expect([0, 1, 2].map((label) => labels.filter((other) => other === label).length)).toEqual([4, 4, 4]);
    }
  });

  it('refuses more folds than subjects', () => {
    expect(() => subjectFolds([{ subject: 1, label: 0 }], 2)).toThrow(UserError);
  });
});
