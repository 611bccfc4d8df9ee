/**
 * What the networks cost: parameters, bytes of the exported files, multiplications, speed of training and latency on one
 * thread. None of them depends on the weights.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { exportQuantized } from '../../ml/export/export-model.ts';
import type { NetworkShape } from '../../ml/model/network.ts';
import type { Architecture } from '../../ml/nn/architecture.ts';
import { buildArchitecture, shapeOf } from '../../ml/nn/architectures.ts';
import { convolutionsOf } from '../../ml/nn/folded-network.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { activationsOf } from '../../ml/nn/layers.ts';
import { parametersOf, randomParameters, statisticsOf } from '../../ml/nn/parameters.ts';
import { quantizeNetwork } from '../../ml/quantize/quantized-network.ts';
import { foldTrained } from '../../ml/train/trained-network.ts';
import { positive, readArguments } from './arguments.ts';
import { measureOurs, median, timeModels } from './measurement.ts';
import { multiplicationsOf } from './multiplications.ts';

const HEAD = 'original';
const NETWORKS: readonly (Omit<NetworkShape, 'size' | 'landmarks'> & { readonly title: string })[] = [
  { title: 'MobileNetV2 1.0', architecture: 'mobilenet-v2', width: 1 },
  { title: 'MobileNetV2 0.5', architecture: 'mobilenet-v2', width: 0.5 },
  { title: 'MobileNetV2 0.35', architecture: 'mobilenet-v2', width: 0.35 },
  { title: 'MobileNetV3-Large', architecture: 'mobilenet-v3-large', width: 1 },
  { title: 'MobileNetV3-Small', architecture: 'mobilenet-v3-small', width: 1 },
  { title: 'MobileNetV3-Large minimalistic', architecture: 'mobilenet-v3-large-minimalistic', width: 1 },
  { title: 'MobileNetV3-Small minimalistic', architecture: 'mobilenet-v3-small-minimalistic', width: 1 },
];

const { values } = readArguments(
  'bench:architectures',
  'Prints what each network costs: parameters, file sizes, multiplications, training speed and latency on one thread.',
  {
    size: { type: 'string', placeholder: 'PIXELS', default: '96', about: 'input size' },
    batch: { type: 'string', placeholder: 'N', default: '64', about: 'batch size' },
    steps: { type: 'string', placeholder: 'N', default: '8', about: 'training steps of each round' },
    rounds: { type: 'string', placeholder: 'N', default: '3', about: 'rounds, of which the median is printed' },
  },
);
const [size, batch, steps, rounds] = (['size', 'batch', 'steps', 'rounds'] as const).map((name) =>
  positive(name, values[name]),
);

/** A network of random weights in every form. */
async function makeForms(architecture: Architecture, folder: string) {
  const vector = parametersOf(architecture, [HEAD], EMOTIONS.length);
  const network = foldTrained({
    info: { ...shapeOf(architecture), classes: EMOTIONS.length, heads: [HEAD], epoch: 0 },
    parameters: randomParameters(vector, new Random(1)),
    statistics: new Float32Array(statisticsOf(architecture).size).fill(1),
  });
  const activations = new Map(activationsOf(architecture).map((name) => [name, { scale: 0.05, zeroPoint: -128 }]));
  const { tflite, onnx } = await exportQuantized(
    quantizeNetwork(network, HEAD, activations, true),
    folder,
    'ptq',
    'float32',
  );
  const parameters = [...convolutionsOf(network, HEAD).values()].reduce(
    (sum, { kernel, bias }) => sum + kernel.length + bias.length,
    0,
  );
  const float = buildInferenceGraph(network, { batch: 1, head: HEAD });
  return { parameters, float, int8: await readFile(onnx.path), int8Bytes: tflite.bytes };
}

const folder = await mkdtemp(join(tmpdir(), 'bench-architectures-'));
const architectures = NETWORKS.map((shape) => buildArchitecture({ ...shape, size }));
const forms = [];
for (const architecture of architectures) forms.push(await makeForms(architecture, folder));
await rm(folder, { recursive: true });
const latencies = await timeModels(forms.flatMap(({ float, int8 }) => [float, int8]));
const speeds = NETWORKS.map(() => [] as number[]);
for (let round = 0; round < rounds; round++) {
  for (const [i, { title, architecture, width }] of NETWORKS.entries()) {
    const args = [size, batch, steps, 'float', architecture, width].map(String);
    const measured = measureOurs(args);
    if (!measured) throw new Error(`the measurement of ${title} failed; run tools/bench/measure.ts ${args.join(' ')}`);
    speeds[i].push(measured.imagesPerSecond);
  }
}

console.log(
  `${size} px, batches of ${batch}, ${EMOTIONS.length} classes; float32 ONNX, int8 TFLite; int8 latency of the ONNX form`,
);
console.log('| network | parameters | float bytes | int8 bytes | MMAC | training img/s | float ms | int8 ms |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const [i, { title }] of NETWORKS.entries()) {
  const { parameters, float, int8Bytes } = forms[i];
  const whole = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 });
  const cells = [
    title,
    whole(parameters),
    whole(float.length),
    whole(int8Bytes),
    (multiplicationsOf(float, title) / 1e6).toFixed(1),
    whole(median(speeds[i])),
    ...[2 * i, 2 * i + 1].map((at) => median(latencies[at]).toFixed(2)),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
