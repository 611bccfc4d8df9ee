import { setImmediate } from 'node:timers/promises';

/** Keeps sums of frame times from missing what is due at the same moment. */
const TOLERANCE = 1e-9;

/** A clock that goes only when it is told to, so that what takes time takes the same time on every machine. */
export class VirtualTime {
  /** Seconds. */
  now = 0;
  private waiting: { readonly due: number; readonly finish: () => Promise<void> }[] = [];

  /** The result of some work, this many seconds from now, however long the work really takes. */
  after<T>(seconds: number, work: Promise<T>): Promise<T> {
    const due = this.now + seconds;
    return new Promise((resolve, reject) => {
      this.waiting.push({ due, finish: () => work.then(resolve, reject) });
      // It is handed on when it is due; until then nobody listens.
      work.catch(() => {});
    });
  }

  /** Goes on by this many seconds, and hands over what has become due, in the order in which it is. */
  async advance(seconds: number): Promise<void> {
    this.now += seconds;
    const isDue = ({ due }: { due: number }) => due <= this.now + TOLERANCE;
    const due = this.waiting.filter(isDue).sort((a, b) => a.due - b.due);
    if (due.length === 0) return;
    this.waiting = this.waiting.filter((one) => !isDue(one));
    for (const { finish } of due) await finish();
    // Those who wait for it, and those who wait for them, come before the next turn of the event loop.
    await setImmediate();
  }
}
