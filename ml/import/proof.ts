import { LUMA } from '../core/bt601.ts';
import type { Reporter } from '../core/progress.ts';
import { withIsolated } from '../runtime/isolated-session.ts';
import type { FloatTensor } from '../runtime/session.ts';
import type { Classifier } from './classifier.ts';
import { lensTensor, type Pictures } from './pictures.ts';
import type { PixelRange, SourceModel } from './source.ts';

/** How far a new model's answers are from those of its source. */
export interface Proof {
  /** What both looked at. */
  readonly pictures: string;
  readonly count: number;
  /** Largest difference of a probability. */
  readonly largest: number;
  /** Share of the pictures for which both find the same class the most probable. */
  readonly top1: number;
}

/** Largest difference of floats, and share of other answers of 8-bit integers, that is the rounding of computers. */
export const TOLERANCES = { difference: 1e-3, disagreement: 0.02 } as const;

/** Whether two models can be taken for the same, see {@link TOLERANCES}. */
export function isProven({ largest, top1 }: Proof, quantized: boolean): boolean {
  return quantized ? 1 - top1 <= TOLERANCES.disagreement : largest <= TOLERANCES.difference;
}

/** How a source takes pictures. */
export interface SourceInput {
  /** Of its input, with its own order of axes. */
  readonly shape: readonly number[];
  readonly pixels: PixelRange;
}

/**
 * Runs a model in its own runtime and the new one in that of its format, each in a process of its own, on the same pictures.
 * @param result the new model; its input is `image` in [−1, 1], with the channels last in a TensorFlow Lite file.
 * @param order for each class of the new model, its place in the source's.
 * @throws UserError if one of them cannot be run.
 */
export function prove(
  source: SourceModel,
  input: SourceInput,
  classifier: Classifier,
  result: { readonly bytes: Uint8Array; readonly file: string },
  order: readonly number[],
  pictures: Pictures,
  reporter: Reporter,
): Promise<Proof> {
  return withIsolated([source.runtime, result], async ([original, changed]) => {
    let largest = 0;
    let agreed = 0;
    for (const [at, image] of pictures.images.entries()) {
      reporter.progress({ step: 'comparing with the source', done: at, total: pictures.images.length, unit: 'img' });
      const [answer] = await original.run([sourceTensor(image, input, classifier.channels)]);
      const [other] = await changed.run([lensTensor(image, classifier.side, changed.channels)]);
      const expected = probabilitiesOf(answer, classifier.ending);
      const ordered = order.map((place) => expected[place]);
      // A NaN is the largest difference.
      for (const [k, probability] of ordered.entries()) largest = Math.max(largest, distance(probability, other[k]));
      if (ordered.indexOf(Math.max(...ordered)) === other.indexOf(Math.max(...other))) agreed += 1;
    }
    const count = pictures.images.length;
    return { pictures: pictures.from, count, largest, top1: agreed / count };
  });
}

const distance = (a: number, b: number) => (Number.isFinite(a - b) ? Math.abs(a - b) : 1);

/** A picture as the source takes it; a grey one is the luma of BT.601. */
function sourceTensor(image: Uint8Array, { shape, pixels }: SourceInput, channels: 1 | 3): FloatTensor {
  const area = image.length / 3;
  const isLast = shape[3] === channels && shape[1] !== channels;
  const values = new Float32Array(channels * area);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let c = 0; c < channels; c++) {
      const value =
        channels === 3 ? image[3 * pixel + c] : LUMA.reduce((sum, weight, k) => sum + weight * image[3 * pixel + k], 0);
      const real = value * pixels.scale[c % pixels.scale.length] + pixels.bias[c % pixels.bias.length];
      values[isLast ? pixel * channels + c : c * area + pixel] = real;
    }
  }
  return { shape, values };
}

function probabilitiesOf(answer: Float32Array, ending: Classifier['ending']): number[] {
  if (ending === 'softmax') return [...answer];
  const greatest = Math.max(...answer);
  const powers = Array.from(answer, (value) => Math.exp(value - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
