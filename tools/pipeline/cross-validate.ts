import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../ml/config/schema.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { UserError } from '../../ml/core/errors.ts';
import { isFolder, readText, writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { classesOf, type FaceDataset, facesOf, indicesOf, isOfCkPlus, withTestFold } from '../../ml/data/dataset.ts';
import {
  type CrossValidation,
  crossValidation,
  type FoldAnswers,
  FoldAnswersSchema,
} from '../../ml/evaluate/cross-validation.ts';
import { readModelFile } from '../../ml/runtime/model-file.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { predictFaces } from '../../ml/train/predict.ts';
import { train } from '../../ml/train/train.ts';
import { foldTrained, loadNetwork } from '../../ml/train/trained-network.ts';
import { exportedInfo } from '../../ml/weights/from-onnx.ts';
import { ensureExported } from './export-head.ts';
import { createRun, openRun, type Run } from './run-folder.ts';
import { loadRunFaces } from './train-run.ts';

export const RESULT_FILE = 'cross-validation.json';
const ANSWERS_FILE = 'answers.json';
const DEFAULT_NAME = 'cross-validation';

/**
 * The settings by which each fold begins with the network of an exported model, or of a run with one head.
 * @throws UserError if it is not such a model, or was trained on CK+.
 */
export async function settingsOfInit(path: string): Promise<Setting[]> {
  const file = (await isFolder(path)) ? await modelOfRun(path) : path;
  const { width, size, landmarks, heldOut } = exportedInfo(await readModelFile(file), file);
  if (heldOut !== undefined)
    throw new UserError(
      `--init ${path}: this network was trained on CK+ (fold ${heldOut} held out), so it has seen people that it would be tested on; expected one that has not`,
    );
  const settings = {
    'model.weights': file,
    'model.width': width,
    'model.size': size,
    // A network that knows none may learn to see them.
    ...(landmarks !== 'none' && { 'model.landmarks': landmarks }),
  };
  return Object.entries(settings).map(([field, value]) => ({ path: field, value, origin: `--init ${path}` }));
}

async function modelOfRun(folder: string): Promise<string> {
  const models = [...(await ensureExported(await openRun(folder))).values()];
  if (models.length > 1)
    throw new UserError(`${folder} has several heads; give the model of one with --init: ${models.join(', ')}`);
  return models[0];
}

/** What to do: a new cross-validation, or one that was stopped. */
export type CrossValidationOptions = { readonly config: Config; readonly name?: string } | { readonly resume: string };

/** A cross-validation that can begin. */
export interface PreparedCrossValidation {
  readonly run: Run;
  readonly dataset: FaceDataset;
}

/**
 * Loads the data and makes or opens the folder.
 * @throws UserError if the configuration or its data do not suit a cross-validation; then there is no folder.
 */
export async function prepareCrossValidation(
  options: CrossValidationOptions,
  reporter: Reporter,
): Promise<PreparedCrossValidation> {
  const opened = 'resume' in options ? await openRun(options.resume) : options;
  const { data, train: training } = opened.config;
  if (data.fold !== null)
    throw new UserError(`data.fold is ${data.fold}, but a cross-validation tests every fold; remove --fold`);
  if (data.refine !== null && data.extraDataset === null)
    throw new UserError(
      `data.refine is ${data.refine}, but a cross-validation tests every face of ${data.source}, and test faces are never changed; remove --refine`,
    );
  if (training.targets.length > 1 || (data.contempt && training.targets[0] !== 'original'))
    throw new UserError(
      `train.targets is ${training.targets.join(', ')}; a cross-validation trains one head` +
        (data.contempt ? ', with contempt that on the original labels' : ''),
    );
  const { dataset } = await loadRunFaces({ ...opened.config, data: { ...data, fold: 0 } }, reporter);
  if (!dataset.subjects)
    throw new UserError(
      `${data.source} does not say whose faces it shows; expected CK+ with --data, or added to other faces with --extra-dataset`,
    );
  const run = 'folder' in opened ? opened : await createRun(opened.config, opened.name ?? DEFAULT_NAME, new Date());
  reporter.note(`run folder: ${run.folder}`);
  return { run, dataset };
}

/**
 * Trains a network for each fold of the subjects on the others and tests it on that fold. What was done before in the
 * folder is not done again.
 * @returns undefined if it was stopped by its signal.
 * @throws UserError if the data or a file in the folder do not do.
 */
export async function crossValidate(
  { run: { folder, config }, dataset }: PreparedCrossValidation,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<{ result: CrossValidation; classes: readonly string[] } | undefined> {
  const answers: FoldAnswers[] = [];
  const classes = classesOf(dataset);
  for (let fold = 0; fold < config.data.folds; fold++) {
    const place = join(folder, `fold-${fold}`);
    const path = join(place, ANSWERS_FILE);
    if (!existsSync(path)) {
      reporter.note(`fold ${fold + 1} of ${config.data.folds}`);
      const given = await answersOfFold(config, fold, withTestFold(dataset, fold), place, reporter, signal);
      if (!given) return undefined;
      await writeAtomic(path, JSON.stringify(given));
    }
    answers.push(await readAnswers(path));
  }
  const result = crossValidation(answers, classes.length);
  await writeAtomic(join(folder, RESULT_FILE), `${JSON.stringify({ classes, ...result }, null, 2)}\n`);
  return { result, classes };
}

/** @returns undefined if the training was stopped. */
async function answersOfFold(
  config: Config,
  fold: number,
  dataset: FaceDataset,
  folder: string,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<FoldAnswers | undefined> {
  await mkdir(folder, { recursive: true });
  const { completed } = await train({ config, dataset, folder, reporter, resume: true, signal });
  if (!completed) return undefined;
  const [head] = config.train.targets;
  const network = foldTrained(await loadNetwork(join(folder, bestFile(head))));
  const tested = indicesOf(dataset, 'PrivateTest').filter((face) => isOfCkPlus(dataset, face));
  return {
    fold,
    subjects: new Set([...tested].map((face) => dataset.subjects?.[face])).size,
    trainingFaces: indicesOf(dataset, 'Training').length,
    labels: [...tested].map((face) => dataset.labels[face]),
    probabilities: [...(await predictFaces(network, head, facesOf(dataset, tested)))],
  };
}

async function readAnswers(path: string): Promise<FoldAnswers> {
  try {
    return FoldAnswersSchema.parse(JSON.parse(await readText(path)));
  } catch (thrown) {
    throw new UserError(`${path} does not hold the answers of a fold; delete it and resume the run`, {
      cause: thrown,
    });
  }
}
