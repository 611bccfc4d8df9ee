import { describe, expect, it } from 'vitest';
import type { Entry } from '../../ml/data/manifest-format.ts';
import { ReviewModel } from '../../tools/review/page/model.ts';

const ENTRIES: Entry[] = [
  { row: 4, action: 'drop', from: 'Sad', to: null, reason: 'drawing', score: 0.9 },
  { row: 7, action: 'move', from: 'Sad', to: 'Happy', reason: 'label-votes', score: 0.95 },
  { row: 9, action: 'keep', from: 'Fear', to: 'Surprise', reason: 'label-votes', score: 0.7 },
  { row: 12, action: 'keep', from: 'Fear', to: null, reason: 'drawing', score: null },
];

describe('ReviewModel', () => {
  it('shows the worst first, by reason and by what is decided', () => {
    const model = new ReviewModel(ENTRIES);
    expect(model.select({ reason: 'all', action: 'all' })).toEqual([1, 0, 2, 3]);
    expect(model.select({ reason: 'label-votes', action: 'all' })).toEqual([1, 2]);
    expect(model.select({ reason: 'all', action: 'keep' })).toEqual([2, 3]);
    model.decide(2, 'accept');
    expect(model.select({ reason: 'all', action: 'keep' })).toEqual([3]);
  });

  it.each([
    [0, 'reject', { row: 4, action: 'keep', to: null }],
    [0, 'Happy', { row: 4, action: 'move', to: 'Happy' }],
    [1, 'drop', { row: 7, action: 'drop', to: 'Happy' }],
    [1, 'reject', { row: 7, action: 'keep', to: 'Happy' }],
    [1, 'Sad', { row: 7, action: 'keep', to: 'Happy' }],
    [1, 'Fear', { row: 7, action: 'move', to: 'Fear' }],
    [2, 'accept', { row: 9, action: 'move', to: 'Surprise' }],
    [3, 'accept', { row: 12, action: 'drop', to: null }],
  ] as const)('decides on suspect %i by %s', (place, verdict, decision) => {
    const model = new ReviewModel(ENTRIES);
    model.decide(place, verdict);
    expect(model.takeUnsaved()).toEqual([decision]);
  });

  it('accepts what was proposed, also after it was relabelled', () => {
    const model = new ReviewModel(ENTRIES);
    model.decide(1, 'Fear');
    model.decide(1, 'accept');
    expect(model.decision(1)).toEqual({ row: 7, action: 'move', to: 'Happy' });
  });

  it('takes decisions back one by one, and counts', () => {
    const model = new ReviewModel(ENTRIES);
    expect(model.counts()).toEqual({ drop: 1, move: 1, keep: 2 });
    model.decide(0, 'reject');
    model.decide(3, 'drop');
    model.decide(3, 'drop');
    expect(model.counts()).toEqual({ drop: 1, move: 1, keep: 2 });
    expect([model.undo(), model.undo(), model.undo()]).toEqual([3, 0, null]);
    expect(model.takeUnsaved().map(({ action }) => action)).toEqual(['drop', 'keep']);
  });

  it('hands out again what could not be saved', () => {
    const model = new ReviewModel(ENTRIES);
    model.decide(0, 'reject');
    const failed = model.takeUnsaved();
    expect(model.unsaved).toBe(0);
    model.decide(0, 'Fear');
    model.returnUnsaved(failed);
    expect(model.takeUnsaved()).toEqual([{ row: 4, action: 'move', to: 'Fear' }]);
  });

  it('orders ten thousand suspects at once', () => {
    const many = Array.from({ length: 10_000 }, (_, row) => ({
      ...ENTRIES[0],
      row,
      score: ((row * 7919) % 1000) / 1000,
    }));
    const scores = new ReviewModel(many)
      .select({ reason: 'drawing', action: 'drop' })
      .map((place) => many[place].score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });
});
