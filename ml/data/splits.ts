import type { Reporter } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { classesOf, type FaceDataset, SPLITS, type Split } from './dataset.ts';

/** What a split is called in folders and tables, in lower case. */
export const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'Training',
  training: 'Training',
  val: 'PublicTest',
  valid: 'PublicTest',
  validation: 'PublicTest',
  public: 'PublicTest',
  publictest: 'PublicTest',
  test: 'PrivateTest',
  testing: 'PrivateTest',
  private: 'PrivateTest',
  privatetest: 'PrivateTest',
};

/** Every tenth training face of a class goes to a split that is missing. */
const EVERY = 10;
/** Classes with fewer faces keep all of them for training. */
const FEWEST = 3;
/** Always the same, whatever a training's seed: a face that one command trains on must not be tested on by the next. */
const SEED = 2013;

/**
 * The same faces with every split that a source with training faces lacks: a tenth of each class, and at least one face,
 * drawn with a fixed seed. A source without training faces is for testing and stays as it is.
 */
export function completeSplits(dataset: FaceDataset, report: Reporter): FaceDataset {
  const has = (split: Split) => dataset.splits.includes(SPLITS.indexOf(split));
  const missing = SPLITS.filter((split) => !has(split));
  if (missing.length === 0 || !has('Training')) return dataset;
  const splits = Uint8Array.from(dataset.splits);
  for (const label of classesOf(dataset).keys()) {
    const faces = Uint32Array.from(dataset.labels.keys()).filter(
      (face) => dataset.labels[face] === label && splits[face] === 0,
    );
    if (faces.length < FEWEST) continue;
    new Random(SEED, label).shuffle(faces);
    const count = Math.max(1, Math.floor(faces.length / EVERY));
    for (const [i, split] of missing.entries())
      for (const face of faces.subarray(i * count, (i + 1) * count)) splits[face] = SPLITS.indexOf(split);
  }
  const drawn = splits.some((split, face) => split !== dataset.splits[face]);
  report.note(
    `${dataset.source} has no ${missing.join(' and no ')}` +
      (drawn
        ? `; ${missing.length > 1 ? 'each' : 'it'} is a tenth of the training faces of each class, always the same ones`
        : `, and no class has the ${FEWEST} training faces of which one could be spared`),
  );
  return { ...dataset, splits };
}
