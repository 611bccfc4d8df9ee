import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { firstBlocks } from '../../ml/nn/architecture.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { DenseLayout } from '../../ml/nn/operators/convolution.ts';
import { randomParameters } from '../../ml/nn/parameters.ts';
import type { TrainingGraph } from '../../ml/nn/step-graph.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { encodeModel } from '../../ml/onnx/model.ts';
import { buildQatGraph } from '../../ml/quantize/qat-graph.ts';
import { buildEdsrTrainingGraph } from '../../ml/superres/graphs.ts';
import { type Engine, initialState, ReplicaEngine, type TrainingState } from '../../ml/train/engine.ts';
import { DeviceError, WebGpuEngine } from '../../ml/train/webgpu/engine.ts';
import { needingVulkan } from './vulkan.ts';

const BATCH = 4;
const STEPS = 3;
const small = (architecture: 'mobilenet-v2' | 'mobilenet-v3-small', blocks: number) =>
  firstBlocks(buildArchitecture({ architecture, width: 0.1, size: 32, landmarks: 'none' }), blocks);
const layout = new Layout(BATCH, 1);

const GRAPHS: Record<string, () => TrainingGraph> = {
  MobileNetV2: () => buildTrainingGraph(small('mobilenet-v2', 3), ['votes'], 7, layout),
  'MobileNetV3-Small': () => buildTrainingGraph(small('mobilenet-v3-small', 2), ['votes'], 7, layout),
  QAT: () => buildQatGraph(small('mobilenet-v2', 2), 'votes', 7, layout, true),
  EDSR: () =>
    buildEdsrTrainingGraph(
      { blocks: 1, channels: 8, residualScale: 1, tail: 'direct', scale: 2 },
      new DenseLayout(BATCH, 1),
      8,
    ),
};

/** What the provider lacks. */
const ON_PROCESSOR: Record<string, string[]> = { QAT: ['Round, QuantizeLinear'], EDSR: ['Sign'] };

/** Trains for a few steps from random parameters on random batches. */
async function train(engine: Engine, graph: TrainingGraph): Promise<{ losses: number[]; states: TrainingState[] }> {
  const random = new Random(5);
  // For quantized maps the statistics are scales and zero points.
  const statistics = new Float32Array(graph.statistics.size).fill(0.05);
  await engine.restore(initialState(randomParameters(graph.parameters, random), statistics));
  const losses: number[] = [];
  const states: TrainingState[] = [];
  for (let step = 1; step <= STEPS; step++) {
    fill(engine, step);
    losses.push(...(await engine.step(orderOf(step))));
    states.push(await engine.state());
  }
  return { losses, states };
}

function fill(engine: Engine, step: number): void {
  const random = new Random(step);
  for (const [name, values] of Object.entries(engine.slot(step % 2)[0]))
    for (let i = 0; i < values.length; i++)
      values[i] = name.startsWith('targets/') ? random.uniform(0, 2 / 7) : random.uniform(-1, 1);
}

const orderOf = (step: number) =>
  ({ step, slot: step % 2, learningRate: 1e-3, weightDecay: 0.02, clipNorm: 5, emaDecay: 0.9 }) as const;

/** ‖a − b‖ / ‖a‖. */
function difference(a: Float32Array, b: Float32Array): number {
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, i) => value - b[i])) / norm(a);
}

/** Compiling shaders takes a busy machine long. */
const TIMEOUT_MS = 900_000;

describe('training on WebGPU', { ...needingVulkan(), timeout: TIMEOUT_MS }, () => {
  it.each(Object.entries(GRAPHS))('%s computes what the processor computes', async (name, build) => {
    const graph = build();
    const processor = await ReplicaEngine.start(graph, 'adamw', 1, 1);
    const expected = await train(processor, graph);
    await processor.stop();
    const device = await WebGpuEngine.start(graph, 'adamw');
    const found = await train(device, graph);
    await device.stop();
    expected.losses.forEach((loss, i) => {
      expect(Math.abs(found.losses[i] / loss - 1)).toBeLessThan(1e-5);
    });
    // After the first step, the first moment is a tenth of the clipped gradient.
    expect(difference(expected.states[0].moment1, found.states[0].moment1)).toBeLessThan(1e-4);
    expect(difference(expected.states[2].parameters, found.states[2].parameters)).toBeLessThan(1e-4);
    expect(device.notes.map((note) => note.replace(/^.*: /, '').replace(/ \d+/g, ''))).toEqual(
      ON_PROCESSOR[name] ?? [],
    );
  });

  it('goes on in another process with the same bits', async () => {
    const graph = GRAPHS['EDSR']();
    const whole = await WebGpuEngine.start(graph, 'adamw');
    const { states } = await train(whole, graph);
    await whole.stop();
    const resumed = await WebGpuEngine.start(graph, 'adamw');
    await resumed.restore(states[1]);
    fill(resumed, 3);
    await resumed.step(orderOf(3));
    expect(await resumed.state()).toEqual(states[2]);
    await resumed.stop();
  });

  it('reports a crash of the provider as such, and goes on itself', async () => {
    const graph = GRAPHS['EDSR']();
    const model = decodeModel(graph.bytes, 'the graph');
    // The provider crashes on an input that is empty instead of absent.
    const nodes = model.graph.nodes.map((node) =>
      node.opType === 'Conv' && node.inputs.length === 2 ? { ...node, inputs: [...node.inputs, ''] } : node,
    );
    const bytes = encodeModel({ ...model, graph: { ...model.graph, nodes } });
    const failure = await WebGpuEngine.start({ ...graph, bytes }, 'adamw').catch((thrown) => thrown);
    expect(failure).toBeInstanceOf(DeviceError);
    expect(failure.hasTrained).toBe(false);
    expect(failure.message).toMatch(/crash \((SIGSEGV|SIGABRT|exit).*fault lies in ONNX Runtime's WebGPU.*device=cpu/s);
  });
});
