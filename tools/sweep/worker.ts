import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { TARGETS } from '../../ml/config/schema.ts';
import { oneAtATime } from '../../ml/core/async.ts';
import { UserError } from '../../ml/core/errors.ts';
import { readBytes, writeAtomic } from '../../ml/core/files.ts';
import { METRICS_FILE } from '../../ml/core/history.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { measuresOf, type Outcome, scoreOf } from '../../ml/sweep/outcome.ts';
import { CHECKPOINT_FILE, readPosition } from '../../ml/train/checkpoint.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { MODEL_FILE } from '../pipeline/run-folder.ts';
import { advance } from './advance.ts';
import { type DataIndex, describeMissing } from './data-index.ts';
import { isAway } from './database.ts';
import type { TakenStage, TrialQueue } from './queue.ts';
import type { Records, Sweep } from './records.ts';
import { type ResultFiles, resultFilesOf } from './result-files.ts';
import { TrialProcess } from './trial-process.ts';

export interface WorkerOptions {
  /** Stages at once. */
  readonly jobs: number;
  /** Processor cores of each. */
  readonly cores: number;
  /** Folder with a folder for each trial. */
  readonly folder: (sweep: Sweep) => string;
  readonly data: DataIndex;
  /** Of the project; other sweeps are left to others. */
  readonly version: string;
  /** Id of the only sweep to run; the worker ends with it. */
  readonly only?: string;
  /** The worker ends when it can run no open sweep. */
  readonly once?: boolean;
  readonly reporter: Reporter;
  /** Gives everything back, with checkpoints, and ends. */
  readonly signal: AbortSignal;
  /** Program that runs instead of a training, in tests. */
  readonly program?: URL;
  /** Milliseconds between two looks into an empty queue. */
  readonly pollMs?: number;
}

/** Between two looks into an empty queue. */
const POLL_MS = 2000;
/** Crashes after which a trial is set aside. */
const MAX_CRASHES = 3;
/** Largest model that is sent. */
const MAX_MODEL_BYTES = 10 * 2 ** 20;
/** Time between two checkpoints of a running stage that are sent. */
const SHARE_MS = 600_000;
/** Longest pause between two tries to reach a database that is away. */
const MAX_PAUSE_MS = 10_000;

/** Runs stages of sweeps until it is stopped, or its only sweep has ended. */
export class Worker {
  readonly #running = new Set<TrialProcess>();
  readonly #name = `${hostname()}/${process.pid}`;
  /** Sweeps that this worker cannot run, with what it said of them. */
  readonly #refused = new Set<string>();
  /** The slots ask one after the other, and when one has found nothing, the others wait with it. */
  readonly #oneAtATime = oneAtATime();
  #emptyUntil = 0;
  #failure: unknown;
  #away = false;

  constructor(
    readonly records: Records,
    readonly queue: TrialQueue,
    readonly options: WorkerOptions,
  ) {}

