import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { DeviceName } from '../config/schema.ts';
import { cancellable } from '../core/async.ts';
import { UserError } from '../core/errors.ts';
import { appendHistory, METRICS_FILE, truncateHistory } from '../core/history.ts';
import type { Progress, Reporter } from '../core/progress.ts';
import type { TrainingGraph } from '../nn/step-graph.ts';
import { CHECKPOINT_FILE, loadCheckpoint, type Position, readPosition, saveCheckpoint } from './checkpoint.ts';
import { type BatchInputs, type Engine, ReplicaEngine, type TrainingState } from './engine.ts';
import type { ExecutionPlan } from './hardware.ts';
import type { OptimizerName } from './optimizer.ts';
import type { StepRequest } from './replica-protocol.ts';
import { WebGpuEngine } from './webgpu/engine.ts';

/** Where a training runs, and how it is watched and stopped. */
export interface TrainingRun {
  /** Folder of the run, which exists. */
  readonly folder: string;
  readonly reporter: Reporter;
  /** Resumes from the checkpoint in the folder, if there is one. */
  readonly resume: boolean;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Validations after which it ends for now; what resumes it later goes on as if it had not. All of them by default. */
  readonly periods?: number;
}

/** What a validation found. */
export interface Validation {
  /** For the history, for example `accuracy/votes`. */
  readonly figures: Readonly<Record<string, number>>;
  /** For people, for example `epoch 3/18: PublicTest accuracy votes 88.01 %`; absent if there is nothing to say. */
  readonly note?: string | undefined;
  /** Best score so far of each network that is kept. */
  readonly best: Readonly<Record<string, number>>;
}

/** What is done of a training: optimizer steps, and stretches between validations. */
interface Done {
  readonly step: number;
  readonly periods: number;
}

/** What is trained: its graph, its batches, where it begins, and how it is judged and kept. */
export interface TrainingTask {
  readonly graph: TrainingGraph;
  readonly optimizer: OptimizerName;
  readonly plan: ExecutionPlan;
  /**
   * Everything that the result follows from besides the step: the resolved configuration, the data's hash, how the work
   * is divided. A checkpoint of another one is refused.
   */
  readonly identity: Readonly<Record<string, unknown>>;
  readonly totalSteps: number;
  /** Steps from one validation to the next: those of an epoch, for data that have epochs. */
  readonly validationSteps: number;
  /** Steps between two records of the loss in the history. */
  readonly recordSteps: number;
  /** Steps between two checkpoints; one is also written after each validation. */
  readonly checkpointSteps: number;
  /** Examples of one step, and what the history calls how many of them are trained on in a second. */
  readonly batchSize: number;
  readonly speedFigure: string;
  /** Name in the history of each of the graph's losses. */
  readonly losses: readonly string[];
  /** Learning rate and what else the optimizer takes at a step, counted from 0. */
  stepSize(step: number): Pick<StepRequest, 'learningRate' | 'weightDecay' | 'clipNorm' | 'emaDecay'>;
  /** Writes the batch of a step, counted from 0, into the inputs of each replica. */
  fillBatch(step: number, replicas: BatchInputs): void;
  /** The state before the first step. */
  start(): Promise<TrainingState>;
  /** Whether the network of the start is judged and kept like those that follow. */
  readonly validatesStart?: boolean;
  /** Changes the state before it is judged; `period` counts the stretches between validations from 0. */
  beforeValidation?(state: TrainingState, period: number): Promise<TrainingState>;
  /** Judges a network and keeps it as a file if it is better than `best`. */
  validate(state: TrainingState, done: Done, best: Position['best']): Promise<Validation>;
  /** How far a step is, with the mean loss since the last validation. */
  progress(step: number, meanLoss: number): Progress;
  /** Looks at the network that training ended with, or was stopped at. */
  end?(state: TrainingState): Promise<void>;
}

