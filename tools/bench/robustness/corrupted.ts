import type { Reporter } from '../../../ml/core/progress.ts';
import { Random } from '../../../ml/core/random.ts';
import {
  CORRUPTION_NAMES,
  type CorruptionName,
  corruptFace,
  needsLandmarks,
  STRENGTHS,
} from '../../../ml/evaluate/robustness/corruptions.ts';
import { type CorruptedAnswers, type RobustnessScore, scoreRobustness } from '../../../ml/evaluate/robustness/score.ts';
import { answersOf, type ByModel, type ComparedModel, labelsIn } from '../compared-models.ts';
import { shown, type TestFaces } from './test-faces.ts';

/**
 * Accuracy under each corruption at each strength. Landmarks are always those of the clean face: they place what covers it,
 * and are given to models that take them.
 * @param clean what the models answer for the faces as they are.
 * @param seed of the noise.
 */
export async function measureCorruptions(
  models: readonly ComparedModel[],
  test: TestFaces,
  clean: ByModel<Float32Array>,
  seed: number,
  reporter: Reporter,
): Promise<ByModel<RobustnessScore>> {
  const rightIn = (probabilities: Float32Array, faces: readonly number[]) =>
    labelsIn(probabilities).map((label, i) => label === test.labels[faces[i]]);
  const answers = new Map(models.map(({ name }) => [name, new Map<CorruptionName, CorruptedAnswers>()]));
  for (const [code, name] of CORRUPTION_NAMES.entries()) {
    const faces = needsLandmarks(name) ? test.places.filter((face) => test.points[face]) : test.places;
    const right = new Map<string, boolean[][]>(models.map((model) => [model.name, []]));
    for (const strength of STRENGTHS) {
      const pictures: Uint8Array[] = [];
      for (const face of faces) {
        const random = new Random(seed, code, strength, test.rows[face]);
        pictures.push(await corruptFace(test.at(face), name, strength, random, test.points[face]));
      }
      const corrupted = await answersOf(models, shown(test, faces, pictures), `${name} ${strength}`, reporter);
      for (const [model, probabilities] of corrupted) right.get(model)!.push(rightIn(probabilities, faces));
    }
    for (const [model, rows] of right) answers.get(model)!.set(name, { faces, right: rows });
  }
  return new Map(
    [...clean].map(([name, probabilities]) => [
      name,
      scoreRobustness(rightIn(probabilities, test.places), answers.get(name)!),
    ]),
  );
}
