import { type Architecture, type Block, type Squeeze, seesImage, type Unit } from './architecture.ts';
import { classifierEnd, classifierInputs, MASK } from './classifier-step.ts';
import type { Tensor } from './graph.ts';
import { IMAGE, LANDMARKS } from './layers.ts';
import type { Layout } from './layout.ts';
import { activate, CLIPPINGS } from './operators/activation.ts';
import { batchNorm, type Normalized } from './operators/batch-norm.ts';
import { depthwise } from './operators/depthwise.ts';
import { expandBatchNorm } from './operators/expand.ts';
import { dense, pointwise } from './operators/pointwise.ts';
import { dropout, excite, globalAveragePool, joinChannels, residualAdd, stemPatches } from './operators/simple.ts';
import { samePadding } from './padding.ts';
import { parametersOf, statisticsOf } from './parameters.ts';
import { StepGraph, type TrainingGraph } from './step-graph.ts';

/** From this many outputs for each input on, the Gram form of a convolution with batch norm is the faster one. */
const GRAM_EXPANSION = 4;

/**
 * One step of training in floats; see {@link classifierInputs} for what it takes. Its output `statistics` (flat) has the means and biased
 * variances of this batch.
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
  const unitOutput = (x: Tensor, unit: Unit): Tensor => {
    if (!unit.norm) return convolveOnePixel(step, x, unit);
    const { output, mean, variance } = convolveAndNormalize(step, layout, x, unit);
    batchStatistics.push(mean, variance);
    return CLIPPINGS[unit.activation] ? output : activate(tape, output, unit.activation);
  };
  const excited = (x: Tensor, { side, units }: Squeeze): Tensor =>
    excite(tape, layout, x, side, units.reduce(unitOutput, globalAveragePool(tape, layout, x, side)));
  const blockOutput = (x: Tensor, { units, squeeze, residual }: Block): Tensor => {
    let y = x;
    for (const unit of units) {
      y = unitOutput(y, unit);
      if (squeeze && unit.kind === 'depthwise') y = excited(y, squeeze);
    }
    return residual ? residualAdd(tape, x, y) : y;
  };
  const imageFeatures = (): Tensor => {
    const x = architecture.blocks.reduce(blockOutput, stemPatches(layout, step.input(IMAGE)));
    return architecture.tail.reduce(unitOutput, globalAveragePool(tape, layout, x, architecture.finalSide));
  };
  const parts = [
    ...(seesImage(architecture) ? [imageFeatures()] : []),
    ...(architecture.landmarks ? [unitOutput(step.input(LANDMARKS), architecture.landmarks)] : []),
  ];
  const joined = parts.reduce((ofImage, ofLandmarks) => joinChannels(tape, ofImage, ofLandmarks));
  const features = dropout(tape, joined, step.input(MASK));
  const logits = heads.map((head) => {
    const [kernel, bias] = ['kernel', 'bias'].map((part) => step.parameter(`classifier/${head}/${part}`));
    return [head, dense(tape, features, kernel, bias)] as const;
  });
  return step.finish({ ...classifierEnd(step, logits), statistics: statisticsOf(architecture), batchStatistics });
}

/** The unit's convolution, batch norm and, if it clips, activation, in the form that is fastest for its shape. */
function convolveAndNormalize(step: StepGraph, layout: Layout, x: Tensor, unit: Unit): Normalized {
  const { tape } = step;
  const kernel = step.parameter(`${unit.name}/kernel`);
  const gamma = step.parameter(`${unit.name}/gamma`);
  const beta = step.parameter(`${unit.name}/beta`);
  const clipping = CLIPPINGS[unit.activation];
  if (unit.kind !== 'depthwise' && unit.outChannels >= GRAM_EXPANSION * x.shape[0]) {
    return expandBatchNorm(tape, layout, x, kernel, gamma, beta, clipping);
  }
  const { outSide } = samePadding(unit.side, unit.kernelSide, unit.stride);
  const y = unit.kind === 'depthwise' ? depthwise(tape, layout, x, kernel, unit) : pointwise(tape, x, kernel);
  return batchNorm(tape, layout, y, outSide, gamma, beta, clipping);
}

/** A 1×1 convolution with bias of maps of one pixel, which is a dense layer. */
function convolveOnePixel(step: StepGraph, x: Tensor, { name, activation }: Unit): Tensor {
  const y = dense(step.tape, x, step.parameter(`${name}/kernel`), step.parameter(`${name}/bias`));
  return activate(step.tape, y, activation);
}
