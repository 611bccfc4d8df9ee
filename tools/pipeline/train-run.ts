import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../ml/config/schema.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { classesOf, type FaceDataset } from '../../ml/data/dataset.ts';
import { loadFaces } from '../../ml/data/load.ts';
import type { DataSummary } from '../../ml/data/summary.ts';
import { withLandmarks } from '../../ml/faces/landmarks/extract.ts';
import { CHECKPOINT_FILE } from '../../ml/train/checkpoint.ts';
import { networkOfCheckpoint } from '../../ml/train/classifier.ts';
import type { TrainingResult } from '../../ml/train/loop.ts';
import { train } from '../../ml/train/train.ts';
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
  if ('folder' in started) await checkResumable(started);
  const { dataset, summary } = await loadRunFaces(started.config, reporter);
  checkTrainable(dataset, started.config);
  const run = 'folder' in started ? started : await createRun(started.config, started.name, new Date());
  await writeAtomic(join(run.folder, DATA_FILE), `${JSON.stringify(summary, null, 2)}\n`);
  reporter.note(`run folder: ${run.folder}`);
  return { run, dataset, summary, resume };
}

/** @throws UserError if the faces are upscaled by another network than when the run began. */
async function checkResumable({ folder, config }: Run): Promise<void> {
  const path = join(folder, CHECKPOINT_FILE);
  if (!existsSync(path)) return;
  await checkUpscaling(folder, (await networkOfCheckpoint(path)).upscaledBy, config.data.upscale);
}

/** @throws UserError if all of CK+ is kept for the test, or has a class that the lens does not know. */
function checkTrainable(dataset: FaceDataset, { data }: Config): void {
  if (dataset.subjects && data.fold === null)
    throw new UserError(
      `all subjects of ${data.source} are reserved for testing; train on the other folds with --fold 0, or use ` +
        '"emotion-lens cross-validate"',
    );
  if (classesOf(dataset).length > EMOTIONS.length)
    throw new UserError(
      'data.contempt is true, but the model of a lens knows seven expressions, and contempt is not one of them; remove ' +
        '--contempt, or use "emotion-lens cross-validate"',
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
