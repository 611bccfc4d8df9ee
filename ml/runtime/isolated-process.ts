import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../core/errors.ts';
import { programArguments } from '../core/program.ts';
import { type Call, LIMITS, type Limits, OVER_MEMORY, OVER_TIME, type Reply, type Start } from './protocol.ts';

/** This program's own folder, so that nothing is taken from the one that it works on. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The end of what a process printed is kept. */
const KEPT_LETTERS = 2000;

/**
 * A process that runs what this program did not make, such as a stranger's model: it may crash, and is ended where it takes
 * too much memory or time. One call at a time.
 */
export class IsolatedProcess {
  readonly #child: ChildProcess;
  readonly #what: string;
  readonly #limits: Limits;
  #printed = '';
  #failure: UserError | undefined;
  #settle: ((reply: Reply | UserError) => void) | undefined;

  /**
   * @param module calls `serveCalls`.
   * @param what is run, for messages, for example a file's name.
   */
  constructor(module: URL, what: string, limits: Limits = LIMITS) {
    this.#what = what;
    this.#limits = limits;
    this.#child = forked(module);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#printed = (this.#printed + text).slice(-KEPT_LETTERS);
    });
    this.#child.on('message', (reply: Reply) => this.#settle?.(reply));
    this.#child.on('error', (error) => this.#fail(`could not be started (${error.message})`));
    // Not `exit`: what it printed is there by then.
    this.#child.on('close', (code, signal) => this.#fail(this.#reason(code, signal)));
    this.#child.send({ limits } satisfies Start, () => {});
  }

  /**
   * Calls a function of the module.
   * @throws UserError if the function does, or if the process crashes or goes over a limit; it is gone then.
   */
  async call(method: string, ...values: readonly unknown[]): Promise<unknown> {
    if (this.#failure) throw this.#failure;
    const reply = await new Promise<Reply | UserError>((resolve) => {
      this.#settle = resolve;
      // What goes wrong with sending ends the process, which tells of it.
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
    if (this.#printed.includes(OVER_MEMORY))
      return `takes more than ${(bytes / 1e9).toLocaleString('en')} GB of memory; choose a smaller model`;
    if (this.#printed.includes(OVER_TIME))
      return `does not answer within ${(milliseconds / 1000).toLocaleString('en')} seconds; choose a faster model`;
    const last = this.#printed.trim().split('\n').at(-1);
    return `made its runtime crash (${signal ?? `exit ${code}`}${last ? `: ${last}` : ''}); choose another model`;
  }

  #fail(reason: string): void {
    this.#failure ??= new UserError(`${this.#what} ${reason}`);
    this.#settle?.(this.#failure);
  }
}

/** Starts a module of this program in a process of its own, with messages to and fro that hold arrays of numbers. */
function forked(module: URL): ChildProcess {
  const [run, program] = programArguments(module);
  return fork(run, [program], {
    cwd: ROOT,
    execArgv: [],
    serialization: 'advanced',
    // What native code prints on its way down is looked through for the reason.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
