import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../ml/config/schema.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { UserError } from '../../ml/core/errors.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { requireEmotions } from '../../ml/data/class-names.ts';
import type { FaceDataset } from '../../ml/data/dataset.ts';
import { loadFaces } from '../../ml/data/load.ts';
import type { DataSummary } from '../../ml/data/summary.ts';
import { withLandmarks } from '../../ml/faces/landmarks/extract.ts';
import type { NetworkInfo } from '../../ml/model/network.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { CHECKPOINT_FILE } from '../../ml/train/checkpoint.ts';
import { networkOfCheckpoint } from '../../ml/train/classifier.ts';
import { checkWeights } from '../../ml/train/initialize.ts';
import type { TrainingResult } from '../../ml/train/loop.ts';
import { train } from '../../ml/train/train.ts';
import { checkClasses } from './check-classes.ts';
import { checkUpscaling } from './check-upscaling.ts';
import { loadTools } from './load-tools.ts';
import { createRun, DATA_FILE, openRun, type Run, removeUnbegun } from './run-folder.ts';

/** What to train: a new run, or one that was stopped. */
export type TrainOptions = { readonly config: Config; readonly name?: string } | ResumeOptions;

interface ResumeOptions {
  /** Folder of the run. */
  readonly resume: string;
  /** Win over its configuration from here on. */
  readonly settings?: readonly Setting[];
}

/** A run whose training can begin. */
export interface PreparedRun {
  readonly run: Run;
  readonly dataset: FaceDataset;
  readonly summary: DataSummary;
  /** Whether it began before. */
  readonly resume: boolean;
}

export interface TrainedRun extends PreparedRun {
  readonly result: TrainingResult;
}

/**
 * Loads the data and makes or opens the folder of the run.
 * @throws UserError if configuration, data or folder do not do.
 */
export async function prepareRun(options: TrainOptions, reporter: Reporter): Promise<PreparedRun> {
  const resume = 'resume' in options;
  const started = resume ? await openRun(options.resume, options.settings) : options;
  let network: NetworkInfo | undefined;
  if ('folder' in started) network = await resumedNetwork(started);
  // Before the data, which takes minutes.
  else await checkWeights(started.config.model.weights, buildArchitecture(started.config.model));
  const { dataset, summary } = await loadRunFaces(started.config, reporter);
  checkTrainable(dataset, summary, started.config);
  if (network) checkClasses(`the network of ${(started as Run).folder}`, network.labels, dataset);
  const run = 'folder' in started ? started : await createRun(started.config, started.name, new Date());
  await writeAtomic(join(run.folder, DATA_FILE), `${JSON.stringify(summary, null, 2)}\n`);
  reporter.note(`run folder: ${run.folder}`);
  return { run, dataset, summary, resume };
}

/**
 * What a run has trained so far, if it has begun.
 * @throws UserError if the faces are upscaled by another network than then.
 */
async function resumedNetwork({ folder, config }: Run): Promise<NetworkInfo | undefined> {
  const path = join(folder, CHECKPOINT_FILE);
  if (!existsSync(path)) return undefined;
  const network = await networkOfCheckpoint(path);
  await checkUpscaling(folder, network.upscaledBy, config.data.upscale);
  return network;
}

/**
 * @throws UserError if all of CK+ is kept for the test, or has a class that the lens does not know; and if classes of the
 * user's own lack faces, or are trained on what only exists for the seven expressions.
 */
function checkTrainable(dataset: FaceDataset, { faces }: DataSummary, { data, train }: Config): void {
  if (dataset.subjects && data.fold === null)
    throw new UserError(
      `all subjects of ${data.source} are reserved for testing; train on the other folds with --fold 0, or use ` +
        '"emotion-lens cross-validate"',
    );
  if (dataset.subjects && dataset.classes)
    throw new UserError(
      'data.contempt is true, but the model of a lens knows seven expressions, and contempt is not one of them; remove ' +
        '--contempt, or use "emotion-lens cross-validate"',
    );
  if (!dataset.classes) return;
  const voted = train.targets.filter((target) => target !== 'original');
  if (voted.length > 0) requireEmotions(`train.targets (${voted.join(', ')})`, dataset.classes);
  if (train.teachers.length > 0) requireEmotions(`train.teachers (${train.teachers.join(', ')})`, dataset.classes);
  const empty = dataset.classes.find((name) => faces.Training[name] === 0);
  if (empty !== undefined)
    throw new UserError(
      `${data.source} has no training faces of the class ${JSON.stringify(empty)}; add some, or leave the class out with ` +
        `--map "${empty}=none"`,
    );
}

/**
 * Trains a run to its end, or until the signal, which leaves a checkpoint.
 * @throws UserError if the data do not fit the configuration; a run that never began leaves no folder behind.
 */
export async function trainRun(prepared: PreparedRun, reporter: Reporter, signal: AbortSignal): Promise<TrainedRun> {
  const { run, dataset, resume } = prepared;
  const { folder, config } = run;
  try {
    return { ...prepared, result: await train({ config, dataset, folder, reporter, resume, signal }) };
  } catch (thrown) {
    if (!resume) await removeUnbegun(folder);
    throw thrown;
  }
}

/** @throws UserError that begins with `found`, if none of the settings names the data. */
export function requireSource(settings: readonly Setting[], found: string): void {
  if (settings.some(({ path }) => path === 'data.source')) return;
  throw new UserError(`${found}; add --data with a fer2013.csv, a folder or synthetic`);
}

/** Loads the faces of a configuration, with their landmarks if its network takes them; says so if they are drawn. */
export async function loadRunFaces(config: Config, reporter: Reporter) {
  if (config.data.source === 'synthetic') {
    reporter.note('faces: drawn by the generator, to try things out; accuracy on them says nothing about photographs');
  }
  const { dataset, summary } = await loadFaces(config.data, config.seed, reporter, loadTools(config.data, reporter));
  return { dataset: await withLandmarksFor(config, dataset, reporter), summary };
}

/** The faces with their landmarks, if the network of a configuration takes them; see {@link withLandmarks}. */
export async function withLandmarksFor(
  { model, data }: Config,
  dataset: FaceDataset,
  reporter: Reporter,
  signal?: AbortSignal,
) {
  return model.landmarks === 'none' ? dataset : withLandmarks(dataset, data.cache, reporter, signal);
}
