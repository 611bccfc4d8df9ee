import { join } from 'node:path';
import { loadConfig } from '../../ml/config/load.ts';
import type { Config } from '../../ml/config/schema.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { unlessEmotions } from '../../ml/core/class-list.ts';
import { UserError } from '../../ml/core/errors.ts';
import { isFolder } from '../../ml/core/files.ts';
import { METRICS_FILE, readEpochs } from '../../ml/core/history.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { requireEmotions } from '../../ml/data/class-names.ts';
import { type FaceDataset, type Faces, facesOf, indicesOf, SPLITS, withoutLandmarks } from '../../ml/data/dataset.ts';
import { agreementOf } from '../../ml/evaluate/comparison.ts';
import { type Evaluation, evaluate, type SplitPredictions } from '../../ml/evaluate/evaluation.ts';
import { confidentMistakes, type Mistakes } from '../../ml/evaluate/mistakes.ts';
import { evaluatePosed, type PosedEvaluation } from '../../ml/evaluate/posed.ts';
import { actedBiasOf, biased } from '../../ml/evaluate/prior.ts';
import { SHEET_COLUMNS } from '../../ml/evaluate/report/html.ts';
import { readPosed } from '../../ml/faces/posed.ts';
import { loadIsolatedPredictor } from '../../ml/runtime/isolated-predictor.ts';
import { readModelFile } from '../../ml/runtime/model-file.ts';
import { exportedInfo } from '../../ml/weights/from-onnx.ts';
import { checkClasses, checkSameClasses } from './check-classes.ts';
import { checkMeasured } from './check-upscaling.ts';
import { ensureExported } from './export-head.ts';
import { openRun } from './run-folder.ts';
import { loadRunFaces, requireSource } from './train-run.ts';
import { headingOf, type ReportSource } from './write-run-report.ts';

/** Models to evaluate, by what they are called in the report. */
interface Target {
  readonly config: Config;
  readonly models: ReadonlyMap<string, string>;
  readonly history: ReportSource['history'];
}

/**
 * Evaluates every head of a run, or one exported file.
 * @param path folder of a run, or an ONNX or TFLite file.
 * @param settings which data to use; for a run, by default that of the run.
 * @throws UserError if there is no such model or no data for it.
 */
export async function evaluateTarget(
  path: string,
  settings: readonly Setting[],
  reporter: Reporter,
  options: Pick<EvaluateOptions, 'posed' | 'acted'> = {},
): Promise<ReportSource> {
  const { config, models, history } = (await isFolder(path))
    ? await runTarget(path, settings)
    : await fileTarget(path, settings);
  await checkMeasured(models.values(), config.data.upscale, settings, reporter);
  const { dataset, summary } = await loadRunFaces(config, reporter);
  const heads = [];
  for (const [heading, file] of models)
    heads.push({ heading, ...(await evaluateModel(file, dataset, reporter, { ...options, withoutLandmarks: true })) });
  return { name: path, config, dataset, summary, heads, history };
}

async function runTarget(folder: string, settings: readonly Setting[]): Promise<Target> {
  // Other data have neither the run's votes nor its further faces. The fold stays: what was trained on is not tested.
  const elsewhere = settings.filter(({ path }) => path === 'data.source');
  const without = elsewhere.flatMap(({ origin }) =>
    ['data.votes', 'data.extraDataset'].map((path) => ({ path, value: null, origin })),
  );
  const run = await openRun(folder, [...without, ...settings]);
  const exported = [...(await ensureExported(run))];
  const [[, first]] = exported;
  const { labels } = exportedInfo(await readModelFile(first), first);
  const models = exported.map(([head, file]) => [headingOf(head), file] as const);
  return {
    config: withClasses(run.config, labels),
    models: new Map(models),
    history: await readEpochs(join(folder, METRICS_FILE)),
  };
}

/** A model gives its own classes to whatever it is shown, so that data may lack some of them. */
const withClasses = (config: Config, labels: readonly string[] = []): Config => ({
  ...config,
  data: { ...config.data, classes: labels.length > 0 ? [...labels] : 'emotions' },
});

async function fileTarget(file: string, settings: readonly Setting[]): Promise<Target> {
  requireSource(settings, `${file} does not say what to evaluate it on`);
  // A file that is not such a model is reported before the data are loaded, which may take long.
  const own = await settingsOfModels([file]);
  return { config: await loadConfig(undefined, [...settings, ...own]), models: new Map([[file, file]]), history: [] };
}

/** Mistakes that a report shows: four rows of its sheet. */
const SHOWN_MISTAKES = 4 * SHEET_COLUMNS;

/** How an exported model did. */
export interface EvaluatedModel {
  readonly evaluation: Evaluation;
  readonly mistakes: Mistakes[];
  /** Of the same faces as if none of their landmarks had been found, if that was asked and the model takes any. */
  readonly withoutLandmarks?: Evaluation;
  /** Of each split that was run, PublicTest first if there is one. */
  readonly predictions: readonly SplitPredictions[];
  /** On posed photographs, if any were given. */
  readonly posed?: PosedEvaluation;
}

