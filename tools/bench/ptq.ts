/**
 * What each choice of quantization after training is worth: `npm run bench:ptq -- MODEL.onnx --data fer2013.csv --votes
 * fer2013new.csv`. Each row is measured on PublicTest: accuracy by the protocol of the head, the share of faces that are
 * named as the floats name them, and the mean difference of a probability, which tells more than accuracy does.
 */
import { readFile } from 'node:fs/promises';
import { ConfigSchema, OBSERVERS, type QuantizeConfig, TARGETS } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import type { Faces } from '../../ml/data/dataset.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { agreementOf } from '../../ml/evaluate/comparison.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { representativeFaces } from '../../ml/quantize/calibrate.ts';
import { quantizeAfterTraining } from '../../ml/quantize/ptq.ts';
import { buildQdqGraph } from '../../ml/quantize/qdq-graph.ts';
import { publicAccuracy } from '../../ml/train/classifier.ts';
import { PREDICT_BATCH, predictFaces, predictWith } from '../../ml/train/predict.ts';
import { exportedInfo, foldedFromOnnx } from '../../ml/weights/from-onnx.ts';
import { positive, readArguments } from './arguments.ts';

const { values, positionals } = readArguments(
  'bench:ptq',
  'Measures each choice of post-training quantization on PublicTest.',
  {
    data: { type: 'string', placeholder: 'FILE', about: 'fer2013.csv; required' },
    votes: { type: 'string', placeholder: 'FILE', about: 'fer2013new.csv; required for a head trained on FER+' },
    images: { type: 'string', placeholder: 'N', default: '512', about: 'calibration faces' },
  },
  'MODEL.onnx',
);
const [file] = positionals;
if (file === undefined || values.data === undefined)
  throw new UserError('expected MODEL.onnx --data fer2013.csv, and --votes fer2013new.csv for a head trained on FER+');
const config = ConfigSchema.parse({
  data: { source: values.data, votes: values.votes ?? null },
  quantize: { images: positive('images', values.images) },
});
const { dataset } = await loadFaces(config.data, config.seed, silent);
const bytes = await readFile(file);
const info = exportedInfo(bytes, file);
const { head } = info;
const kind = TARGETS.find((name) => name === head) ?? 'original';
const network = foldedFromOnnx(bytes, file, buildArchitecture(info));
const calibration = representativeFaces(dataset, config.quantize.images, config.seed);

/** Runs a predictor over PublicTest under the protocol, keeping what it answered. */
async function measure(predict: (faces: Faces) => Promise<Float32Array>) {
  let answers = new Float32Array();
  const accuracy = await publicAccuracy(
    async (faces) => {
      answers = new Float32Array(await predict(faces));
      return answers;
    },
    kind,
    dataset,
  );
  return { accuracy, answers };
}

const float = await measure((faces) => predictFaces(network, head, faces));
const row = (name: string, accuracy: number, rest: string) =>
  console.log(`| ${name.padEnd(52)} | ${(100 * accuracy).toFixed(2)} % | ${rest} |`);
console.log(`${file}, head ${head}, ${calibration.count} calibration faces, PublicTest`);
row('float', float.accuracy, '');
const plain = { correctBias: false, equalize: false, perChannel: true };
const variants: [string, Partial<QuantizeConfig>][] = [
  ...OBSERVERS.map((observer): [string, Partial<QuantizeConfig>] => [observer, { ...plain, observer }]),
  ['mse, bias correction', { ...plain, correctBias: true }],
  ['mse, equalization', { ...plain, equalize: true }],
  ['mse, equalization, bias correction', { ...plain, equalize: true, correctBias: true }],
  ['mse, per tensor', { ...plain, perChannel: false }],
  ['mse, per tensor, bias correction', { ...plain, perChannel: false, correctBias: true }],
  ['mse, per tensor, equalization', { ...plain, perChannel: false, equalize: true }],
  ['mse, per tensor, equalization, bias correction', { perChannel: false, equalize: true, correctBias: true }],
];
for (const [name, choice] of variants) {
  const quantized = await quantizeAfterTraining(network, head, calibration, { ...config.quantize, ...choice });
  const graph = buildQdqGraph(quantized, { batch: PREDICT_BATCH });
  const { accuracy, answers } = await measure((faces) => predictWith(graph, quantized, faces));
  const { top1, mean } = agreementOf(float.answers, answers, answers.length / quantized.classes);
  row(name, accuracy, `${(100 * top1).toFixed(2)} % | ${mean.toFixed(5)}`);
}
