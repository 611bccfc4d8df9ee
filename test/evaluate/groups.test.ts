import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { differenceOf, proportion } from '../../ml/evaluate/estimate.ts';
import { compareGroups } from '../../ml/evaluate/groups.ts';

interface Faces {
  readonly group: string | null;
  readonly label: number;
  readonly answer: number;
  readonly count: number;
}

function compare(faces: readonly Faces[], names: readonly string[]) {
  const all = faces.flatMap((face) => new Array<Faces>(face.count).fill(face));
  const probabilities = Float32Array.from(all.flatMap(({ answer }) => EMOTIONS.map((_, k) => Number(k === answer))));
  return compareGroups(
    probabilities,
    all.map(({ label }) => label),
    all.map(({ group }) => group),
    names,
  );
}

const of = (successes: number, trials: number) => proportion(Array.from({ length: trials }, (_, i) => i < successes));

describe('groups', () => {
  // Happy is 3, Sad 4, Disgust 1. Women: 18 of 20 and 15 of 20; men: 20 of 20 and 20 of 40, and what only they show.
  const comparison = compare(
    [
      { group: 'female', label: 3, answer: 3, count: 18 },
      { group: 'female', label: 3, answer: 6, count: 2 },
      { group: 'female', label: 4, answer: 4, count: 15 },
      { group: 'female', label: 4, answer: 2, count: 5 },
      { group: 'male', label: 3, answer: 3, count: 20 },
      { group: 'male', label: 4, answer: 4, count: 20 },
      { group: 'male', label: 4, answer: 6, count: 20 },
      { group: 'male', label: 1, answer: 1, count: 10 },
      { group: 'other', label: 3, answer: 3, count: 29 },
      { group: null, label: 3, answer: 0, count: 50 },
    ],
    ['female', 'male', 'other'],
  );

  it('have the figures of an example done by hand; the mean recall is over expressions that both show', () => {
    const [female, male] = comparison.groups;
    expect([female.group, female.faces, female.accuracy]).toEqual(['female', 40, of(33, 40)]);
    expect([male.group, male.faces, male.accuracy]).toEqual(['male', 70, of(50, 70)]);
    expect(female.recalls.map((recall) => recall?.share ?? null)).toEqual([null, null, null, 0.9, 0.75, null, null]);
    expect(male.recalls[4]).toEqual(of(20, 40));
    expect(male.recalls[1]).toBeNull();
    expect(female.meanRecall.share).toBeCloseTo((0.9 + 0.75) / 2, 12);
    expect(male.meanRecall.share).toBeCloseTo((1 + 0.5) / 2, 12);
  });

  it('are compared with the largest, each gap with its interval', () => {
    expect(comparison.reference).toBe('male');
    expect(comparison.gaps.map(({ group }) => group)).toEqual(['female']);
    const [gap] = comparison.gaps;
    expect(gap.recalls[4]).toEqual(differenceOf(of(15, 20), of(20, 40)));
    expect(gap.recalls[1]).toBeNull();
    expect(gap.meanRecall.share).toBeCloseTo(0.825 - 0.75, 12);
    expect(gap.meanRecall.interval95[0]).toBeLessThan(0.075);
    expect(gap.meanRecall.interval95[1]).toBeGreaterThan(0.075);
  });

  it('of few faces are left out, and named', () => {
    expect(comparison.tooSmall).toEqual([{ group: 'other', faces: 29 }]);
  });

  it('that share no expression are not compared', () => {
    const disjoint = compare(
      [
        { group: 'a', label: 3, answer: 3, count: 40 },
        { group: 'b', label: 4, answer: 4, count: 40 },
      ],
      ['a', 'b'],
    );
    expect(disjoint).toMatchObject({ groups: [], reference: null, gaps: [] });
    expect(disjoint.tooSmall.map(({ group }) => group)).toEqual(['a', 'b']);
  });
});
