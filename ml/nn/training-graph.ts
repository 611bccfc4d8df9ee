import { Graph, type Shape, sizeOf, type Tensor } from './graph.ts';
import { BLOCKED_DOMAIN, type Layout } from './layout.ts';
import type { Architecture, Unit } from './mobilenet-v2.ts';
import { batchNorm, type Normalized } from './operators/batch-norm.ts';
import { depthwise } from './operators/depthwise.ts';
import { expandBatchNormRelu6 } from './operators/expand.ts';
import { dense, pointwise } from './operators/pointwise.ts';
import { dropout, globalAveragePool, residualAdd, stemPatches } from './operators/simple.ts';
import { softmaxCrossEntropy } from './operators/softmax-cross-entropy.ts';
import { concat, mul, reshape, split } from './ops.ts';
import { samePadding } from './padding.ts';
import { type FlatVector, parametersOf, statisticsOf } from './parameters.ts';
import { Tape } from './tape.ts';

/** From this many outputs for each input on, the Gram form of a convolution with batch norm is the faster one. */
const GRAM_EXPANSION = 4;

export interface TrainingGraph {
  /** ONNX file of one training step without its optimizer: forward and backward. */
  readonly bytes: Uint8Array;
  readonly parameters: FlatVector;
  readonly statistics: FlatVector;
  /** Shape of each input. `image` holds grey values in [−1, 1]; `targets/HEAD` probabilities. */
  readonly inputs: Readonly<Record<string, Shape>>;
}

/**
 * One step of training as one ONNX graph.
 *
 * Inputs: `parameters` (flat), `image` (the layout's five axes, one grey channel), `mask` of the dropout [features, N],
 * and `targets/HEAD` [classes, N] of each head. Outputs: `loss` of each head [heads], `gradient` (flat) of their mean,
 * and `statistics` (flat), the means and biased variances of this batch.
 */
export function buildTrainingGraph(
  architecture: Architecture,
  heads: readonly string[],
  classes: number,
  layout: Layout,
): TrainingGraph {
  const graph = new Graph();
  const tape = new Tape();
  const parameters = parametersOf(architecture, heads, classes);
  const statistics = statisticsOf(architecture);
  const inputs: Record<string, Shape> = {
    parameters: [parameters.size],
    image: layout.axes(1, architecture.size),
    mask: [architecture.features, layout.batch],
    ...Object.fromEntries(heads.map((head) => [`targets/${head}`, [classes, layout.batch]])),
  };
  const fed = Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, graph.input(name, shape)]));

  const flat = split(
    fed['parameters'],
    parameters.pieces.map((piece) => piece.size),
  );
  const tensors = parameters.pieces.map((piece, i) => reshape(flat[i], piece.shape));
  const byName = new Map(parameters.pieces.map((piece, i) => [piece.name, tensors[i]]));
  for (const tensor of tensors) tape.source(tensor);
  const parameter = (name: string) => byName.get(name) as Tensor;

  const batchStatistics: Tensor[] = [];
  const unitOutput = (x: Tensor, unit: Unit): Tensor => {
    const { output, mean, variance } = convolveAndNormalize(tape, layout, x, unit, parameter);
    batchStatistics.push(mean, variance);
    return output;
  };
  let x = stemPatches(layout, fed['image']);
  for (const block of architecture.blocks) {
    const output = block.units.reduce(unitOutput, x);
    x = block.residual ? residualAdd(tape, x, output) : output;
  }
  const features = dropout(tape, globalAveragePool(tape, layout, x, architecture.finalSide), fed['mask']);

  const results = heads.map((head) => {
    const logits = dense(tape, features, parameter(`classifier/${head}/kernel`), parameter(`classifier/${head}/bias`));
    return { logits, ...softmaxCrossEntropy(logits, fed[`targets/${head}`]) };
  });
  const gradientOf = tape.backward(results.map(({ logits, gradient }) => [logits, mul(gradient, 1 / heads.length)]));
  const flatten = (list: readonly Tensor[]) =>
    concat(
      list.map((tensor) => reshape(tensor, [sizeOf(tensor.shape)])),
      0,
    );
  graph.output('loss', flatten(results.map(({ loss }) => loss)));
  graph.output('gradient', flatten(tensors.map(gradientOf)));
  graph.output('statistics', flatten(batchStatistics));
  const domains = layout.blocked ? ['com.microsoft', BLOCKED_DOMAIN] : [];
  return { bytes: graph.encode(17, domains), parameters, statistics, inputs };
}

/** The unit's convolution, batch norm and, if it has one, ReLU6, in the form that is fastest for its shape. */
function convolveAndNormalize(
  tape: Tape,
  layout: Layout,
  x: Tensor,
  unit: Unit,
  parameter: (name: string) => Tensor,
): Normalized {
  const kernel = parameter(`${unit.name}/kernel`);
  const gamma = parameter(`${unit.name}/gamma`);
  const beta = parameter(`${unit.name}/beta`);
  if (unit.kind !== 'depthwise' && unit.relu6 && unit.outChannels >= GRAM_EXPANSION * x.shape[0]) {
    return expandBatchNormRelu6(tape, layout, x, kernel, gamma, beta);
  }
  const outSide = samePadding(unit.side, 3, unit.stride).outSide;
  const y =
    unit.kind === 'depthwise' ? depthwise(tape, layout, x, kernel, unit.side, unit.stride) : pointwise(tape, x, kernel);
  return batchNorm(tape, layout, y, outSide, gamma, beta, unit.relu6);
}
