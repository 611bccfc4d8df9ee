/**
 * What each idea is worth. Every row is trained by the same short recipe from the same seed, with a head on the original labels
 * and one on the votes of FER+, and is compared with its base on the same faces. Epochs are chosen on PublicTest.
 */
import { join } from 'node:path';
import { UserError } from '../../ml/core/errors.ts';
import { pairedDifference } from '../../ml/evaluate/comparison.ts';
import { formatInterval, percent } from '../../ml/evaluate/evaluation.ts';
import { wilsonInterval95 } from '../../ml/evaluate/metrics.ts';
import { rowsFor } from './ablation/rows.ts';
import { MEASUREMENT_NAMES, MEASUREMENTS, type Measurement, type RowResult, trainRow } from './ablation/train-row.ts';
import { positive, readArguments } from './arguments.ts';

const { values } = readArguments(
  'bench:ablation',
  'Measures what each idea is worth: trains every row by the same short recipe and compares it with its base row.\nCtrl-C stops it; the same command resumes it.',
  {
    data: { type: 'string', placeholder: 'FILE', about: 'fer2013.csv; required' },
    votes: { type: 'string', placeholder: 'FILE', about: 'fer2013new.csv; required' },
    pretrained: { type: 'string', placeholder: 'FOLDER', about: 'pretrained weights; required' },
    ckplus: { type: 'string', placeholder: 'FOLDER', about: 'CK+48; required' },
    edsr: { type: 'string', placeholder: 'FILE', default: 'ml/models/edsr-x4/edsr.onnx', about: 'upscaling network' },
    manifest: { type: 'string', placeholder: 'FILE', default: 'ml/refine/fer2013.csv', about: 'refine manifest' },
    size: { type: 'string', placeholder: 'PIXELS', default: '96', about: 'input size' },
    epochs: { type: 'string', placeholder: 'N', default: '4', about: 'epochs of each row' },
    seed: { type: 'string', placeholder: 'N', default: '1', about: 'seed' },
    rows: { type: 'string', placeholder: 'NAMES', default: 'all', about: 'rows to train, separated by semicolons' },
    int8: { type: 'boolean', default: false, about: 'also measure each row quantized after training' },
    final: { type: 'boolean', default: false, about: 'also measure PrivateTest and CK+, once everything is chosen' },
  },
);
const { data, votes, pretrained, ckplus } = values;
if (!data || !votes || !pretrained || !ckplus)
  throw new UserError('--data, --votes, --pretrained and --ckplus are required; see npm run bench:ablation -- --help');

const rows = rowsFor({ pretrained, ckplus, manifest: values.manifest, edsr: values.edsr });
const wanted = values.rows === 'all' ? rows.map(({ name }) => name) : values.rows.split(';');
const unknown = wanted.find((name) => !rows.some((row) => row.name === name));
if (unknown !== undefined)
  throw new UserError(`--rows ${unknown}: known are ${rows.map(({ name }) => name).join('; ')}`);

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const [size, epochs, seed] = (['size', 'epochs', 'seed'] as const).map((name) => positive(name, values[name]));
const recipe = {
  settings: {
    'data.source': data,
    'data.votes': votes,
    'model.size': size,
    'train.epochs': epochs,
    'train.targets': ['original', 'votes'],
    seed,
  },
  ckplus,
  folder: join('runs', `ablation-${size}px-${epochs}-epochs-seed-${seed}`),
};
const measurements = MEASUREMENT_NAMES.filter(
  (name) =>
    (values.final || MEASUREMENTS[name].split === 'PublicTest') && (values.int8 || !('numbers' in MEASUREMENTS[name])),
);
const results = new Map<string, RowResult>();
for (const row of rows.filter(({ name }) => wanted.includes(name))) {
  const reporter = {
    note: (text: string) => console.error(`${row.name}: ${text}`),
    progress: () => {},
  };
  const result = await trainRow(row, recipe, measurements, reporter, stop.signal);
  if (!result) process.exit(1);
  results.set(row.name, result);
}

console.log(
  `${size} px unless it is said, ${epochs} epochs, seed ${seed}; accuracy (95 % interval), gain over its base`,
);
console.log(`| row | ${measurements.map((name) => `${name} | gain`).join(' | ')} | minutes |`);
console.log(`| --- |${' --- | --- |'.repeat(measurements.length)} --- |`);
for (const { name, base } of rows) {
  const result = results.get(name);
  if (!result) continue;
  const before = base === null ? undefined : results.get(base);
  const cells = measurements.flatMap((measurement) => [
    accuracyOf(result, measurement),
    gainOf(result, before, measurement),
  ]);
  console.log(`| ${[name, ...cells, result.seconds === null ? '' : (result.seconds / 60).toFixed(1)].join(' | ')} |`);
}

function accuracyOf({ right }: RowResult, measurement: Measurement): string {
  const answers = right[measurement];
  if (!answers) return '–';
  const count = answers.filter(Boolean).length;
  return `${percent(count / answers.length)} (${formatInterval(wilsonInterval95(count, answers.length))})`;
}

function gainOf(result: RowResult, before: RowResult | undefined, measurement: Measurement): string {
  const [now, then] = [result.right[measurement], before?.right[measurement]];
  if (!now || !then) return '';
  const { difference, interval95 } = pairedDifference(now, then);
  const points = (share: number) => `${share < 0 ? '−' : '+'}${(100 * Math.abs(share)).toFixed(2)}`;
  return `${points(difference)} (${points(interval95[0])} to ${points(interval95[1])})`;
}