/** What an evaluation measures in addition. */
export interface EvaluateOptions {
  /** Whether to run a model that takes landmarks in addition to the image a second time, without them. */
  readonly withoutLandmarks?: boolean;
  /** Folder of posed photographs, see {@link readPosed}. */
  readonly posed?: string | undefined;
  /** Strength of the bias for acted faces that is added to every answer, as the lens does; 0 is the model as it is. */
  readonly acted?: number | undefined;
}

/**
 * Runs an exported file over both test splits and measures it under every protocol that the data has labels for.
 * Its mistakes are those on PublicTest: who looks at them to choose something must not look at the final test.
 * @throws UserError if the file is not such a model or one of other classes, the data has no test faces, or the posed
 * photographs cannot be read.
 */
export async function evaluateModel(
  file: string,
  dataset: FaceDataset,
  reporter: Reporter,
  { withoutLandmarks: also = false, posed: posedRoot, acted = 0 }: EvaluateOptions = {},
): Promise<EvaluatedModel> {
  const predictor = await loadIsolatedPredictor(file);
  try {
    const { labels } = predictor;
    checkClasses(file, labels, dataset);
    if (posedRoot !== undefined) requireEmotions(`--posed ${posedRoot}`, labels);
    if (acted > 0) requireEmotions(`--acted ${acted}`, labels);
    const total = dataset.splits.filter((split) => SPLITS[split] !== 'Training').length;
    const actedBias = await actedBiasOf(file);
    // The front over the biases begins with the answers as the model gives them.
    const unbiased = new Map<Uint32Array, Float32Array>();
    const evaluateAs = (name: string, shown: (faces: Faces) => Faces) => {
      let before = 0;
      const predict = async (faces: Uint32Array) => {
        const probabilities = await predictor.predict(shown(facesOf(dataset, faces)), (done) =>
          reporter.progress({ step: `evaluating ${name}`, done: before + done, total, unit: 'img' }),
        );
        before += faces.length;
        unbiased.set(faces, probabilities);
        return biased(probabilities, actedBias, acted);
      };
      return evaluate(dataset, predict, ['PublicTest', 'PrivateTest'], name, labels.length);
    };
    if (posedRoot !== undefined && predictor.size === 0)
      throw new UserError(`--posed ${posedRoot}: ${file} sees only landmarks; choose a model that sees the image`);
    const photographs = posedRoot === undefined ? undefined : await readPosed(posedRoot, predictor.size, reporter);
    const predictPosed = (faces: Faces) =>
      predictor.predict(faces, (done, total) =>
        reporter.progress({ step: `evaluating ${file} on ${posedRoot}`, done, total, unit: 'img' }),
      );
    const { evaluation, predictions } = await evaluateAs(file, (faces) => faces);
    const again = also && predictor.takesLandmarks && predictor.size > 0;
    const without = again ? await evaluateAs(`${file} without landmarks`, withoutLandmarks) : undefined;
    const answered = predictions.map((split) => ({ ...split, probabilities: unbiased.get(split.indices)! }));
    const found = { dataset, predictions: answered, acted, actedBias };
    const posed = photographs && (await evaluatePosed(photographs, predictPosed, found));
    const [shown] = predictions;
    const mistakes = evaluation.results
      .filter(({ split }) => split === shown.split)
      .map(({ protocol }) => confidentMistakes(dataset, shown, protocol, SHOWN_MISTAKES));
    return {
      evaluation,
      mistakes,
      predictions,
      ...(without && { withoutLandmarks: without.evaluation }),
      ...(posed && { posed }),
    };
  } finally {
    await predictor.close();
  }
}

/**
 * The settings by which faces are loaded with what models take of them.
 * @throws UserError if a file is not such a model, or one tells other classes apart than the first.
 */
export async function settingsOfModels(files: readonly string[]): Promise<Setting[]> {
  const settings: Setting[] = [];
  let first: readonly [file: string, labels: readonly string[]] | undefined;
  for (const file of files) {
    const predictor = await loadIsolatedPredictor(file);
    await predictor.close();
    first ??= [file, predictor.labels];
    checkSameClasses(first, [file, predictor.labels]);
    settings.push({ path: 'data.classes', value: unlessEmotions(predictor.labels) ?? 'emotions', origin: file });
    if (!predictor.takesLandmarks) continue;
    const value = predictor.size > 0 ? 'fused' : 'landmarksOnly';
    settings.push({ path: 'model.landmarks', value, origin: file });
  }
  return settings;
}

/**
 * Runs two exported models over the test splits.
 * @throws UserError if a file is not such a model.
 */
export async function compareModels(a: string, b: string, dataset: FaceDataset, reporter: Reporter) {
  const splits = (['PublicTest', 'PrivateTest'] as const).filter((split) => indicesOf(dataset, split).length > 0);
  const answersOf = async (file: string) => {
    const predictor = await loadIsolatedPredictor(file);
    try {
      const answers: Float32Array[] = [];
      for (const split of splits) {
        const faces = facesOf(dataset, indicesOf(dataset, split));
        const report = (done: number, total: number) =>
          reporter.progress({ step: `${file} on ${split}`, done, total, unit: 'img' });
        answers.push(await predictor.predict(faces, report));
      }
      return answers;
    } finally {
      await predictor.close();
    }
  };
  const [first, second] = [await answersOf(a), await answersOf(b)];
  return splits.map((split, i) => ({ split, ...agreementOf(first[i], second[i], indicesOf(dataset, split).length) }));
}