export interface TrainingResult {
  /** False if it was stopped by its signal before the end that was asked for. */
  readonly completed: boolean;
  /** Optimizer steps done. */
  readonly step: number;
  /** Best validation score of each network that is kept. */
  readonly best: Readonly<Record<string, number>>;
}

/**
 * Trains a task to its end. Writes `metrics.jsonl` and `checkpoint.safetensors` into the run's folder. The run can be
 * stopped or killed at any time; resumed, it ends with the same bits.
 * @throws UserError if the checkpoint is another training's, or the gradient is not finite any more.
 */
export async function runTraining(run: TrainingRun, task: TrainingTask): Promise<TrainingResult> {
  const engine = await startEngine(task);
  try {
    for (const note of engine.notes) run.reporter.note(note);
    return await new TrainingLoop(run, task, engine).run();
  } finally {
    await engine.stop();
  }
}

/**
 * The device of a training: one that is resumed goes on where it began, if the choice is open.
 * @throws UserError if the checkpoint is broken.
 */
export async function deviceOf({ folder, resume }: TrainingRun, wanted: DeviceName): Promise<DeviceName> {
  const path = join(folder, CHECKPOINT_FILE);
  if (wanted !== 'auto' || !resume || !existsSync(path)) return wanted;
  return 'gpu' in (await readPosition(path)).identity ? 'webgpu' : 'cpu';
}

/** Starts what runs the steps of a task where its plan says. */
export function startEngine({
  graph,
  optimizer,
  plan,
}: Pick<TrainingTask, 'graph' | 'optimizer' | 'plan'>): Promise<Engine> {
  if (plan.gpu !== undefined) return WebGpuEngine.start(graph, optimizer);
  return ReplicaEngine.start(graph, optimizer, plan.replicas, plan.threads);
}

/** One training between its start and its end. */
class TrainingLoop {
  readonly #checkpointPath: string;
  readonly #metricsPath: string;

  constructor(
    readonly training: TrainingRun,
    readonly task: TrainingTask,
    readonly engine: Engine,
  ) {
    this.#checkpointPath = join(training.folder, CHECKPOINT_FILE);
    this.#metricsPath = join(training.folder, METRICS_FILE);
  }

  async run(): Promise<TrainingResult> {
    const { totalSteps, validationSteps } = this.task;
    const end = Math.min(totalSteps, (this.training.periods ?? Number.POSITIVE_INFINITY) * validationSteps);
    let position = await this.#start();
    if (position.step < end) this.#prepare(position.step);
    await cancellable(this.training.signal, async () => {
      while (position.step < end && !this.#stopped) {
        const period = Math.floor(position.step / validationSteps);
        const until = Math.min(totalSteps, (period + 1) * validationSteps);
        position = await this.#trainUntil(until, period, position);
        if (position.step === until) position = await this.#finishPeriod(period, position);
        await this.#checkpoint(position);
      }
    });
    await this.task.end?.(await this.engine.state());
    return { completed: position.step >= end, step: position.step, best: position.best };
  }

