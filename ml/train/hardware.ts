import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Config } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { programArguments } from '../core/processes.ts';
import { chooseGpu } from './webgpu/device.ts';

/** How a run uses this machine. */
export interface ExecutionPlan {
  readonly replicas: number;
  /** Threads of ONNX Runtime in each replica. */
  readonly threads: number;
  /** Block of the layout; 1 = portable. */
  readonly block: number;
  /** Name of the GPU that trains; none is the processor. */
  readonly gpu?: string;
}

/** Batch norm wants no fewer images in a replica than this. */
const MIN_REPLICA_BATCH = 16;

let probed: number | undefined;

/**
 * Block size B of ONNX Runtime's blocked convolution on this processor: 16, 8, or 1 if it has none. It is asked in a
 * child process, since on some processors the attempt could end the process.
 */
export function blockSize(): number {
  if (probed === undefined) {
    const probe = new URL('./block-probe.ts', import.meta.url);
    const child = spawnSync(process.execPath, programArguments(probe), {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const block = Number(child.stdout.trim());
    probed = child.status === 0 && block > 1 ? block : 1;
  }
  return probed;
}

type Wishes = Pick<Config['train'], 'batchSize' | 'replicas' | 'layout'>;

/**
 * Chooses the device of a training and divides its work. Replicas and the blocked layout are for the processor.
 * @param gpuOf see {@link chooseGpu}.
 * @throws UserError if the device cannot be used, or as {@link planExecution}.
 */
export function planTraining(
  train: Wishes & Pick<Config['train'], 'device'>,
  cores = availableParallelism(),
  gpuOf = chooseGpu,
): ExecutionPlan {
  const { device, replicas, layout } = train;
  const needsProcessor = layout === 'blocked' || (replicas !== 'auto' && replicas > 1);
  if (device === 'webgpu' && needsProcessor)
    throw new UserError(
      'train.device is "webgpu", which trains one replica in the portable layout; leave train.replicas and train.layout at "auto"',
    );
  const gpu = needsProcessor ? undefined : gpuOf(device);
  return gpu === undefined ? planExecution(train, cores) : { replicas: 1, threads: 1, block: 1, gpu };
}

/** `replicas × threads: 2 × 1, blocks of 8`, for people. */
export const describePlan = ({ replicas, threads, block, gpu }: ExecutionPlan) =>
  gpu === undefined
    ? `replicas × threads: ${replicas} × ${threads}, ${block > 1 ? `blocks of ${block}` : 'portable layout'}`
    : `on WebGPU (${gpu})`;

/**
 * Divides the processor among replicas: as many as there are cores, as long as the batch divides evenly into blocks and
 * no replica has fewer than 16 images.
 * @throws UserError if the configured replicas or layout do not fit the batch size or the processor.
 */
export function planExecution(train: Wishes, cores = availableParallelism(), probe = blockSize): ExecutionPlan {
  const { batchSize } = train;
  const native = train.layout === 'portable' ? 1 : probe();
  if (train.layout === 'blocked' && native === 1) {
    throw new UserError(
      'train.layout is "blocked", but this processor has no blocked convolution; use "auto" or "portable"',
    );
  }
  const fits = (replicas: number, block: number) => batchSize % (replicas * block) === 0;
  const block = native > 1 && fits(train.replicas === 'auto' ? 1 : train.replicas, native) ? native : 1;
  if (train.layout === 'blocked' && block === 1) {
    throw new UserError(
      `train.batchSize is ${batchSize}; with train.layout "blocked" it must be a multiple of replicas × ${native}`,
    );
  }
  if (train.replicas !== 'auto') {
    if (!fits(train.replicas, 1)) {
      throw new UserError(
        `train.batchSize is ${batchSize}, which does not divide among ${train.replicas} replicas; choose a multiple`,
      );
    }
    return { replicas: train.replicas, threads: Math.max(1, Math.floor(cores / train.replicas)), block };
  }
  const most = Math.max(1, Math.min(cores, Math.floor(batchSize / MIN_REPLICA_BATCH)));
  const replicas = Array.from({ length: most }, (_, i) => most - i).find((count) => fits(count, block)) ?? 1;
  return { replicas, threads: Math.max(1, Math.floor(cores / replicas)), block };
}
