/** Both ends of a process that runs what strangers made: the one that starts it, and the program in it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../core/errors.ts';
import { programArguments } from '../core/processes.ts';

/** How much of the machine a model that somebody else made may use. */
export interface Limits {
  /** Memory of its process, in bytes. */
  readonly bytes: number;
  /** Time of loading it, and of each call, in milliseconds. */
  readonly milliseconds: number;
}

/**
 * A model for a phone needs a hundredth of either: it has at most 10 MB and runs in a tenth of a second. The time is for 32
 * faces, on a slow machine that is busy with other work too.
 */
export const LIMITS: Limits = { bytes: 2_000_000_000, milliseconds: 60_000 };

/** How a process is watched. */
interface Watch {
  /** What mends a crash or an exceeded limit, for messages; by default another model does. */
  readonly advice?: string;
  /** Receives what native code prints. */
  readonly onPrint?: (text: string) => void;
}

/** A call of a function in the other process. */
interface Call {
  readonly method: string;
  readonly values: readonly unknown[];
}

/** How a call went; `isFault` where it was not the model's fault. */
type Reply =
  | { readonly result: unknown }
  | { readonly error: string; readonly isFault: boolean; readonly stack?: string };

/** The first message, before any call. */
interface Start {
  readonly limits: Limits;
}

/** The last line of a process that exceeded a limit. */
const OVER_MEMORY = 'emotion-lens: over the limit of memory';
const OVER_TIME = 'emotion-lens: over the limit of time';

/** This program's own folder, so that nothing is taken from the one that it works on. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The end of what a process printed is kept. */
const KEPT_LETTERS = 2000;

/**
 * A process that runs what this program did not make, such as a stranger's model: it may crash, and it is killed if it
 * uses too much memory or time. One call at a time.
 */
export class IsolatedProcess {
  readonly #child: ChildProcess;
  readonly #what: string;
  readonly #limits: Limits;
  readonly #advice: string | undefined;
  #printed = '';
  #failure: UserError | undefined;
  #settle: ((reply: Reply | UserError) => void) | undefined;

  /**
   * @param module a program that calls {@link serveCalls}.
   * @param what is run, for messages, for example a file's name.
   */
  constructor(module: URL, what: string, limits: Limits = LIMITS, { advice, onPrint }: Watch = {}) {
    this.#what = what;
    this.#limits = limits;
    this.#advice = advice;
    this.#child = forked(module);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#printed = (this.#printed + text).slice(-KEPT_LETTERS);
      onPrint?.(text);
    });
    this.#child.on('message', (reply: Reply) => this.#settle?.(reply));
    this.#child.on('error', (error) => this.#fail(`could not be started (${error.message})`));
    // Not `exit`: what it printed is there by then.
    this.#child.on('close', (code, signal) => this.#fail(this.#reason(code, signal)));
    this.#child.send({ limits } satisfies Start, () => {});
  }

  /**
   * Calls a function of the module.
   * @throws UserError if the function does, or if the process crashes or exceeds a limit; it has ended then.
   */
  async call(method: string, ...values: readonly unknown[]): Promise<unknown> {
    if (this.#failure) throw this.#failure;
    const reply = await new Promise<Reply | UserError>((resolve) => {
      this.#settle = resolve;
      // If sending fails, the process ends, and `close` reports it.
      this.#child.send({ method, values } satisfies Call, () => {});
    });
    this.#settle = undefined;
    if (reply instanceof UserError) throw reply;
    if ('result' in reply) return reply.result;
    if (!reply.isFault) throw new UserError(reply.error);
    throw Object.assign(new Error(reply.error), { stack: reply.stack });
  }

  /** Ends the process, whatever it is doing. */
  async close(): Promise<void> {
    if (this.#failure) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await closed;
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    const { bytes, milliseconds } = this.#limits;
    const advice = (another: string) => this.#advice ?? `choose ${another} model`;
    if (this.#printed.includes(OVER_MEMORY))
      return `uses more than ${(bytes / 1e9).toLocaleString('en')} GB of memory; ${advice('a smaller')}`;
    if (this.#printed.includes(OVER_TIME))
      return `does not answer within ${(milliseconds / 1000).toLocaleString('en')} seconds; ${advice('a faster')}`;
    const last = this.#printed.trim().split('\n').at(-1);
    return `made its runtime crash (${signal ?? `exit ${code}`}${last ? `: ${last}` : ''}); ${advice('another')}`;
  }

  #fail(reason: string): void {
    this.#failure ??= new UserError(`${this.#what} ${reason}`);
    this.#settle?.(this.#failure);
  }
}

/** Starts a module of this program in a process of its own; messages can hold typed arrays. */
function forked(module: URL): ChildProcess {
  const [run, program] = programArguments(module);
  return fork(run, [program], {
    cwd: ROOT,
    execArgv: [],
    serialization: 'advanced',
    // What native code prints before it crashes is searched for the reason.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

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
 * @param methods by their names; arguments and results must survive structured cloning.
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
  // The process that started this one decides when it ends.
  process.on('SIGINT', () => {});
}
