import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../core/errors.ts';
import { type Call, OVER_MEMORY, OVER_TIME, type Reply, type Start } from './protocol.ts';

/** What the watching thread and the working one share: when the call began, in nanoseconds; 0 between calls. */
const SHARED_BYTES = BigInt64Array.BYTES_PER_ELEMENT;
const POLL_MS = 20;

/**
 * Runs in a thread of its own, since native code blocks the first one. Plain JavaScript, as a thread has no loader. It ends
 * the process over a limit, and where the process that started it is gone.
 */
const WATCH = `
  const { workerData: { began, limits, parent, lines, every } } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const end = (line) => {
    try { writeSync(2, '\\n' + line + '\\n'); } catch {}
    process.kill(process.pid, 'SIGKILL');
  };
  setInterval(() => {
    const since = Atomics.load(began, 0);
    if (process.ppid !== parent) end('');
    if (process.memoryUsage.rss() > limits.bytes) end(lines.memory);
    if (since > 0n && process.hrtime.bigint() - since > BigInt(limits.milliseconds) * 1000000n) end(lines.time);
  }, every);
`;

/**
 * Makes this process answer the calls of an {@link IsolatedProcess}, one after another.
 * @param methods by their names; what they take and give must be what structured cloning takes.
 */
export function serveCalls(methods: Readonly<Record<string, (...values: never[]) => unknown>>): void {
  const began = new BigInt64Array(new SharedArrayBuffer(SHARED_BYTES));
  const reply = (message: Reply) => process.send?.(message);
  const answer = async ({ method, values }: Call): Promise<Reply> => {
    Atomics.store(began, 0, process.hrtime.bigint());
    try {
      return { result: await methods[method](...(values as never[])) };
    } catch (thrown) {
      const isFault = !(thrown instanceof UserError);
      return { error: messageOf(thrown), isFault, ...(thrown instanceof Error && { stack: thrown.stack }) };
    } finally {
      Atomics.store(began, 0, 0n);
    }
  };
  process.once('message', ({ limits }: Start) => {
    const lines = { memory: OVER_MEMORY, time: OVER_TIME };
    new Worker(WATCH, {
      eval: true,
      execArgv: [],
      workerData: { began, limits, parent: process.ppid, lines, every: POLL_MS },
    }).unref();
    process.on('message', async (call: Call) => reply(await answer(call)));
  });
  process.on('disconnect', () => process.exit());
  // The process that started this one decides what becomes of it.
  process.on('SIGINT', () => {});
}