  /** How far the running trials are, for people. */
  get running(): readonly TrialProcess[] {
    return [...this.#running];
  }

  async run(): Promise<void> {
    const { signal, jobs } = this.options;
    signal.addEventListener('abort', () => this.#stopAll());
    if (signal.aborted) return;
    await Promise.all(Array.from({ length: jobs }, () => this.#slot()));
    if (this.#failure !== undefined) throw this.#failure;
  }

  get #ending(): boolean {
    return this.options.signal.aborted || this.#failure !== undefined;
  }

  #stopAll(): void {
    for (const trial of this.#running) trial.stop();
  }

  /** Takes one stage after the other. */
  async #slot(): Promise<void> {
    const { pollMs = POLL_MS, signal } = this.options;
    try {
      while (!this.#ending) {
        const taken = await this.#oneAtATime(() => this.#patiently(() => this.#take()));
        if (taken === 'done') return;
        if (taken) await this.#runStage(taken);
        else await setTimeout(pollMs, undefined, { signal }).catch(() => {});
      }
    } catch (thrown) {
      if (thrown === signal.reason) return;
      this.#failure ??= thrown;
      this.#stopAll();
    }
  }

  /** A stage of the oldest sweep that has one; `done` if the only sweep has ended. */
  async #take(): Promise<TakenStage | 'done' | undefined> {
    const { only, once, pollMs = POLL_MS } = this.options;
    if (performance.now() < this.#emptyUntil) return undefined;
    const sweeps = (await this.records.all()).filter(({ id }) => only === undefined || id === only);
    const open = sweeps.filter(({ id, state }) => state === 'open' && !this.#refused.has(id));
    if ((only !== undefined || once) && open.length === 0) return 'done';
    for (const sweep of open) {
      if (!(await this.#suits(sweep))) continue;
      const { hours } = sweep.plan.spec.budget;
      if (hours !== undefined && (await this.records.hours(sweep)) >= hours) {
        await this.queue.cancel(sweep);
        await this.records.end(sweep, 'ended', `its budget of ${hours} hours is used up`);
        continue;
      }
      const stage = await this.queue.take(sweep);
      if (stage) return stage;
      await advance(sweep, this.records, this.queue);
    }
    this.#emptyUntil = performance.now() + pollMs / 2;
    return undefined;
  }

  /** Whether this worker can run a sweep; says once why not. */
  async #suits(sweep: Sweep): Promise<boolean> {
    const { version, data, reporter } = this.options;
    const refuse = (text: string) => {
      this.#refused.add(sweep.id);
      reporter.note(`sweep ${sweep.name} is left to other workers: ${text}`);
      return false;
    };
    if (sweep.version !== version)
      return refuse(
        `it needs version ${sweep.version} of the project, this is ${version}; run "git checkout v${sweep.version} && npm ci", then start the worker again`,
      );
    const missing = await data.missing(sweep.plan.data);
    if (missing.length === 0) return true;
    return refuse(
      `this machine lacks ${describeMissing(missing)}; copy it below one of ${data.roots.join(', ')}, or name its folder with --data, then start the worker again`,
    );
  }

  async #runStage(stage: TakenStage): Promise<void> {
    const { options, records, queue } = this;
    const { sweep, number, rung } = stage;
    const { plan } = sweep;
    if (await this.#patiently(() => records.isKept(sweep, stage))) return this.#finish(stage);
    const trial = await this.#patiently(() => records.trial(sweep, number));
    const folder = join(options.folder(sweep), String(number).padStart(4, '0'));
    const files = resultFilesOf(sweep, records.db);
    if (files) await this.#patiently(() => fetchCheckpoint(files, number, folder, rung));
    const process = new TrialProcess(
      folder,
      {
        settings: await options.data.resolve({ ...plan.base, ...trial.settings }),
        seed: trial.seed,
        rung,
        epochs: plan.rungs[rung],
        last: rung === plan.rungs.length - 1,
        cores: options.cores,
        measures: measuresOf(plan.spec),
      },
      options.program,
    );
    this.#running.add(process);
    if (this.#ending) process.stop();
    const life = new AbortController();
    const lost = this.#keepAlive(stage, process, files, life.signal);
    const end = await process.run().finally(() => {
      this.#running.delete(process);
      life.abort();
    });
    const isLost = await lost;
    switch (end.kind) {
      case 'finished':
        // Also if another worker has it by now: the first result counts, and they are the same.
        return this.#keep(stage, end, folder, files);
      case 'stopped':
        if (!isLost) await this.#patiently(() => this.#handOver(stage, folder, files));
        return;
      case 'disk full':
        await this.#patiently(() => queue.giveBack(stage));
        throw new UserError(
          `the disk of ${folder} is full; its trial went back to the queue. Free some space, then start this worker again`,
        );
      case 'crashed':
        return this.#noteCrash(stage, end.log);
    }
  }

  /** Shows the queue that the stage is alive, and sends a checkpoint now and then; returns whether the stage was lost. */
  async #keepAlive(
    stage: TakenStage,
    process: TrialProcess,
    files: ResultFiles | undefined,
    life: AbortSignal,
  ): Promise<boolean> {
    const pause = (stage.sweep.plan.lease * 1000) / 4;
    let shared = performance.now();
    for (;;) {
      await setTimeout(pause, undefined, { signal: life }).catch(() => {});
      if (life.aborted) return false;
      const mine = await this.#patiently(() => this.queue.touch(stage), life).catch(() => true);
      if (!mine) {
        this.options.reporter.note(`trial ${stage.number} was cancelled, or given to another worker; stopping it`);
        process.stop();
        return true;
      }
      if (files && performance.now() - shared > SHARE_MS) {
        shared = performance.now();
        await sendCheckpoint(files, stage.number, process.folder).catch(() => {});
      }
    }
  }

  async #keep(
    stage: TakenStage,
    { outcome, seconds }: { outcome: Outcome; seconds: number },
    folder: string,
    files: ResultFiles | undefined,
  ): Promise<void> {
    const { sweep, number, rung } = stage;
    const score = scoreOf(outcome, sweep.plan.spec) ?? null;
    if (files)
      await this.#patiently(async () => {
        if (rung < sweep.plan.rungs.length - 1) await sendCheckpoint(files, number, folder);
        else await sendModels(files, number, folder);
      });
    await this.#patiently(() => this.records.keep(sweep, stage, outcome, { score, seconds, worker: this.#name }));
    const shown = score === null ? '' : `, ${sweep.plan.spec.objective?.metric} ${score.toFixed(4)}`;
    this.options.reporter.note(`trial ${number}: ${outcome.epochs} epochs${shown}`);
    await this.#finish(stage);
  }

  async #finish(stage: TakenStage): Promise<void> {
    await this.#patiently(async () => {
      await advance(stage.sweep, this.records, this.queue, stage);
    });
  }

  async #handOver(stage: TakenStage, folder: string, files: ResultFiles | undefined): Promise<void> {
    if (files) await sendCheckpoint(files, stage.number, folder);
    await this.queue.giveBack(stage);
  }

  async #noteCrash(stage: TakenStage, log: string): Promise<void> {
    const { sweep, number } = stage;
    const crash = { id: randomUUID(), worker: this.#name, log };
    const count = await this.#patiently(() => this.records.addCrash(sweep, stage, crash));
    const last = log.split('\n').filter((line) => line.trim() !== '');
    this.options.reporter.note(`trial ${number} crashed (${count} of ${MAX_CRASHES}): ${last.slice(-2).join(' | ')}`);
    if (count < MAX_CRASHES) return this.#patiently(() => this.queue.giveBack(stage));
    await this.#patiently(() => this.records.setAside(sweep, number, `crashed ${count} times: ${log.slice(-1000)}`));
    await this.#finish(stage);
  }

  /** Does what needs the database, again and again as long as that is away. @throws anything else. */
  async #patiently<T>(work: () => Promise<T>, signal = this.options.signal): Promise<T> {
    for (let pause = 250; ; pause = Math.min(MAX_PAUSE_MS, 2 * pause)) {
      try {
        const result = await work();
        if (this.#away) this.options.reporter.note('the database is back');
        this.#away = false;
        return result;
      } catch (thrown) {
        if (!isAway(thrown)) throw thrown;
        if (!this.#away) this.options.reporter.note('the database is away; waiting for it, trials go on');
        this.#away = true;
        await setTimeout(pause, undefined, { signal }).catch(() => {});
        signal.throwIfAborted();
      }
    }
  }
}

