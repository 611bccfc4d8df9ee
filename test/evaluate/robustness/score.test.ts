import { describe, expect, it } from 'vitest';
import { Random } from '../../../ml/core/random.ts';
import type { CorruptionName } from '../../../ml/evaluate/robustness/corruptions.ts';
import { type CorruptedAnswers, scoreRobustness, scoreVariation } from '../../../ml/evaluate/robustness/score.ts';

const yes = (text: string) => [...text].map((letter) => letter === '1');
/** Answers of these faces, a word for each strength. */
const answered = (faces: readonly number[], ...words: readonly string[]): CorruptedAnswers => ({
  faces,
  right: words.map(yes),
});

describe('the score of a model under corruptions', () => {
  it('is that of an example done by hand', () => {
    const score = scoreRobustness(
      yes('1110'),
      new Map<CorruptionName, CorruptedAnswers>([
        ['blur', answered([0, 1, 2, 3], '1110', '1110', '1100', '1000', '0000')],
        // The third face has no landmarks.
        ['band', answered([0, 1, 3], '110', '110', '110', '100', '000')],
      ]),
    );
    expect(score.clean).toMatchObject({ faces: 4, share: 0.75 });
    const [blur, band] = score.corruptions;
    expect(blur.strengths.map(({ share }) => share)).toEqual([0.75, 0.75, 0.5, 0.25, 0]);
    expect(blur.mean.share).toBeCloseTo(2.25 / 5, 12);
    expect([band.faces, band.clean.share]).toEqual([3, 2 / 3]);
    expect(band.mean.share).toBeCloseTo((2 / 3) * (3 / 5) + (1 / 3) * (1 / 5), 12);
    const mean = (blur.mean.share + band.mean.share) / 2;
    expect(score.meanCorrupted.share).toBeCloseTo(mean, 12);
    expect(score.relativeDrop.share).toBeCloseTo(1 - mean / ((0.75 + 2 / 3) / 2), 12);
  });

  it('counts a face once, however many pictures are made of it', () => {
    const words = '1101101110';
    const same = scoreRobustness(
      yes(words),
      new Map([['noise', answered([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], words, words, words, words, words)]]),
    );
    // Wald's interval of 7 in 10.
    const half = 1.959964 * Math.sqrt((0.7 * 0.3) / 10);
    expect(same.corruptions[0].mean.interval95[0]).toBeCloseTo(0.7 - half, 6);
    expect(same.meanCorrupted.interval95[1]).toBeCloseTo(0.7 + half, 6);
    // The corruption changed no answer, so that the drop is surely 0.
    expect(same.relativeDrop).toEqual({ share: 0, interval95: [0, 0] });
  });

  it('has intervals that hold the truth about 19 times in 20', () => {
    const random = new Random(3);
    let [meanHeld, dropHeld] = [0, 0];
    const [trials, faces] = [400, 150];
    for (let trial = 0; trial < trials; trial++) {
      // Easy faces are answered rightly with 0.9 clean and 0.7 corrupted, hard ones with 0.5 and 0.2; half of each.
      const easy = Array.from({ length: faces }, () => random.chance(0.5));
      const clean = easy.map((is) => random.chance(is ? 0.9 : 0.5));
      const right = [1, 2, 3, 4, 5].map(() => easy.map((is) => random.chance(is ? 0.7 : 0.2)));
      const places = easy.map((_, face) => face);
      const { meanCorrupted, relativeDrop } = scoreRobustness(clean, new Map([['jpeg', { faces: places, right }]]));
      const holds = ({ interval95: [low, high] }: typeof meanCorrupted, truth: number) => low <= truth && truth <= high;
      meanHeld += Number(holds(meanCorrupted, 0.45));
      dropHeld += Number(holds(relativeDrop, 1 - 0.45 / 0.7));
    }
    for (const held of [meanHeld, dropHeld]) {
      expect(held / trials).toBeGreaterThan(0.92);
      expect(held / trials).toBeLessThan(0.98);
    }
  });

  it('refuses no faces', () => {
    expect(() => scoreRobustness([], new Map())).toThrow('no face');
  });
});

describe('the score of drawn people', () => {
  it('counts a face as changed if any way has another answer', () => {
    const { changed, ways, faces } = scoreVariation(
      new Map([
        ['none', [3, 3, 6, 0]],
        ['clear', [3, 4, 6, 0]],
        ['dark', [3, 4, 5, 0]],
      ]),
      [3, 3, 6, 1],
    );
    expect([faces, changed.share]).toEqual([4, 0.5]);
    expect(ways.map(({ way, accuracy }) => [way, accuracy.share])).toEqual([
      ['none', 0.75],
      ['clear', 0.5],
      ['dark', 0.25],
    ]);
  });
});
