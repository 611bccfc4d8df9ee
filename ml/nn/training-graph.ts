import {
  type Architecture,
  type Block,
  type Branch,
  type ConvLayer,
  inputsOf,
  type Squeeze,
  samePadding,
} from './architecture.ts';
import type { Shape, Tensor } from './graph.ts';
import type { Layout } from './layout.ts';
import { activate, CLIPPINGS } from './operators/activation.ts';
import { batchNorm, type Normalized } from './operators/batch-norm.ts';
import { depthwise } from './operators/depthwise.ts';
import { softmaxCrossEntropy } from './operators/losses.ts';
import { dense, expandBatchNorm, pointwise } from './operators/pointwise.ts';
import { dropout, excite, globalAveragePool, joinChannels, residualAdd, stemPatches } from './operators/simple.ts';
import { mul } from './ops.ts';
import { parametersOf, statisticsOf } from './parameters.ts';
import { type StepEnd, StepGraph, type TrainingGraph } from './step-graph.ts';

/** From this many outputs for each input on, the Gram form of a convolution with batch norm is the faster one. */
const GRAM_EXPANSION = 4;

/**
 * One step of training in floats, with the inputs of {@link classifierInputs}. Its output `statistics` (flat) has the means and
 * biased variances of this batch.
 */
export function buildTrainingGraph(
  architecture: Architecture,
  heads: readonly string[],
  classes: number,
  layout: Layout,
): TrainingGraph {
  const inputs = classifierInputs(architecture, heads, classes, layout);
  const step = new StepGraph(parametersOf(architecture, heads, classes), inputs, layout.blocked);
  const { tape } = step;
  const batchStatistics: Tensor[] = [];
  const layerOutput = (x: Tensor, conv: ConvLayer): Tensor => {
    if (!conv.norm) return convolveOnePixel(step, x, conv);
    const { output, mean, variance } = convolveAndNormalize(step, layout, x, conv);
    batchStatistics.push(mean, variance);
    return CLIPPINGS[conv.activation] ? output : activate(tape, output, conv.activation);
  };
  const excited = (x: Tensor, { side, layers }: Squeeze): Tensor =>
    excite(tape, layout, x, side, layers.reduce(layerOutput, globalAveragePool(tape, layout, x, side)));
  const blockOutput = (x: Tensor, { layers, squeeze, residual }: Block): Tensor => {
    let y = x;
    for (const conv of layers) {
      y = layerOutput(y, conv);
      if (squeeze && conv.kind === 'depthwise') y = excited(y, squeeze);
    }
    return residual ? residualAdd(tape, x, y) : y;
  };
  const featuresOf = ({ input, blocks, finalSide, tail }: Branch): Tensor => {
    const x = step.input(input.name);
    if (blocks.length === 0) return tail.reduce(layerOutput, x);
    const y = blocks.reduce(blockOutput, stemPatches(layout, x));
    return tail.reduce(layerOutput, globalAveragePool(tape, layout, y, finalSide));
  };
  const joined = architecture.branches.map(featuresOf).reduce((a, b) => joinChannels(tape, a, b));
  const features = dropout(tape, joined, step.input(MASK));
  const logits = heads.map((head) => {
    const [kernel, bias] = ['kernel', 'bias'].map((part) => step.parameter(`classifier/${head}/${part}`));
    return [head, dense(tape, features, kernel, bias)] as const;
  });
  return step.finish({ ...classifierEnd(step, logits), statistics: statisticsOf(architecture), batchStatistics });
}

/** The layer's convolution, batch norm and, if it clips, activation, in the form that is fastest for its shape. */
function convolveAndNormalize(step: StepGraph, layout: Layout, x: Tensor, conv: ConvLayer): Normalized {
  const { tape } = step;
  const kernel = step.parameter(`${conv.name}/kernel`);
  const gamma = step.parameter(`${conv.name}/gamma`);
  const beta = step.parameter(`${conv.name}/beta`);
  const clipping = CLIPPINGS[conv.activation];
  if (conv.kind !== 'depthwise' && conv.outChannels >= GRAM_EXPANSION * x.shape[0]) {
    return expandBatchNorm(tape, layout, x, kernel, gamma, beta, clipping);
  }
  const { outSide } = samePadding(conv.side, conv.kernelSide, conv.stride);
  const y = conv.kind === 'depthwise' ? depthwise(tape, layout, x, kernel, conv) : pointwise(tape, x, kernel);
  return batchNorm(tape, layout, y, outSide, gamma, beta, clipping);
}

/** A 1×1 convolution with bias of activations of one pixel, which is a dense layer. */
function convolveOnePixel(step: StepGraph, x: Tensor, { name, activation }: ConvLayer): Tensor {
  const y = dense(step.tape, x, step.parameter(`${name}/kernel`), step.parameter(`${name}/bias`));
  return activate(step.tape, y, activation);
}

/** Name of the input with the target probabilities of a head. */
export const targetsOf = (head: string) => `targets/${head}`;
/** Name of the input with the dropout of the features: 0, or the factor on those that stay. */
export const MASK = 'mask';

/**
 * What a training step of a classifier takes in addition to its parameters: the network's inputs, an image as one grey channel
 * in the layout's five axes and a row of numbers as [channels, N]; the dropout `mask` [features, N]; and `targets/HEAD`
 * [classes, N] of each head.
 */
export function classifierInputs(
  architecture: Architecture,
  heads: readonly string[],
  classes: number,
  layout: Layout,
): Record<string, Shape> {
  const inputs = inputsOf(architecture).map(({ name, kind, side, channels }) => [
    name,
    kind === 'image' ? layout.axes(1, side) : [channels, layout.batch],
  ]);
  return {
    ...Object.fromEntries(inputs),
    [MASK]: [architecture.features, layout.batch],
    ...Object.fromEntries(heads.map((head) => [targetsOf(head), [classes, layout.batch]])),
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
