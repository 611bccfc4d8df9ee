import { totalmem } from 'node:os';
import { messageOf, UserError } from '../../core/errors.ts';
import { sizeOf } from '../../nn/graph.ts';
import type { TrainingGraph } from '../../nn/step-graph.ts';
import { IsolatedProcess } from '../../runtime/isolated-process.ts';
import { type BatchInputs, batchInputs, type Engine, SLOTS, type TrainingState } from '../engine.ts';
import type { OptimizerName } from '../optimizer.ts';
import { NOT_FINITE, type StepRequest } from '../replica-protocol.ts';
import type { DeviceResult, DeviceSetup, DeviceStep } from './process.ts';
import { updateNumbers } from './update-graph.ts';

const PROGRAM = new URL('./process.ts', import.meta.url);
/** Compiling the shaders of a graph takes a slow driver minutes. */
const LIMITS = { bytes: totalmem(), milliseconds: 1_800_000 };
const ADVICE =
  "the fault lies in ONNX Runtime's WebGPU provider or the graphics driver: update the driver, or train on the processor " +
  'with --set train.device=cpu';

/** The device or its provider has failed. */
export class DeviceError extends UserError {
  /** @param hasTrained whether a step of the training was done before. */
  constructor(
    message: string,
    readonly hasTrained: boolean,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Trains one network on a GPU, in a process of its own, since the provider may crash. Parameters, moments and averages stay on
 * the device from step to step; only batches go there, and only losses and the norm of the gradient come back.
 */
export class WebGpuEngine implements Engine {
  readonly #process: IsolatedProcess;
  readonly #optimizer: OptimizerName;
  readonly #slots: readonly BatchInputs[];
  readonly notes: string[] = [];
  #hasTrained = false;

  private constructor(graph: TrainingGraph, optimizer: OptimizerName, onPrint: (text: string) => void) {
    this.#process = new IsolatedProcess(PROGRAM, 'training on WebGPU', LIMITS, { advice: ADVICE, onPrint });
    this.#optimizer = optimizer;
    this.#slots = Array.from({ length: SLOTS }, () => [
      Object.fromEntries(batchInputs(graph).map(([name, shape]) => [name, new Float32Array(sizeOf(shape))])),
    ]);
  }

  /** @throws DeviceError if the provider cannot open the graph, or run it. */
  static async start(graph: TrainingGraph, optimizer: OptimizerName): Promise<WebGpuEngine> {
    let printed = '';
    const engine = new WebGpuEngine(graph, optimizer, (text) => {
      printed += text;
    });
    const { bytes, inputs, parameters, statistics } = graph;
    const setup: DeviceSetup = {
      ...{ graph: bytes, inputs, optimizer },
      ...{ pieces: parameters.pieces, statistics: statistics.size },
    };
    try {
      await engine.#call('start', setup);
    } catch (thrown) {
      await engine.stop();
      throw thrown;
    }
    engine.notes.push(...describePlacement(printed));
    return engine;
  }

  slot(index: number): BatchInputs {
    return this.#slots[index];
  }

  async step({ slot, ...order }: StepRequest): Promise<number[]> {
    const numbers = updateNumbers(this.#optimizer, order);
    const job: DeviceStep = { batch: this.#slots[slot][0], numbers };
    const { losses, norm } = (await this.#call('step', job)) as DeviceResult;
    this.#hasTrained = true;
    if (!Number.isFinite(norm)) throw new UserError(`training stopped: ${NOT_FINITE}`);
    return Array.from(losses);
  }

  state(): Promise<TrainingState> {
    return this.#call('read') as Promise<TrainingState>;
  }

  async restore(state: TrainingState): Promise<void> {
    await this.#call('restore', state);
  }

  stop(): Promise<void> {
    return this.#process.close();
  }

  async #call(method: string, ...values: readonly unknown[]): Promise<unknown> {
    return this.#process.call(method, ...values).catch((thrown) => {
      const message =
        thrown instanceof UserError ? thrown.message : `training on WebGPU failed (${messageOf(thrown)}); ${ADVICE}`;
      throw new DeviceError(message, this.#hasTrained, { cause: thrown });
    });
  }
}

/**
 * Which nodes of a graph run on the processor, from what ONNX Runtime prints while it opens it: a heading for each provider,
 * then its nodes. Nothing if there are none.
 */
export function describePlacement(printed: string): string[] {
  const counts = new Map<string, number>();
  let [onProcessor, total] = [false, 0];
  for (const line of printed.split('\n')) {
    const [, provider, count] = /odes?\(?s?\)? placed on \[(\w+)\]\. Number of nodes: (\d+)/.exec(line) ?? [];
    if (provider !== undefined) {
      onProcessor = provider === 'CPUExecutionProvider';
      total += Number(count);
    }
    const operator = /VerifyEachNodeIsAssignedToAnEp\]\s+(\w+) \(.*\)$/.exec(line)?.[1];
    if (operator !== undefined && onProcessor) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const sum = [...counts.values()].reduce((a, b) => a + b);
  const list = [...counts].sort(([, a], [, b]) => b - a).map(([operator, count]) => `${operator} ${count}`);
  return [`WebGPU lacks ${sum} of ${total} nodes of a step, which run on the processor: ${list.join(', ')}`];
}
