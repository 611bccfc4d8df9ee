import type { Setting } from '../../ml/config/settings.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { type FaceDataset, facesOf, indicesOf } from '../../ml/data/dataset.ts';
import { agreementOf } from '../../ml/evaluate/agreement.ts';
import { loadIsolatedPredictor } from '../../ml/runtime/isolated/isolated-predictor.ts';

/**
 * The settings by which faces are loaded with what models take of them.
 * @throws UserError if a file is no such model.
 */
export async function settingsOfModels(files: readonly string[]): Promise<Setting[]> {
  const settings: Setting[] = [];
  for (const file of files) {
    const predictor = await loadIsolatedPredictor(file);
    await predictor.close();
    if (!predictor.takesLandmarks) continue;
    const value = predictor.size > 0 ? 'beside' : 'alone';
    settings.push({ path: 'model.landmarks', value, origin: file });
  }
  return settings;
}

/**
 * Runs two exported models over the test splits.
 * @throws UserError if a file is no such model.
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
