import type { Reporter } from '../../ml/core/progress.ts';
import { type FaceDataset, facesOf, SPLITS } from '../../ml/data/dataset.ts';
import { type Evaluation, evaluate, type SplitPredictions } from '../../ml/evaluate/evaluation.ts';
import { confidentMistakes, type Mistakes } from '../../ml/evaluate/mistakes.ts';
import { loadPredictor } from '../../ml/evaluate/predictor.ts';
import { SHEET_COLUMNS } from '../../ml/evaluate/report/figures.ts';

/** Mistakes that a report shows: four rows of its sheet. */
const SHOWN_MISTAKES = 4 * SHEET_COLUMNS;

/** How an exported model did. */
export interface EvaluatedModel {
  readonly evaluation: Evaluation;
  readonly mistakes: Mistakes[];
  /** Of each split that was run, PublicTest first if there is one. */
  readonly predictions: readonly SplitPredictions[];
}

/**
 * Runs an exported file over both test splits and measures it under every protocol that the data has labels for.
 * Its mistakes are those on PublicTest: who looks at them to choose something must not look at the final test.
 * @throws UserError if the file is no such model or the data has no test faces.
 */
export async function evaluateModel(file: string, dataset: FaceDataset, reporter: Reporter): Promise<EvaluatedModel> {
  const predictor = await loadPredictor(file);
  try {
    const total = dataset.splits.filter((split) => SPLITS[split] !== 'Training').length;
    let before = 0;
    const predict = async (faces: Uint32Array) => {
      const probabilities = await predictor.predict(facesOf(dataset, faces), (done) =>
        reporter.progress({ step: `evaluating ${file}`, done: before + done, total, unit: 'img' }),
      );
      before += faces.length;
      return probabilities;
    };
    const { evaluation, predictions } = await evaluate(dataset, predict, ['PublicTest', 'PrivateTest'], file);
    const [shown] = predictions;
    const mistakes = evaluation.results
      .filter(({ split }) => split === shown.split)
      .map(({ protocol }) => confidentMistakes(dataset, shown, protocol, SHOWN_MISTAKES));
    return { evaluation, mistakes, predictions };
  } finally {
    await predictor.close();
  }
}
