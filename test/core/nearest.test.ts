import { describe, expect, it } from 'vitest';
import { nearestName } from '../../ml/core/nearest.ts';

describe('the nearest name', () => {
  it.each([
    ['hapy', 'happy'],
    ['trian', 'train'],
    ['train', 'train'],
  ])('of %s is %s', (name, nearest) => {
    expect(nearestName(name, ['train', 'happy', 'neutral'])).toBe(nearest);
  });

  it.each(['joyful', 'hpyap', ''])('of %j is none: more than two edits away', (name) => {
    expect(nearestName(name, ['train', 'happy', 'neutral'])).toBeUndefined();
  });

  it('is none where nothing is known', () => {
    expect(nearestName('a', [])).toBeUndefined();
  });
});
