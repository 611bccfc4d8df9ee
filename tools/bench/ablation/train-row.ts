import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadConfig } from '../../../ml/config/load.ts';
import type { Config } from '../../../ml/config/schema.ts';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { readText, writeAtomic } from '../../../ml/core/files.ts';
import { predictionAt } from '../../../ml/core/prediction.ts';
import type { Reporter } from '../../../ml/core/progress.ts';
import { type FaceDataset, facesOf, indicesOf, type Split } from '../../../ml/data/dataset.ts';
import { type Protocol, protocolLabels } from '../../../ml/data/labels.ts';
import { predictFaces } from '../../../ml/train/predict.ts';
import { train } from '../../../ml/train/train.ts';
import { foldTrained, loadNetwork } from '../../../ml/train/trained-network.ts';
import { bestFile, CHECKPOINT_FILE } from '../../../ml/train/training.ts';
import { openWork } from '../../pipeline/run-folder.ts';
import { loadRunFaces } from '../../pipeline/train-run.ts';
import type { Row } from './rows.ts';

/** What is measured of a row: a head under a protocol on a split. */
export const MEASUREMENTS = {
  'raw, PublicTest': { head: 'original', protocol: 'raw', split: 'PublicTest' },
  'FER+, PublicTest': { head: 'votes', protocol: 'ferplus-majority', split: 'PublicTest' },
  'FER+ of the original head, PublicTest': { head: 'original', protocol: 'ferplus-majority', split: 'PublicTest' },
  'raw, PrivateTest': { head: 'original', protocol: 'raw', split: 'PrivateTest' },
  'FER+, PrivateTest': { head: 'votes', protocol: 'ferplus-majority', split: 'PrivateTest' },
  'FER+ of the original head, PrivateTest': { head: 'original', protocol: 'ferplus-majority', split: 'PrivateTest' },
  'CK+, original head': { head: 'original', protocol: 'ckplus', split: 'PrivateTest' },
  'CK+, votes head': { head: 'votes', protocol: 'ckplus', split: 'PrivateTest' },
} as const satisfies Record<string, { head: string; protocol: Protocol; split: Split }>;
export type Measurement = keyof typeof MEASUREMENTS;
export const MEASUREMENT_NAMES = Object.keys(MEASUREMENTS) as Measurement[];

const RowResultSchema = z.strictObject({
  name: z.string(),
  /** Of training; null if it was stopped and resumed. */
  seconds: z.number().nullable(),
  /** Whether each face of the measurement was named rightly; a network that was trained on CK+ is not tested on it. */
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
 * done by another one is given up.
 * @returns undefined if it was stopped by its signal; called again, it goes on.
 */
export async function trainRow(
  row: Row,
  recipe: Recipe,
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
  await openWork(folder, { config, measurements: MEASUREMENTS, ckplus: recipe.ckplus }, 'its training', reporter);
  if (existsSync(path)) return RowResultSchema.parse(JSON.parse(await readText(path)));
  const { dataset } = await loadRunFaces(config, reporter);
  const resumed = existsSync(join(folder, CHECKPOINT_FILE));
  const begin = performance.now();
  const { completed } = await train({ config, dataset, folder, reporter, resume: true, signal });
  if (!completed) return undefined;
  const seconds = resumed ? null : (performance.now() - begin) / 1000;
  const ckplus = config.data.extra === null ? await loadCkPlus(config, recipe.ckplus, reporter) : null;
  const right = await measureRow(folder, dataset, ckplus);
  const result: RowResult = { name: row.name, seconds, right };
  await writeAtomic(path, JSON.stringify(result));
  return result;
}

/** All of CK+, given to the network as the row's other faces are. */
async function loadCkPlus(config: Config, source: string, reporter: Reporter): Promise<FaceDataset> {
  const data = { ...config.data, source, votes: null, extra: null, refine: null, fold: null };
  return (await loadRunFaces({ ...config, data }, reporter)).dataset;
}

async function measureRow(
  folder: string,
  dataset: FaceDataset,
  ckplus: FaceDataset | null,
): Promise<RowResult['right']> {
  const right: RowResult['right'] = {};
  for (const name of MEASUREMENT_NAMES) {
    const { head, protocol, split } = MEASUREMENTS[name];
    const faces = protocol === 'ckplus' ? ckplus : dataset;
    if (!faces) continue;
    const { labels } = protocolLabels(protocol, faces);
    const tested = indicesOf(faces, split).filter((face) => labels[face] >= 0);
    if (tested.length === 0) throw new UserError(`${faces.source} has no face for ${name}`);
    const network = foldTrained(await loadNetwork(join(folder, bestFile(head))));
    const probabilities = await predictFaces(network, head, facesOf(faces, tested));
    right[name] = [...tested].map((face, i) => predictionAt(probabilities, i, EMOTIONS.length).label === labels[face]);
  }
  return right;
}
