import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, readText, writeAtomic } from '../../ml/core/files.ts';
import { programArguments } from '../../ml/core/processes.ts';
import type { Progress } from '../../ml/core/progress.ts';
import { type Outcome, OutcomeSchema } from '../../ml/sweep/outcome.ts';
import type { Measure } from '../../ml/sweep/spec.ts';

/** What a trial's process is told. */
export interface Task {
  /** Fields of the configuration by path; paths are this machine's. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly rung: number;
  /** Epochs at the end of the rung. */
  readonly epochs: number;
  /** Whether it is the last rung, after which the network is exported. */
  readonly last: boolean;
  readonly cores: number;
  readonly measures: readonly Measure[];
}

/** How a trial's process ended. */
export type TrialEnd =
  | { readonly kind: 'finished'; readonly outcome: Outcome; readonly seconds: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'disk full'; readonly log: string }
  | { readonly kind: 'crashed'; readonly log: string };

/** Exit codes of a trial's process. */
export const STOPPED = 3;
export const DISK_FULL = 4;

const TASK_FILE = 'task.json';
const LOG_FILE = 'trial.log';
/** Most of a log that is kept with a crash. */
const LOG_LETTERS = 4000;
/** Time to write a checkpoint, after which the process is killed; its last checkpoint then counts. */
const STOP_MS = 20_000;
const TRIAL = new URL('./trial.ts', import.meta.url);

export const outcomeFile = (rung: number) => `outcome-${rung}.json`;

/** The process of one stage of a trial. */
export class TrialProcess {
  #child: ChildProcess | undefined;
  #stopping = false;
  #progress: Progress | undefined;

  /** @param program what runs instead of a training, in tests. */
  constructor(
    readonly folder: string,
    readonly task: Task,
    readonly program = TRIAL,
  ) {}

  /** How far it is. */
  get progress(): Progress | undefined {
    return this.#progress;
  }

  /**
   * Runs the process to its end.
   * @throws UserError if the folder cannot be written.
   */
  async run(): Promise<TrialEnd> {
    const { folder, task } = this;
    const began = performance.now();
    const outcome = join(folder, outcomeFile(task.rung));
    await mkdir(folder, { recursive: true }).catch((thrown) => {
      throw fileError('write', folder, thrown);
    });
    await writeAtomic(join(folder, TASK_FILE), JSON.stringify(task));
    const code = await this.#fork();
    if (code === 0 && existsSync(outcome)) {
      const parsed = OutcomeSchema.parse(JSON.parse(await readText(outcome)));
      return { kind: 'finished', outcome: parsed, seconds: (performance.now() - began) / 1000 };
    }
    if (code === STOPPED || this.#stopping) return { kind: 'stopped' };
    const text = (await readText(join(folder, LOG_FILE)).catch(() => '')).slice(-LOG_LETTERS);
    const log = `${text}\nits process ended with ${code}`.trim();
    return { kind: code === DISK_FULL ? 'disk full' : 'crashed', log };
  }

  /** Asks it to write a checkpoint and end. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#child?.connected) this.#child.send('stop', () => {});
    setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS).unref();
  }

  /** @returns its exit code, or the signal that ended it. */
  async #fork(): Promise<number | NodeJS.Signals | null> {
    const path = join(this.folder, LOG_FILE);
    const log = await open(path, 'w').catch((thrown) => {
      throw fileError('write', path, thrown);
    });
    try {
      const [run, ...program] = programArguments(this.program);
      const child = fork(run, [...program, join(this.folder, TASK_FILE)], {
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
        // What reaches the database stays in this process.
        env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PG|_QUEUE$|^AWS_/.test(name))),
      });
      this.#child = child;
      child.on('message', (message) => {
        this.#progress = message as Progress;
      });
      return await new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => resolve(code ?? signal));
      });
    } finally {
      await log.close();
    }
  }
}
