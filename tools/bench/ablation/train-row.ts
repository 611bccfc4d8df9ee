import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadConfig } from '../../../ml/config/load.ts';
import type { Config } from '../../../ml/config/schema.ts';
import { EMOTIONS, predictionAt } from '../../../ml/core/emotions.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { readText, writeAtomic } from '../../../ml/core/files.ts';
import type { Reporter } from '../../../ml/core/progress.ts';
import { type FaceDataset, type Faces, facesOf, indicesOf, type Split } from '../../../ml/data/dataset.ts';
import { type Protocol, protocolLabels } from '../../../ml/data/labels.ts';
import { exportQuantized } from '../../../ml/export/export-model.ts';
import type { FoldedNetwork } from '../../../ml/nn/folded-network.ts';
import { representativeFaces } from '../../../ml/quantize/calibrate.ts';
import { quantizeAfterTraining } from '../../../ml/quantize/ptq.ts';
import { loadPredictor } from '../../../ml/runtime/predictor.ts';
import { CHECKPOINT_FILE } from '../../../ml/train/checkpoint.ts';
import { bestFile } from '../../../ml/train/classifier.ts';
import { predictFaces } from '../../../ml/train/predict.ts';
import { train } from '../../../ml/train/train.ts';
import { foldTrained, loadNetwork } from '../../../ml/train/trained-network.ts';
import { openWork } from '../../pipeline/run-folder.ts';
import { loadRunFaces } from '../../pipeline/train-run.ts';
import type { Row } from './rows.ts';

/** What is measured of a row: a head under a protocol on a split. */
interface Measured {
  readonly head: 'original' | 'votes';
  readonly protocol: Protocol;
  readonly split: Split;
  /** Numbers of the network: floats, or the integers of quantization after training, run as TFLite. */
  readonly numbers?: 'int8';
  /** Part of CK+'s people that is tested; without it all of them. */
  readonly fold?: number;
}

export const MEASUREMENTS = {
  'raw, PublicTest': { head: 'original', protocol: 'raw', split: 'PublicTest' },
  'FER+, PublicTest': { head: 'votes', protocol: 'ferplus-majority', split: 'PublicTest' },
  'FER+ of the original head, PublicTest': { head: 'original', protocol: 'ferplus-majority', split: 'PublicTest' },
  'raw int8, PublicTest': { head: 'original', protocol: 'raw', split: 'PublicTest', numbers: 'int8' },
  'FER+ int8, PublicTest': { head: 'votes', protocol: 'ferplus-majority', split: 'PublicTest', numbers: 'int8' },
  'raw, PrivateTest': { head: 'original', protocol: 'raw', split: 'PrivateTest' },
  'FER+, PrivateTest': { head: 'votes', protocol: 'ferplus-majority', split: 'PrivateTest' },
  'FER+ of the original head, PrivateTest': { head: 'original', protocol: 'ferplus-majority', split: 'PrivateTest' },
  'raw int8, PrivateTest': { head: 'original', protocol: 'raw', split: 'PrivateTest', numbers: 'int8' },
  'FER+ int8, PrivateTest': { head: 'votes', protocol: 'ferplus-majority', split: 'PrivateTest', numbers: 'int8' },
  'CK+, original head': { head: 'original', protocol: 'ckplus', split: 'PrivateTest' },
  'CK+, votes head': { head: 'votes', protocol: 'ckplus', split: 'PrivateTest' },
  'CK+ fold 0, original head': { head: 'original', protocol: 'ckplus', split: 'PrivateTest', fold: 0 },
  'CK+ fold 0, votes head': { head: 'votes', protocol: 'ckplus', split: 'PrivateTest', fold: 0 },
} as const satisfies Record<string, Measured>;
export type Measurement = keyof typeof MEASUREMENTS;
export const MEASUREMENT_NAMES = Object.keys(MEASUREMENTS) as Measurement[];

const RowResultSchema = z.strictObject({
  name: z.string(),
  /** Of training; null if it was stopped and resumed. */
  seconds: z.number().nullable(),
  /** Whether each face of the measurement was named rightly; of those measurements that were asked for so far. */
  right: z.partialRecord(z.enum(MEASUREMENT_NAMES as [Measurement, ...Measurement[]]), z.array(z.boolean())),
});
export type RowResult = z.infer<typeof RowResultSchema>;

const RESULT_FILE = 'result.json';

