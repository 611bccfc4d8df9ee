/**
 * Refits the classifier of drawings and texts and measures it: `npm run fit:drawings -- fer2013.csv fer2013new.csv`.
 * Writes `ml/refine/drawing-model.json`.
 */
import { join } from 'node:path';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import { silent } from '../../ml/core/progress.ts';
import { faceAt, indicesOf } from '../../ml/data/dataset.ts';
import { readFaces } from '../../ml/data/load.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import rows from '../../ml/refine/drawing-rows.json' with { type: 'json' };
import { imageStatistics, STATISTICS } from '../../ml/refine/image-statistics.ts';
import { fitLogistic, type Logistic, probabilityOf } from '../../ml/refine/logistic.ts';
import { readArguments } from './arguments.ts';
import { averagePrecision, precisionAndRecall } from './refine/precision.ts';

const FOLDS = 4;
const RIDGE = 20;
/** Photographs are many and much alike: one in so many is enough to fit on. */
const PHOTOGRAPHS = 3;
/** Faces of the generator are drawings too, of a kind of their own. */
const DRAWN = 210;
const DRAWN_SEED = 2013;
const NF_COLUMN = 9;
const MODEL = join(import.meta.dirname, '../../ml/refine/drawing-model.json');

const { positionals } = readArguments(
  'fit:drawings',
  'Refits the classifier of drawings and texts, prints its precision and recall, and writes ml/refine/drawing-model.json.',
  {},
  'fer2013.csv fer2013new.csv',
);
const [source, votes] = positionals;
if (votes === undefined) throw new UserError('expected two files: fer2013.csv fer2013new.csv');
const { dataset } = (await readFaces(ConfigSchema.parse({ data: { source, votes } }).data, 1, silent)).loaded;

const positive = new Set([...rows.drawings, ...rows.texts]);
const unsure = new Set(rows.unsure);
// What all voters called not a face and is no drawing is a photograph of something else: neither an example nor a counterexample.
const used = [...indicesOf(dataset, 'Training')].filter(
  (face) => positive.has(face) || (!unsure.has(face) && (dataset.votes?.[face * 10 + NF_COLUMN] ?? 0) < 5),
);
const statisticsOf = (face: Uint8Array) => {
  const statistics = new Float64Array(STATISTICS);
  imageStatistics(face, statistics);
  return statistics;
};
const examples = used.map((face) => ({
  statistics: statisticsOf(faceAt(dataset, face)),
  positive: positive.has(face),
}));
const drawn = generateFaces({ count: DRAWN, seed: DRAWN_SEED });
const drawnExamples = Array.from({ length: DRAWN }, (_, i) => ({
  statistics: statisticsOf(faceAt(drawn, i)),
  positive: true,
}));

function fitOn(chosen: typeof examples): Logistic {
  const some = [...chosen.filter((example, i) => example.positive || i % PHOTOGRAPHS === 0), ...drawnExamples];
  return fitLogistic(
    some.map(({ statistics }) => statistics),
    some.map((example) => example.positive),
    RIDGE,
  );
}

const scored = Array.from({ length: FOLDS }, (_, fold) => {
  const model = fitOn(examples.filter((_, i) => i % FOLDS !== fold));
  return examples
    .filter((_, i) => i % FOLDS === fold)
    .map((example) => ({ score: probabilityOf(model, example.statistics), positive: example.positive }));
}).flat();
console.log(`out of fold, ${examples.length} training rows, ${positive.size} drawings and texts known by eye`);
console.log(`average precision ${averagePrecision(scored).toFixed(3)}`);
for (const threshold of [0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 0.9]) {
  const { precision, recall, found } = precisionAndRecall(scored, threshold);
  console.log(`at ${threshold}: ${found} found, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`);
}
const rounded = ({ means, deviations, weights, bias }: Logistic): Logistic => {
  const short = (value: number) => Number(value.toPrecision(6));
  return {
    means: means.map(short),
    deviations: deviations.map(short),
    weights: weights.map(short),
    bias: short(bias),
  };
};
await writeAtomic(MODEL, `${JSON.stringify(rounded(fitOn(examples)))}\n`);
