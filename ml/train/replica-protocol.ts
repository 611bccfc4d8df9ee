import type { Shape } from '../nn/graph.ts';
import type { OptimizerName } from './optimizer.ts';

/** Arrays that all threads share; each lies on a SharedArrayBuffer. */
export interface SharedMemory {
  readonly barrier: SharedArrayBuffer;
  readonly parameters: Float32Array;
  readonly moment1: Float32Array;
  readonly moment2: Float32Array;
  /** Moving averages of the parameters and of the batch statistics: the network that is evaluated and exported. */
  readonly averagedParameters: Float32Array;
  readonly averagedStatistics: Float32Array;
  readonly decays: Uint8Array;
  /** One for each replica; the first also takes the average. */
  readonly gradients: readonly Float32Array[];
  readonly batchStatistics: readonly Float32Array[];
  /** The graph's losses, one array for each replica. */
  readonly losses: readonly Float32Array[];
  /** Squared norm of each thread's share of the gradient. */
  readonly squares: Float64Array;
  /** Batches: [slot][replica][input]. While the replicas compute on one slot, the next batch is written to the other. */
  readonly inputs: readonly (readonly Readonly<Record<string, Float32Array>>[])[];
}

/** Inputs of the graph that are filled from the state at each step, not from the batch. */
export const FROM_STATE = { parameters: 'parameters', statistics: 'averagedStatistics' } as const;

/** Why a training stops whose learning rate is too high. */
export const NOT_FINITE =
  'the gradient is no longer finite; lower the learning rate (train.learningRate, or --learning-rate)';

export interface ReplicaSetup {
  readonly index: number;
  readonly replicas: number;
  /** Threads of ONNX Runtime in this replica. */
  readonly threads: number;
  readonly graph: Uint8Array;
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly optimizer: OptimizerName;
  readonly memory: SharedMemory;
}

export interface StepRequest {
  /** 1-based. */
  readonly step: number;
  readonly slot: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** 0 = no clipping. */
  readonly clipNorm: number;
  readonly emaDecay: number;
}

export type ReplicaReply = { readonly done: number } | { readonly error: string };

/** The part of a flat vector that one thread updates. */
export function gradientShare(size: number, replicas: number, index: number): [begin: number, end: number] {
  return [Math.floor((size * index) / replicas), Math.floor((size * (index + 1)) / replicas)];
}

/** Lets threads wait until all of them have come: a counter and a generation in shared memory. */
export class Barrier {
  static readonly BYTES = 8;
  readonly #words: Int32Array;

  /** @param memory {@link BYTES} bytes that all threads share, zero at first. */
  constructor(
    memory: SharedArrayBuffer,
    readonly threads: number,
  ) {
    this.#words = new Int32Array(memory);
  }

  /** Blocks this thread until every thread has called it. */
  wait(): void {
    const generation = Atomics.load(this.#words, 1);
    if (Atomics.add(this.#words, 0, 1) === this.threads - 1) {
      Atomics.store(this.#words, 0, 0);
      Atomics.add(this.#words, 1, 1);
      Atomics.notify(this.#words, 1);
      return;
    }
    while (Atomics.load(this.#words, 1) === generation) Atomics.wait(this.#words, 1, generation);
  }
}
