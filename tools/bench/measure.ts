/**
 * One measurement in a process of its own, so that its peak memory is its own: whole training steps, input pipeline
 * included, in floats or quantization-aware. Usage: measure.ts SIZE BATCH STEPS float|qat [ARCHITECTURE WIDTH [DEVICE]];
 * prints one JSON object.
 */
import { ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, type FaceDataset } from '../../ml/data/dataset.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { randomParameters } from '../../ml/nn/parameters.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import { buildQatGraph } from '../../ml/quantize/qat-graph.ts';
import { setUpTraining } from '../../ml/train/classifier.ts';
import { initialState } from '../../ml/train/engine.ts';
import { startEngine } from '../../ml/train/loop.ts';

const WARMUP = 3;
const [size, batchSize, steps] = process.argv.slice(2, 5).map(Number);
const [mode, name, width = '1', device = 'cpu'] = process.argv.slice(5);
const quantized = mode === 'qat';
const config = ConfigSchema.parse({
  model: { architecture: name, width: Number(width), size },
  train: { batchSize, device },
});
const count = batchSize * (steps + WARMUP);
const random = new Random(1);
const dataset: FaceDataset = {
  source: 'noise',
  count,
  pixels: Uint8Array.from({ length: count * FACE_PIXELS }, () => random.integer(256)),
  labels: Uint8Array.from({ length: count }, () => random.integer(EMOTIONS.length)),
  splits: new Uint8Array(count),
  rows: Uint32Array.from({ length: count }, (_, i) => i),
};
const { plan, layout, batches } = setUpTraining(config, dataset);
const architecture = buildArchitecture(config.model);
const heads = config.train.targets;
const graph = quantized
  ? buildQatGraph(architecture, heads[0], EMOTIONS.length, layout, true)
  : buildTrainingGraph(architecture, heads, EMOTIONS.length, layout);
const engine = await startEngine({ graph, optimizer: config.train.optimizer, plan });
const parameters = randomParameters(graph.parameters, new Random(1));
// For quantized maps these are scales, which must not be 0.
await engine.restore(initialState(parameters, new Float32Array(graph.statistics.size).fill(0.05)));
const { weightDecay, clipNorm, emaDecay } = config.train;
const times: number[] = [];
batches.fill(0, 0, engine.slot(0));
for (let step = 0; step < steps + WARMUP; step++) {
  const begin = performance.now();
  const running = engine.step({ step: step + 1, slot: step % 2, learningRate: 1e-3, weightDecay, clipNorm, emaDecay });
  if (step + 1 < steps + WARMUP) batches.fill(0, step + 1, engine.slot((step + 1) % 2));
  await running;
  times.push(performance.now() - begin);
}
await engine.stop();
const median = times.slice(WARMUP).toSorted((a, b) => a - b)[Math.floor(steps / 2)];
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
console.log(
  JSON.stringify({ imagesPerSecond: (1000 * batchSize) / median, peakMegabytes, version: JSON.stringify(plan) }),
);