  get #stopped(): boolean {
    return this.training.signal?.aborted ?? false;
  }

  /** Takes up the checkpoint, or starts from the beginning. */
  async #start(): Promise<Position> {
    const { task, training, engine } = this;
    if (training.resume && existsSync(this.#checkpointPath)) {
      const { state, position } = await loadCheckpoint(this.#checkpointPath, task.graph);
      refuseOther(this.#checkpointPath, position.identity, plain(task.identity));
      await engine.restore(state);
      await truncateHistory(this.#metricsPath, position.step);
      training.reporter.note(`resumed at step ${position.step} of ${task.totalSteps}`);
      return position;
    }
    const state = await task.start();
    await engine.restore(state);
    // Of a run that was stopped before its first checkpoint.
    await truncateHistory(this.#metricsPath, 0);
    const fresh = { identity: plain(task.identity), step: 0, lossSums: task.losses.map(() => 0), best: {} };
    return task.validatesStart
      ? { ...fresh, best: (await this.#validate(state, { step: 0, periods: 0 }, fresh.best)).best }
      : fresh;
  }

  /** Fills the slot of a step. */
  #prepare(step: number): void {
    this.task.fillBatch(step, this.engine.slot(step % 2));
  }

  /** Trains to the end of the period, or until the signal. */
  async #trainUntil(until: number, period: number, from: Position): Promise<Position> {
    const { task, engine } = this;
    const lossSums = [...from.lossSums];
    const first = period * task.validationSteps;
    const began = performance.now();
    let { step } = from;
    while (step < until && !this.#stopped) {
      const size = task.stepSize(step);
      const running = engine.step({ ...size, step: step + 1, slot: step % 2 });
      if (step + 1 < task.totalSteps) this.#prepare(step + 1);
      const losses = await running;
      step += 1;
      for (const [i, loss] of losses.entries()) lossSums[i] += loss;
      this.training.reporter.progress(task.progress(step, mean(lossSums) / (step - first)));
      if (step % task.recordSteps === 0 || step === until || this.#stopped) {
        const speed = ((step - from.step) * task.batchSize * 1000) / (performance.now() - began);
        const { learningRate } = size;
        const figures = { ...this.#lossFigures(losses), learningRate, [task.speedFigure]: speed };
        await appendHistory(this.#metricsPath, { kind: 'step', step, epoch: period, figures });
      }
      if (step % task.checkpointSteps === 0 && step < until) await this.#checkpoint({ ...from, step, lossSums });
    }
    return { ...from, step, lossSums };
  }

  /** Judges the network and records how it did. */
  async #finishPeriod(period: number, at: Position): Promise<Position> {
    const { task, engine } = this;
    let state = await engine.state();
    if (task.beforeValidation) {
      state = await task.beforeValidation(state, period);
      await engine.restore(state);
    }
    const { figures, best } = await this.#validate(state, { step: at.step, periods: period + 1 }, at.best);
    const steps = at.step - period * task.validationSteps;
    const losses = this.#lossFigures(at.lossSums.map((sum) => sum / steps));
    const record = { kind: 'epoch', step: at.step, epoch: period, figures: { ...losses, ...figures } } as const;
    await appendHistory(this.#metricsPath, record);
    return { ...at, best, lossSums: task.losses.map(() => 0) };
  }

  async #validate(state: TrainingState, done: Done, best: Position['best']): Promise<Validation> {
    const validation = await this.task.validate(state, done, best);
    if (validation.note) this.training.reporter.note(validation.note);
    return validation;
  }

  #lossFigures(values: readonly number[]): Record<string, number> {
    return Object.fromEntries(this.task.losses.map((name, i) => [name, values[i]]));
  }

  async #checkpoint(position: Position): Promise<void> {
    await saveCheckpoint(this.#checkpointPath, this.task.graph, await this.engine.state(), position);
  }
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** As a checkpoint keeps it: fields without a value are gone. */
const plain = (identity: Readonly<Record<string, unknown>>): Position['identity'] =>
  JSON.parse(JSON.stringify(identity));

/** A run resumes only as it began, or its result would be another one. */
function refuseOther(path: string, saved: Position['identity'], wanted: Position['identity']): void {
  const [before, now] = [leavesOf(saved), leavesOf(wanted)];
  const other = [...new Set([...before.keys(), ...now.keys()])].filter(
    (field) => !isDeepStrictEqual(before.get(field), now.get(field)),
  );
  if (other.length === 0) return;
  const describe = (leaves: ReadonlyMap<string, unknown>) =>
    other.map((field) => `${field} ${shown(leaves.get(field))}`).join(', ');
  throw new UserError(
    `${path} belongs to a run with ${describe(before)}; this run has ${describe(now)}. Start a new run instead`,
  );
}

/** A value in a message; the first digits of a hash are enough. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'none';
  return text.length > 40 ? `${text.slice(0, 12)}…` : text;
}

/** The values inside of nested objects by their paths, for example `train.batchSize`. */
function leavesOf(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, path === '' ? key : `${path}.${key}`)]),
  );
}
