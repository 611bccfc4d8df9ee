import { type Architecture, seesImage } from './architecture.ts';
import type { Shape, Tensor } from './graph.ts';
import { IMAGE, LANDMARKS } from './layers.ts';
import type { Layout } from './layout.ts';
import { softmaxCrossEntropy } from './operators/losses.ts';
import { mul } from './ops.ts';
import type { StepEnd, StepGraph } from './step-graph.ts';

/** Name of the input with the target probabilities of a head. */
export const targetsOf = (head: string) => `targets/${head}`;
/** Name of the input with the dropout of the features: 0, or the factor on those that stay. */
export const MASK = 'mask';

/**
 * What a training step of a classifier takes besides its parameters: the `image` in [−1, 1] (the layout's five axes, one
 * grey channel) and the normalised `landmarks` [136, N], as far as the network sees them, the dropout `mask` [features, N]
 * and `targets/HEAD` [classes, N] of each head.
 */
export function classifierInputs(
  architecture: Architecture,
  heads: readonly string[],
  classes: number,
  layout: Layout,
): Record<string, Shape> {
  return {
    ...(seesImage(architecture) && { [IMAGE]: layout.axes(1, architecture.size) }),
    [MASK]: [architecture.features, layout.batch],
    ...Object.fromEntries(heads.map((head) => [targetsOf(head), [classes, layout.batch]])),
    ...(architecture.landmarks && { [LANDMARKS]: [architecture.landmarks.inChannels, layout.batch] }),
  };
}

/**
 * The end of a classifier's training step: the cross-entropy of each head, whose mean is minimized.
 * @param logits of each head, [classes, N].
 */
export function classifierEnd(
  step: StepGraph,
  logits: readonly (readonly [head: string, values: Tensor])[],
): Pick<StepEnd, 'losses' | 'gradients' | 'outputs'> {
  const results = logits.map(([head, values]) => softmaxCrossEntropy(values, step.input(targetsOf(head))));
  return {
    losses: results.map(({ loss }) => loss),
    gradients: logits.map(([, values], i) => [values, mul(results[i].gradient, 1 / logits.length)]),
    outputs: logits.map(([head, values]) => [`logits/${head}`, values]),
  };
}
