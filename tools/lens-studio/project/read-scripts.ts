import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { oneAtATime } from '../../../ml/core/one-at-a-time.ts';
import { within } from '../../../ml/core/within.ts';
import type { Order, Reading } from './script-thread.ts';

/** A script takes milliseconds and megabytes; one made for it takes the parser any time and memory. */
const LONGEST_MS = 30_000;
const MOST_MEGABYTES = 1024;
/** After so many that had to be given up, the others are not read. */
const MOST_GIVEN_UP = 3;

/**
 * Reads scripts of strangers one after another in a thread with limits of time and memory.
 * @param longestMs for a script.
 * @returns readings in the order of `orders`; a script that goes beyond the limits has a fault.
 */
export async function readScripts(orders: readonly Order[], longestMs = LONGEST_MS): Promise<Reading[]> {
  const readings: Reading[] = [];
  let givenUp = 0;
  for (const order of orders) {
    const reading =
      givenUp < MOST_GIVEN_UP
        ? await thread.read(order, longestMs)
        : `it was not read after ${givenUp} that had to be given up`;
    if (typeof reading === 'string' && givenUp < MOST_GIVEN_UP) givenUp++;
    readings.push(typeof reading === 'string' ? unread(order.path, reading) : reading);
  }
  return readings;
}

/** The reading of a script that is not read. */
export function unread(path: string, why: string): Reading {
  return { script: null, fault: { path, line: 1, message: why }, foreign: [] };
}

/** One thread for all, which does not keep the process alive. */
class Thread {
  #worker: Worker | null = null;
  readonly #next = oneAtATime();

  /** A reading, or why there is none. */
  read(order: Order, longestMs: number): Promise<Reading | string> {
    return this.#next(() => this.#read(order, longestMs));
  }

  async #read(order: Order, longestMs: number): Promise<Reading | string> {
    this.#worker ??= await started();
    const worker = this.#worker;
    worker.ref();
    const answer: Promise<Reading | string> = once(worker, 'message').then(([reading]) => reading, whyFull);
    worker.postMessage(order);
    const reading = await within(longestMs, answer, () => `reading it takes longer than ${longestMs / 1000} s`);
    worker.unref();
    if (typeof reading === 'string') {
      this.#worker = null;
      await worker.terminate();
    }
    return reading;
  }
}

/** The thread says when it is ready, so that its start is not taken for the time of a script. */
async function started(): Promise<Worker> {
  const worker = new Worker(new URL('./script-thread.mjs', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  });
  await once(worker, 'message');
  return worker;
}

function whyFull(thrown: NodeJS.ErrnoException): string {
  if (thrown.code === 'ERR_WORKER_OUT_OF_MEMORY') return `reading it takes more than ${MOST_MEGABYTES} MB`;
  throw thrown;
}

const thread = new Thread();
