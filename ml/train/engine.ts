import { Worker } from 'node:worker_threads';
import { UserError } from '../core/errors.ts';
import { sizeOf } from '../nn/graph.ts';
import type { TrainingGraph } from '../nn/step-graph.ts';
import type { OptimizerName } from './optimizer.ts';
import {
  Barrier,
  FROM_STATE,
  type ReplicaReply,
  type ReplicaSetup,
  type SharedMemory,
  type StepRequest,
} from './replica-protocol.ts';

/** Everything that changes while a network trains; copies, as a checkpoint keeps them. */
export interface TrainingState {
  readonly parameters: Float32Array;
  readonly moment1: Float32Array;
  readonly moment2: Float32Array;
  readonly averagedParameters: Float32Array;
  readonly averagedStatistics: Float32Array;
}

/** The inputs of each replica's graph by their names. */
export type BatchInputs = readonly Readonly<Record<string, Float32Array>>[];

/** The state before the first step: moments are zero, and averages begin at the values themselves. */
export function initialState(parameters: Float32Array, statistics: Float32Array): TrainingState {
  const zeros = new Float32Array(parameters.length);
  return {
    parameters,
    moment1: zeros,
    moment2: zeros,
    averagedParameters: parameters,
    averagedStatistics: statistics,
  };
}

/** Runs the optimizer steps of one network, wherever that is. */
export interface Engine {
  /** What a user should know of how it runs. */
  readonly notes: readonly string[];
  /** The batch of a slot: one record of inputs for each replica, to be filled before {@link step}. */
  slot(index: number): BatchInputs;
  /**
   * One optimizer step on the batch in `order.slot`.
   * @returns mean of each of the graph's losses.
   * @throws UserError if the gradient is not finite.
   */
  step(order: StepRequest): Promise<number[]>;
  /** A copy of the state; call it between steps. */
  state(): Promise<TrainingState>;
  /**
   * Goes on from this state.
   * @throws Error if it belongs to another network.
   */
  restore(state: TrainingState): Promise<void>;
  /** Ends what it started. */
  stop(): Promise<void>;
}

const STATE = ['parameters', 'moment1', 'moment2', 'averagedParameters', 'averagedStatistics'] as const;
/** While one batch is computed, the next one is prepared. */
export const SLOTS = 2;

function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** The inputs of a training graph that a batch fills. */
export const batchInputs = ({ inputs }: TrainingGraph) =>
  Object.entries(inputs).filter(([name]) => !(name in FROM_STATE));

/**
 * Trains one network on the processor, data-parallel: each replica is a worker thread with its own copy of the graph and its own share of
 * every mini-batch. Batch-norm statistics are those of the replica's share.
 */
export class ReplicaEngine implements Engine {
  readonly notes = [];
  readonly #workers: readonly Worker[];
  readonly #memory: SharedMemory;
  #failure: Error | undefined;

  private constructor(workers: readonly Worker[], memory: SharedMemory) {
    this.#workers = workers;
    this.#memory = memory;
    for (const worker of workers) {
      worker.on('error', (error) => {
        this.#failure = error;
      });
    }
  }

  /**
   * Starts the replicas.
   * @param threads threads of ONNX Runtime in each replica.
   * @throws UserError if a replica cannot start.
   */
  static async start(
    graph: TrainingGraph,
    optimizer: OptimizerName,
    replicas: number,
    threads: number,
  ): Promise<ReplicaEngine> {
    const { parameters, statistics, inputs, losses } = graph;
    const each = <T>(make: () => T) => Array.from({ length: replicas }, make);
    const decays = new Uint8Array(new SharedArrayBuffer(parameters.size));
    for (const { offset, size, decays: applies } of parameters.pieces)
      if (applies) decays.fill(1, offset, offset + size);
    const fed = batchInputs(graph);
    const memory: SharedMemory = {
      barrier: new SharedArrayBuffer(Barrier.BYTES),
      parameters: sharedFloats(parameters.size),
      moment1: sharedFloats(parameters.size),
      moment2: sharedFloats(parameters.size),
      averagedParameters: sharedFloats(parameters.size),
      averagedStatistics: sharedFloats(statistics.size),
      decays,
      gradients: each(() => sharedFloats(parameters.size)),
      batchStatistics: each(() => sharedFloats(statistics.size)),
      losses: each(() => sharedFloats(losses)),
      squares: new Float64Array(new SharedArrayBuffer(replicas * Float64Array.BYTES_PER_ELEMENT)),
      inputs: Array.from({ length: SLOTS }, () =>
        each(() => Object.fromEntries(fed.map(([name, shape]) => [name, sharedFloats(sizeOf(shape))]))),
      ),
    };
    const workers = Array.from({ length: replicas }, (_, index) => {
      const setup: ReplicaSetup = { index, replicas, threads, graph: graph.bytes, inputs, optimizer, memory };
      return new Worker(new URL('./replica.mjs', import.meta.url), { workerData: setup, execArgv: [] });
    });
    const engine = new ReplicaEngine(workers, memory);
    try {
      await engine.#replies();
    } catch (thrown) {
      await engine.stop();
      throw thrown;
    }
    return engine;
  }

  slot(index: number): BatchInputs {
    return this.#memory.inputs[index];
  }

  async step(order: StepRequest): Promise<number[]> {
    const replies = this.#replies();
    for (const worker of this.#workers) worker.postMessage(order);
    await replies;
    const { losses } = this.#memory;
    return Array.from(losses[0], (_, i) => losses.reduce((sum, loss) => sum + loss[i], 0) / losses.length);
  }

  #replies(): Promise<unknown> {
    if (this.#failure) throw this.#failure;
    const reply = (worker: Worker) =>
      new Promise<void>((resolve, reject) => {
        const settle = (action: () => void) => {
          worker.off('message', onMessage).off('error', onError);
          action();
        };
        const onMessage = (message: ReplicaReply) =>
          settle(() => ('error' in message ? reject(new UserError(`training stopped: ${message.error}`)) : resolve()));
        const onError = (error: Error) =>
          settle(() => reject(new UserError(`a training thread failed: ${error.message}`, { cause: error })));
        worker.on('message', onMessage).on('error', onError);
      });
    return Promise.all(this.#workers.map(reply));
  }

  async state(): Promise<TrainingState> {
    return Object.fromEntries(STATE.map((name) => [name, this.#memory[name].slice()])) as unknown as TrainingState;
  }

  async restore(state: TrainingState): Promise<void> {
    for (const name of STATE) {
      const [target, source] = [this.#memory[name], state[name]];
      if (target.length !== source.length)
        throw new Error(`${name} has ${source.length} numbers, the network ${target.length}`);
      target.set(source);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