/** What a trial resumes from. The checkpoint comes first: a best network that is newer is made again from it. */
const STATE_FILES = [CHECKPOINT_FILE, ...TARGETS.map(bestFile), METRICS_FILE];

async function sendCheckpoint(files: ResultFiles, trial: number, folder: string): Promise<void> {
  const present = STATE_FILES.filter((name) => existsSync(join(folder, name)));
  if (!present.includes(CHECKPOINT_FILE)) return;
  for (const name of present) await files.put(trial, name, await readBytes(join(folder, name)));
}

/** Fetches the state of a trial that is further elsewhere than in this folder. */
async function fetchCheckpoint(files: ResultFiles, trial: number, folder: string, rung: number): Promise<void> {
  if (existsSync(join(folder, `outcome-${rung}.json`))) return;
  const checkpoint = await files.get(trial, CHECKPOINT_FILE);
  if (!checkpoint) return;
  const path = join(folder, CHECKPOINT_FILE);
  const beside = `${path}.theirs`;
  await mkdir(dirname(path), { recursive: true });
  await writeAtomic(beside, checkpoint);
  const theirs = await readPosition(beside);
  const ours = existsSync(path) ? (await readPosition(path)).step : -1;
  if (ours >= theirs.step) return;
  for (const name of STATE_FILES.slice(1)) {
    const bytes = await files.get(trial, name);
    if (bytes) await writeAtomic(join(folder, name), bytes);
  }
  await writeAtomic(path, checkpoint);
}

async function sendModels(files: ResultFiles, trial: number, folder: string): Promise<void> {
  for (const head of ['', ...TARGETS.map((target) => `-${target}`)]) {
    const path = join(folder, `model${head}`, MODEL_FILE);
    const size = (await stat(path).catch(() => null))?.size ?? 0;
    if (size > 0 && size <= MAX_MODEL_BYTES)
      await files.put(trial, MODEL_FILE.replace('.', `${head}.`), await readBytes(path));
  }
}
