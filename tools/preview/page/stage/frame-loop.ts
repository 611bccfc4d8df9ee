import { addSample } from '../run/samples.ts';

/** Milliseconds between two frames at least: no screen shows more than these, and other work needs time too. */
const SHORTEST = 1000 / 60 - 2;
/** Seconds that a frame lasts at most: after a pause of the page the lens goes on where it was. */
const LONGEST = 0.25;

export interface FrameSteps<Seen> {
  /** Takes the picture of now and begins to look for faces in it. */
  look(now: number): Promise<Seen>;
  /** Shows a picture with the lens. @param dt seconds since the last. */
  show(seen: Seen, dt: number): void;
}

/**
 * Shows picture after picture until it is stopped: while one is shown, faces are looked for in the next.
 * @returns what stops it.
 */
export function runFrames<Seen>({ look, show }: FrameSteps<Seen>): () => void {
  let running = true;
  const run = async () => {
    let last = performance.now();
    let next = look(last);
    while (running) {
      const seen = await next;
      if (document.hidden || performance.now() - last < SHORTEST) await animationFrame();
      const now = performance.now();
      next = look(now);
      show(seen, Math.min(LONGEST, (now - last) / 1000));
      addSample('interval', now - last);
      addSample('work', performance.now() - now);
      last = now;
    }
  };
  void run();
  return () => {
    running = false;
  };
}

function animationFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
