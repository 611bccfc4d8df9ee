import { nextTask } from '../run/lens-runner.ts';
import { addSample } from '../run/samples.ts';

/** Milliseconds between two frames at least: no screen shows more than these, and other work needs time too. */
const SHORTEST = 1000 / 60 - 2;
/** Seconds that a frame lasts at most: after a pause of the page the lens resumes. */
const LONGEST = 0.25;

export interface FrameSteps<Seen> {
  /** Takes the picture of now and begins to look for faces in it. @param now milliseconds of the page's clock. */
  look(now: number): Promise<Seen>;
  /** Shows a picture with the lens. @param dt seconds since the last. */
  show(seen: Seen, dt: number): void;
  /** A frame was given up because of an error; the next one is tried all the same. */
  fail(thrown: unknown): void;
}

/** Shows picture after picture: while one is shown, faces are looked for in the next. */
export async function runFrames<Seen>({ look, show, fail }: FrameSteps<Seen>): Promise<never> {
  let last = await animationFrame();
  let next = look(last);
  for (;;) {
    try {
      const seen = await next;
      const early = document.hidden || performance.now() - last < SHORTEST;
      // A picture whose faces are known keeps nobody waiting: without a pause nothing but frames would ever run.
      await (early ? animationFrame() : nextTask());
      const now = performance.now();
      next = look(now);
      show(seen, Math.min(LONGEST, (now - last) / 1000));
      addSample('interval', now - last);
      addSample('work', performance.now() - now);
      last = now;
    } catch (thrown) {
      fail(thrown);
      await animationFrame();
      next = look(performance.now());
    }
  }
}

function animationFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
