import { classOf } from '../../lens/Assets/EmotionDetector/Classes.ts';
import { areEmotions } from '../../lens/Assets/EmotionDetector/Emotions.ts';
import type { ModelJson } from '../../ml/model/model-json.ts';
import type { Literal } from '../lens-studio/scripts/script.ts';

/** What a model brings into its detector. */
export interface DetectorInputs {
  /** Names of its classes in the order of its output. */
  readonly labels: readonly string[];
  /** The class when none is certain; empty: none. */
  readonly rest: string;
  /** What its answers need where people act; undefined: what the detector's script says. */
  readonly actedBias: readonly number[] | undefined;
}

/** Classes that stand for "nothing of interest", the likeliest first. */
const REST = ['Neutral', 'Background', 'Background Noise', 'Nothing', 'None', 'Rest', 'Idle'];

/** The values that the detector's inputs get with a model. The bias of the detector's script is that of the seven expressions. */
export function inputsOfModel({
  labels,
  classShares = [],
  actedBias = areEmotions(labels) ? undefined : balance(classShares),
}: Pick<ModelJson, 'labels' | 'actedBias' | 'classShares'>): DetectorInputs {
  const rest = REST.map((name) => classOf(labels, name)).find((found) => found >= 0);
  return { labels, rest: rest === undefined ? '' : labels[rest], actedBias };
}

/**
 * Half of what makes classes equally common that were not so in training (Menon et al. 2021, arXiv:2007.07314), so that twice the
 * bias takes the whole prior back.
 */
function balance(shares: readonly number[]): number[] {
  const rarest = Math.min(...shares.filter((share) => share > 0));
  const logits = shares.map((share) => -Math.log(Math.max(share, rarest)) / 2);
  const least = Math.min(...logits);
  // As Lens Studio's scenes keep it well.
  return logits.map((logit) => Math.round(100 * (logit - least)) / 100);
}

/** The same by the names of the inputs, without what the script says itself. */
export function assignmentsOf({ labels, rest, actedBias }: DetectorInputs): Record<string, Literal> {
  return { labels, rest, ...(actedBias && { actedBias }) };
}

const isListOf =
  <T>(type: 'number' | 'string') =>
  (value: unknown): value is readonly T[] =>
    Array.isArray(value) && value.every((item) => typeof item === type);
const areNumbers = isListOf<number>('number');
const areTexts = isListOf<string>('string');

/** Those of the values that a detector of a scene holds. @param value of an input, of whatever kind it is. */
export function heldByDetector(value: (name: keyof DetectorInputs) => unknown): Partial<DetectorInputs> {
  const [labels, rest, actedBias] = [value('labels'), value('rest'), value('actedBias')];
  return {
    ...(areTexts(labels) && { labels }),
    ...(typeof rest === 'string' && { rest }),
    ...(areNumbers(actedBias) && { actedBias }),
  };
}
