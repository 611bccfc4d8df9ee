/**
 * Worker thread of one replica: runs the training graph on its share of each mini-batch, then, once every replica has
 * its gradient, averages, clips and applies them on its own share of the parameters.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { messageOf } from '../core/errors.ts';
import { sizeOf } from '../nn/graph.ts';
import { averageDecay, moveAverage, OPTIMIZERS, statisticsDecay } from './optimizer.ts';
import {
  Barrier,
  FROM_STATE,
  gradientShare,
  NOT_FINITE,
  type ReplicaSetup,
  type StepRequest,
} from './replica-protocol.ts';

const setup = workerData as ReplicaSetup;
const { index, replicas, memory } = setup;
const barrier = new Barrier(memory.barrier, replicas);
const [begin, end] = gradientShare(memory.parameters.length, replicas, index);
const optimizer = OPTIMIZERS[setup.optimizer];
const state = {
  parameters: memory.parameters,
  gradient: memory.gradients[0],
  moment1: memory.moment1,
  moment2: memory.moment2,
  decays: memory.decays,
};

// The runtime does not take shared memory, so each input has a copy of its own here.
const feeds = Object.fromEntries(
  Object.entries(setup.inputs).map(([name, shape]) => [
    name,
    new ort.Tensor('float32', new Float32Array(sizeOf(shape)), [...shape]),
  ]),
);

/** Averages the gradients of all replicas over this thread's share into the first one's; returns its squared norm. */
function averageGradients(): number {
  const sum = memory.gradients[0];
  let squares = 0;
  for (let i = begin; i < end; i++) {
    let g = 0;
    for (const gradient of memory.gradients) g += gradient[i];
    g /= replicas;
    sum[i] = g;
    squares += g * g;
  }
  return squares;
}

async function step(session: ort.InferenceSession, order: StepRequest): Promise<void> {
  for (const [name, source] of Object.entries(FROM_STATE))
    if (name in feeds) (feeds[name].data as Float32Array).set(memory[source]);
  for (const [name, values] of Object.entries(memory.inputs[order.slot][index]))
    (feeds[name].data as Float32Array).set(values);
  const results = await session.run(feeds);
  memory.gradients[index].set(results['gradient'].data as Float32Array);
  const { statistics } = results;
  if (statistics) memory.batchStatistics[index].set(statistics.data as Float32Array);
  memory.losses[index].set(results['loss'].data as Float32Array);
  barrier.wait();

  memory.squares[index] = averageGradients();
  barrier.wait();

  const norm = Math.sqrt(memory.squares.reduce((sum, square) => sum + square, 0));
  // Every thread sees the same norm, so either all of them stop here or none does.
  if (!Number.isFinite(norm)) throw new Error(NOT_FINITE);
  const gradientScale = order.clipNorm > 0 ? Math.min(1, order.clipNorm / norm) : 1;
  optimizer(state, begin, end, { ...order, gradientScale });
  moveAverage(memory.averagedParameters, memory.parameters, averageDecay(order.emaDecay, order.step), begin, end);
  if (index === 0 && statistics) {
    const decay = statisticsDecay(order.emaDecay, order.step) ** (1 / replicas);
    for (const values of memory.batchStatistics)
      moveAverage(memory.averagedStatistics, values, decay, 0, values.length);
  }
}

const session = await ort.InferenceSession.create(setup.graph, {
  intraOpNumThreads: setup.threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Weights are inputs here, so there is nothing to fold, and 'all' costs 300 MB more.
  graphOptimizationLevel: 'disabled',
  enableMemPattern: false,
  logSeverityLevel: 3,
});
parentPort?.on('message', (order: StepRequest) => {
  step(session, order).then(
    () => parentPort?.postMessage({ done: order.step }),
    (thrown) => parentPort?.postMessage({ error: messageOf(thrown) }),
  );
});
parentPort?.postMessage({ done: 0 });
