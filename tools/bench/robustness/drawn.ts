import { EMOTIONS } from '../../../ml/core/emotions.ts';
import type { Reporter } from '../../../ml/core/progress.ts';
import { Random } from '../../../ml/core/random.ts';
import { drawFace } from '../../../ml/data/synthetic/generate.ts';
import { drawVariations, VARIATIONS } from '../../../ml/data/synthetic/variations.ts';
import { corruptFace } from '../../../ml/evaluate/robustness/corruptions.ts';
import { scoreVariation, type VariationScore } from '../../../ml/evaluate/robustness/score.ts';
import { answersOf, type ByModel, type ComparedModel, labelsIn } from '../compared-models.ts';

/** What is compared with the attributes: a change that nobody would see. */
const CONTROL = 'noise (control)';

/** Drawn people, each varied in one thing at a time: by attribute, how many answers change. @param count of the people. */
export async function measureDrawn(
  models: readonly ComparedModel[],
  count: number,
  seed: number,
  reporter: Reporter,
): Promise<ByModel<Readonly<Record<string, VariationScore>>>> {
  const labels = Array.from({ length: count }, (_, person) => person % EMOTIONS.length);
  const scores = new Map<string, Record<string, VariationScore>>(models.map(({ name }) => [name, {}]));
  const measure = async (attribute: string, drawn: readonly ReadonlyMap<string, Uint8Array>[]) => {
    const answers = new Map(models.map(({ name }) => [name, new Map<string, number[]>()]));
    for (const way of drawn[0].keys()) {
      const faces = { count, at: (place: number) => drawn[place].get(way)! };
      const answered = await answersOf(models, faces, `drawn, ${attribute}: ${way}`, reporter);
      for (const [model, probabilities] of answered) answers.get(model)!.set(way, labelsIn(probabilities));
    }
    for (const [model, ways] of answers) scores.get(model)![attribute] = scoreVariation(ways, labels);
  };
  const control = labels.map(async (label, person) => {
    const face = drawFace(label, seed, person);
    const noisy = await corruptFace(face, 'noise', 1, new Random(seed, person));
    return new Map([
      ['as drawn', face],
      ['noise of strength 1', noisy],
    ]);
  });
  await measure(CONTROL, await Promise.all(control));
  for (const attribute of Object.keys(VARIATIONS) as (keyof typeof VARIATIONS)[])
    await measure(
      attribute,
      labels.map((label, person) => drawVariations(attribute, label, seed, person)),
    );
  return scores;
}