/** What all rows share. */
export interface Recipe {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Folder of CK+, which is tested on. */
  readonly ckplus: string;
  /** Folder with a folder for each row. */
  readonly folder: string;
}

/**
 * Trains a row and measures it. What was done before in its folder by the same configuration is not done again; what was
 * done by another one is given up. A network that was trained on some of CK+'s people is tested only on the others.
 * @returns undefined if it was stopped by its signal; called again, it goes on.
 */
export async function trainRow(
  row: Row,
  recipe: Recipe,
  measurements: readonly Measurement[],
  reporter: Reporter,
  signal: AbortSignal,
): Promise<RowResult | undefined> {
  const folder = join(recipe.folder, row.name.replace(/[^\w.]+/g, '-'));
  const path = join(folder, RESULT_FILE);
  const settings = { ...recipe.settings, ...row.settings };
  const config = await loadConfig(
    undefined,
    Object.entries(settings).map(([field, value]) => ({ path: field, value, origin: `row "${row.name}"` })),
  );
  await openWork(folder, { config, ckplus: recipe.ckplus }, 'its training', reporter);
  const known = existsSync(path) ? RowResultSchema.parse(JSON.parse(await readText(path))) : undefined;
  const missing = measurements
    .filter((name) => !known?.right[name])
    .map((name) => ({ name, ...(MEASUREMENTS[name] as Measured) }))
    .filter(
      ({ protocol, fold }) => protocol !== 'ckplus' || config.data.extraDataset === null || fold === config.data.fold,
    );
  if (known && missing.length === 0) return known;

  const { dataset } = await loadRunFaces(config, reporter);
  let seconds = known?.seconds ?? null;
  if (!known) {
    const resumed = existsSync(join(folder, CHECKPOINT_FILE));
    const begin = performance.now();
    const { completed } = await train({ config, dataset, folder, reporter, resume: true, signal });
    if (!completed) return undefined;
    if (!resumed) seconds = (performance.now() - begin) / 1000;
  }
  const right = { ...known?.right };
  for (const { name, ...measured } of missing) {
    reporter.note(`measuring ${name}`);
    const faces =
      measured.protocol === 'ckplus' ? await loadCkPlus(config, recipe.ckplus, measured.fold, reporter) : dataset;
    right[name] = await rightAnswers(folder, config, dataset, faces, measured);
  }
  const result: RowResult = { name: row.name, seconds, right };
  await writeAtomic(path, JSON.stringify(result));
  return result;
}

/** The people of CK+ that are tested, given to the network as the row's other faces are. */
async function loadCkPlus(
  config: Config,
  source: string,
  fold: number | undefined,
  reporter: Reporter,
): Promise<FaceDataset> {
  const data = { ...config.data, source, votes: null, extraDataset: null, refine: null, fold: fold ?? null };
  return (await loadRunFaces({ ...config, data }, reporter)).dataset;
}

/** @param trained what the row was trained on, for the ranges of its integers. @param faces what it is tested on. */
async function rightAnswers(
  folder: string,
  config: Config,
  trained: FaceDataset,
  faces: FaceDataset,
  { head, protocol, split, numbers }: Measured,
): Promise<boolean[]> {
  const { labels } = protocolLabels(protocol, faces);
  const tested = indicesOf(faces, split).filter((face) => labels[face] >= 0);
  if (tested.length === 0) throw new UserError(`${faces.source} has no face of ${split} for ${protocol}`);
  const network = foldTrained(await loadNetwork(join(folder, bestFile(head))));
  const shown = facesOf(faces, tested);
  const probabilities =
    numbers === 'int8'
      ? await predictRounded(network, head, trained, shown, config, folder)
      : await predictFaces(network, head, shown);
  return [...tested].map((face, i) => predictionAt(probabilities, i, EMOTIONS.length).label === labels[face]);
}

/** What a head answers when it is quantized after training and run as TFLite, [n, 7]. */
async function predictRounded(
  network: FoldedNetwork,
  head: string,
  trained: FaceDataset,
  shown: Faces,
  { quantize, seed }: Config,
  folder: string,
): Promise<Float32Array> {
  const calibration = representativeFaces(trained, quantize.images, seed);
  const rounded = await quantizeAfterTraining(network, head, calibration, quantize);
  const { tflite } = await exportQuantized(rounded, folder, 'ptq', 'float32');
  const predictor = await loadPredictor(tflite.path);
  try {
    return await predictor.predict(shown);
  } finally {
    await predictor.close();
  }
}
