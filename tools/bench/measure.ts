/**
 * One measurement in a process of its own, so that its peak memory is its own: whole training steps, input pipeline
 * included. Usage: measure.ts SIZE BATCH STEPS; prints one JSON object.
 */
import { ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, type FaceDataset } from '../../ml/data/dataset.ts';
import { targetsFor } from '../../ml/data/labels.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { mobileNetV2 } from '../../ml/nn/mobilenet-v2.ts';
import { parametersOf, randomParameters, statisticsOf } from '../../ml/nn/parameters.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import { Batches } from '../../ml/train/batches.ts';
import { Engine } from '../../ml/train/engine.ts';
import { planExecution } from '../../ml/train/hardware.ts';

const WARMUP = 3;
const [size, batchSize, steps] = process.argv.slice(2).map(Number);
const config = ConfigSchema.parse({ model: { size }, train: { batchSize } });
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
const plan = planExecution(config.train);
const layout = new Layout(batchSize / plan.replicas, plan.block);
const architecture = mobileNetV2(config.model.width, size);
const heads = config.train.targets;
const graph = buildTrainingGraph(architecture, heads, EMOTIONS.length, layout);
const targets = Object.fromEntries(heads.map((kind) => [kind, targetsFor(kind, dataset)]));
const batches = new Batches(config, dataset, dataset.rows, targets, layout, EMOTIONS.length);
const engine = await Engine.start(graph, config.train.optimizer, plan.replicas, plan.threads);
const parameters = randomParameters(parametersOf(architecture, heads, EMOTIONS.length), new Random(1));
const zeros = new Float32Array(parameters.length);
engine.restore({
  parameters,
  moment1: zeros,
  moment2: zeros,
  averagedParameters: parameters,
  averagedStatistics: new Float32Array(statisticsOf(architecture).size),
});
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
