import { describe, expect, it } from 'vitest';
import { drawPicture, VirtualTime } from '../../tools/simulator/session/session.ts';

describe('a picture', () => {
  const grey = { size: 2, pixels: Uint8Array.of(10, 20, 30, 40) };
  const draw = (flipX: boolean, flipY: boolean) => {
    const into = new Uint8Array(12);
    drawPicture(grey, { width: 2, height: 2, flipX, flipY }, into);
    return [...into].filter((_, i) => i % 3 === 0);
  };

  it('of greys has the same in each colour', () => {
    const into = new Uint8Array(12);
    drawPicture(grey, { width: 2, height: 2, flipX: false, flipY: false }, into);
    expect([...into]).toEqual([10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]);
  });

  it('can be mirrored either way', () => {
    expect(draw(true, false)).toEqual([20, 10, 40, 30]);
    expect(draw(false, true)).toEqual([30, 40, 10, 20]);
  });

  it('in colours keeps them, and is scaled', () => {
    const into = new Uint8Array(3);
    const pixels = Uint8Array.of(0, 50, 100, 0, 50, 200, 100, 50, 100, 100, 50, 200);
    drawPicture({ size: 2, pixels }, { width: 1, height: 1, flipX: false, flipY: false }, into);
    expect([...into]).toEqual([50, 50, 150]);
  });
});

describe('virtual time', () => {
  it('hands over what is due when it is, whatever is ready first', async () => {
    const time = new VirtualTime();
    const told: string[] = [];
    time.after(0.3, Promise.resolve('quick')).then((what) => told.push(what));
    const slow = new Promise<string>((resolve) => setTimeout(() => resolve('slow'), 20));
    time.after(0.2, slow).then((what) => told.push(what));
    time.after(0.2, Promise.reject(new Error('broken'))).catch(({ message }) => told.push(message));
    await time.advance(0.1);
    expect(told).toEqual([]);
    await time.advance(0.1);
    expect(told).toEqual(['slow', 'broken']);
    await time.advance(1);
    expect(told).toEqual(['slow', 'broken', 'quick']);
    expect(time.now).toBeCloseTo(1.2);
  });
});
