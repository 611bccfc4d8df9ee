/**
 * Tries ONNX Runtime's WebGPU provider, in a process that it may end: prints one JSON object, see `Trial` in `device.ts`. What
 * the runtime prints about the machine's processors goes to the standard error.
 */
import { writeSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { messageOf } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { firstBlocks } from '../../nn/architecture.ts';
import { buildArchitecture } from '../../nn/architectures.ts';
import { Graph, sizeOf } from '../../nn/graph.ts';
import { Layout } from '../../nn/layout.ts';
import { matmul } from '../../nn/ops.ts';
import { randomParameters } from '../../nn/parameters.ts';
import { buildTrainingGraph } from '../../nn/training-graph.ts';
import type { Trial } from './device.ts';

type Feeds = Readonly<Record<string, ort.Tensor>>;

const CLASSES = 7;
const BATCH = 8;
/** Sides of the matrices that measure the speed, and how many are multiplied. */
const SIDES = [128, 1024];
const PRODUCTS = 8;
/** A GPU takes a few milliseconds for the small ones; what is slower than this is not asked for the large ones. */
const TOO_SLOW_MS = 50;
const ROUNDS = 3;

/** The first blocks of a small MobileNetV2, which has every kind of layer. */
function smallStep(): { bytes: Uint8Array; feeds: Feeds } {
  const whole = buildArchitecture({ architecture: 'mobilenet-v2', width: 0.35, size: 32, landmarks: 'none' });
  const graph = buildTrainingGraph(firstBlocks(whole, 3), ['votes'], CLASSES, new Layout(BATCH, 1));
  const random = new Random(1);
  const feeds = Object.entries(graph.inputs).map(([name, shape]) => {
    const values =
      name === 'parameters'
        ? randomParameters(graph.parameters, random)
        : Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(0, 1));
    return [name, new ort.Tensor('float32', values, shape)];
  });
  return { bytes: graph.bytes, feeds: Object.fromEntries(feeds) };
}

function products(side: number): { bytes: Uint8Array; feeds: Feeds } {
  const graph = new Graph();
  const matrix = graph.input('matrix', [side, side]);
  let product = matrix;
  for (let i = 0; i < PRODUCTS; i++) product = matmul(matrix, product);
  graph.output('product', product);
  const values = new Float32Array(side * side).fill(1 / side);
  return { bytes: graph.encode(17), feeds: { matrix: new ort.Tensor('float32', values, [side, side]) } };
}

const open = (bytes: Uint8Array, provider: 'cpu' | 'webgpu') =>
  ort.InferenceSession.create(bytes, {
    executionProviders: [provider],
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });

/** Greatest of the relative differences in norm of the loss and the gradient. */
async function difference(): Promise<number> {
  const { bytes, feeds } = smallStep();
  const [expected, found] = [await open(bytes, 'cpu'), await open(bytes, 'webgpu')];
  const [right, own] = [await expected.run(feeds), await found.run(feeds)];
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const differences = ['loss', 'gradient'].map((name) => {
    const [a, b] = [right, own].map((results) => results[name].data as Float32Array);
    return norm(a.map((value, i) => value - b[i])) / norm(a);
  });
  const most = Math.max(...differences);
  if (!Number.isFinite(most)) throw new Error('the results are not finite');
  return most;
}

/** Milliseconds of the fastest run. */
async function timeOf(provider: 'cpu' | 'webgpu', side: number): Promise<number> {
  const { bytes, feeds } = products(side);
  const session = await open(bytes, provider);
  await session.run(feeds);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await session.run(feeds);
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}

/** How many times as fast as the processor the device is. */
async function speedup(): Promise<number> {
  let ratio = 0;
  for (const side of SIDES) {
    const time = await timeOf('webgpu', side);
    ratio = (await timeOf('cpu', side)) / time;
    if (time > TOO_SLOW_MS) break;
  }
  return ratio;
}

/** Whether the system has Vulkan's loader, which the provider needs on Linux. */
function hasVulkan(): boolean {
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
    return true;
  } catch (thrown) {
    // It is there, but it is no module of Node.js.
    return !messageOf(thrown).includes('cannot open shared object file');
  }
}

const providers = ort.listSupportedBackends().filter(({ bundled }) => bundled);
const trial: Trial = {
  providers: providers.map(({ name }) => name),
  vulkan: process.platform !== 'linux' || hasVulkan(),
};
// Written at once: a crash leaves the first line as the last.
const report = (more: Partial<Trial> = {}) => writeSync(1, `${JSON.stringify({ ...trial, ...more })}\n`);
report();
if (trial.providers.includes('webgpu')) {
  ort.env.logLevel = 'verbose';
  try {
    report({ difference: await difference(), speedup: await speedup() });
  } catch (thrown) {
    report({ error: messageOf(thrown) });
  }
}
