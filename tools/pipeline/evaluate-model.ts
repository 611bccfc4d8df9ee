import type { Reporter } from '../../ml/core/progress.ts';
import { type FaceDataset, type Faces, facesOf, SPLITS, withoutLandmarks } from '../../ml/data/dataset.ts';
import { type Evaluation, evaluate, type SplitPredictions } from '../../ml/evaluate/evaluation.ts';
import { confidentMistakes, type Mistakes } from '../../ml/evaluate/mistakes.ts';
import { SHEET_COLUMNS } from '../../ml/evaluate/report/figures.ts';
import { loadIsolatedPredictor } from '../../ml/runtime/isolated/isolated-predictor.ts';

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
}

/**
 * Runs an exported file over both test splits and measures it under every protocol that the data has labels for.
 * Its mistakes are those on PublicTest: who looks at them to choose something must not look at the final test.
 * @param also whether to run a model that takes landmarks beside the image a second time, without them.
 * @throws UserError if the file is no such model or the data has no test faces.
 */
export async function evaluateModel(
  file: string,
  dataset: FaceDataset,
  reporter: Reporter,
  also = false,
): Promise<EvaluatedModel> {
  const predictor = await loadIsolatedPredictor(file);
  try {
    const total = dataset.splits.filter((split) => SPLITS[split] !== 'Training').length;
    const evaluateAs = (name: string, shown: (faces: Faces) => Faces) => {
      let before = 0;
      const predict = async (faces: Uint32Array) => {
        const probabilities = await predictor.predict(shown(facesOf(dataset, faces)), (done) =>
          reporter.progress({ step: `evaluating ${name}`, done: before + done, total, unit: 'img' }),
        );
        before += faces.length;
        return probabilities;
      };
      return evaluate(dataset, predict, ['PublicTest', 'PrivateTest'], name);
    };
    const { evaluation, predictions } = await evaluateAs(file, (faces) => faces);
    const again = also && predictor.takesLandmarks && predictor.size > 0;
    const without = again ? await evaluateAs(`${file} without landmarks`, withoutLandmarks) : undefined;
    const [shown] = predictions;
    const mistakes = evaluation.results
      .filter(({ split }) => split === shown.split)
      .map(({ protocol }) => confidentMistakes(dataset, shown, protocol, SHOWN_MISTAKES));
    return { evaluation, mistakes, predictions, ...(without && { withoutLandmarks: without.evaluation }) };
  } finally {
    await predictor.close();
  }
}
