import { describe, expect, it } from 'vitest';
import type { Progress } from '../../ml/core/progress.ts';
import { formatDuration, LineReporter } from '../../tools/cli/reporter.ts';

function setUp() {
  const lines: string[] = [];
  const clock = { ms: 5000 };
  const reporter = new LineReporter({ write: (text) => lines.push(text) }, () => clock.ms);
  const at = (ms: number, progress: Partial<Progress>) => {
    clock.ms = 5000 + ms;
    reporter.progress({ step: 'epoch 1/2', done: 0, total: 1000, unit: 'img', ...progress });
  };
  return { lines, reporter, at };
}

describe('LineReporter', () => {
  it('writes at most a line every ten seconds, and one at the end', () => {
    const { lines, at } = setUp();
    for (let second = 0; second <= 25; second++) at(second * 1000, { done: second * 40, figures: { loss: '1.50' } });
    expect(lines).toEqual([
      'epoch 1/2: 400/1000 img, 40 img/s, loss 1.50, 0:15 left\n',
      'epoch 1/2: 800/1000 img, 40 img/s, loss 1.50, 0:05 left\n',
      'epoch 1/2: 1000/1000 img, 40 img/s, loss 1.50\n',
    ]);
  });

  it('measures each step by itself, from its first report on', () => {
    const { lines, at } = setUp();
    at(0, { done: 900 });
    at(1000, { done: 1000 });
    at(60_000, { step: 'epoch 2/2', done: 100 });
    at(62_000, { step: 'epoch 2/2', done: 1000 });
    expect(lines).toEqual(['epoch 1/2: 1000/1000 img, 100 img/s\n', 'epoch 2/2: 1000/1000 img, 450 img/s\n']);
  });

  it('tells no speed when it knows none', () => {
    const { lines, at } = setUp();
    at(0, { done: 1000 });
    expect(lines).toEqual(['epoch 1/2: 1000/1000 img\n']);
  });

  it('writes each note as a line', () => {
    const { lines, reporter } = setUp();
    reporter.note('found');
    expect(lines).toEqual(['found\n']);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0:00'],
    [7.4, '0:07'],
    [59.6, '1:00'],
    [750, '12:30'],
    [3599.9, '1:00:00'],
    [7325, '2:02:05'],
  ])('%d s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});
