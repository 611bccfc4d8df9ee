import { describe, expect, it } from 'vitest';
import { withTimeout } from '../../ml/core/async.ts';

const never = new Promise<never>(() => {});
const HOUR = 3_600_000;

describe('work that is waited for no longer than some time', () => {
  it('gives its result or its error if it is done in time', async () => {
    const late = () => 'late';
    expect(await withTimeout(HOUR, Promise.resolve('done'), late)).toBe('done');
    await expect(withTimeout(HOUR, Promise.reject(new Error('broken')), late)).rejects.toThrow('broken');
  });

  it('is given up after that, with what the caller makes of it', async () => {
    expect(await withTimeout(1, never, () => 'late')).toBe('late');
    const giveUp = async () => {
      throw new Error('out of time');
    };
    await expect(withTimeout(1, never, giveUp)).rejects.toThrow('out of time');
  });

  it('may still fail after it was given up', async () => {
    let fail = (_: Error) => {};
    const work = new Promise<never>((_, reject) => {
      fail = reject;
    });
    expect(await withTimeout(1, work, () => fail(new Error('killed')))).toBeUndefined();
  });
});
