import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../ml/config/schema.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import type { FaceDataset } from '../../ml/data/dataset.ts';
import { type DataSummary, loadFaces } from '../../ml/data/load.ts';
import { METRICS_FILE, type TrainResult, train } from '../../ml/train/train.ts';
import { createRun, DATA_FILE, openRun, type Run } from './run-folder.ts';

/** What to train: a new run, or one that was stopped. */
export type TrainOrder = { readonly config: Config; readonly name?: string } | { readonly resume: string };

export interface TrainedRun {
  readonly run: Run;
  readonly dataset: FaceDataset;
  readonly summary: DataSummary;
  readonly result: TrainResult;
}

/**
 * Loads the data, makes or opens the folder of the run and trains.
 * @param signal stops the training after the current step, with a checkpoint.
 * @throws UserError if configuration, data or folder do not do; a run that never began leaves no folder behind.
 */
export async function trainRun(order: TrainOrder, reporter: Reporter, signal: AbortSignal): Promise<TrainedRun> {
  const resume = 'resume' in order;
  const opened = resume ? await openRun(order.resume) : undefined;
  const config = opened?.config ?? (order as { config: Config }).config;
  const { dataset, summary } = await loadRunFaces(config, reporter);
  const run = opened ?? (await createRun(config, (order as { name?: string }).name, new Date()));
  reporter.note(`run folder: ${run.folder}`);
  try {
    await writeAtomic(join(run.folder, DATA_FILE), `${JSON.stringify(summary, null, 2)}\n`);
    const result = await train({ config, dataset, folder: run.folder, reporter, resume, signal });
    return { run, dataset, summary, result };
  } catch (thrown) {
    if (!resume && !existsSync(join(run.folder, METRICS_FILE))) await rm(run.folder, { recursive: true });
    throw thrown;
  }
}

/** Loads the faces of a configuration; says so if they are drawn. */
export async function loadRunFaces(config: Config, reporter: Reporter) {
  if (config.data.source === 'synthetic') {
    reporter.note(
      'faces: drawn by the generator, to try everything out; accuracy on them says nothing about photographs',
    );
  }
  return loadFaces(config.data, config.seed, reporter);
}
