import { afterEach, describe, expect, it, vi } from 'vitest';
import { runFrames } from '../../../tools/preview/page/stage/frame-loop.ts';

afterEach(() => vi.unstubAllGlobals());

describe('the loop of frames', () => {
  it('leaves time for other work, however long a frame takes whose faces are known', async () => {
    vi.stubGlobal('document', { hidden: false });
    vi.stubGlobal('requestAnimationFrame', (run: (now: number) => void) => setTimeout(() => run(performance.now())));
    const most = 50;
    let shown = 0;
    let stopped = false;
    void runFrames({
      look: () => (stopped || shown >= most ? new Promise<number>(() => {}) : Promise.resolve(0)),
      show: () => {
        shown++;
        const end = performance.now() + 20;
        while (performance.now() < end);
      },
      fail: (thrown) => expect.unreachable(String(thrown)),
    });
    await new Promise((done) => setTimeout(done, 30));
    stopped = true;
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThan(most);
  });
});
