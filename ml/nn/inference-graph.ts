import type { FoldedConvolution, FoldedNetwork } from './folded-network.ts';
import { Graph, type Tensor } from './graph.ts';
import type { Unit } from './mobilenet-v2.ts';
import { add, clip, mul, pad, reduceMean, softmax } from './ops.ts';
import { samePadding } from './padding.ts';

export const IMAGE_INPUT = 'image';
export const PROBABILITIES_OUTPUT = 'prob';
/** Operator set of the exported model: the one that Snap's own export code uses. */
const OPSET = 11;

interface InferenceOptions {
  /** Images of one run. */
  readonly batch: number;
  /** The classifier to build; none builds the graph up to the pooled features. */
  readonly head?: string;
  /** Adds the outputs `UNIT/mean` and `UNIT/square`: mean and mean square of each unit's output before its ReLU6. */
  readonly observe?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The network as an ONNX file of Pad, Conv, Clip, Add, GlobalAveragePool and Softmax alone.
 *
 * Input `image` [batch, 3, S, S] with values in [−1, 1]; output `prob` [batch, K, 1, 1]. Uneven SAME padding is a Pad of
 * its own, and the classifier a 1×1 convolution, so that no Flatten or Reshape is needed.
 * @throws Error if the network has no such head.
 */
export function buildInferenceGraph(network: FoldedNetwork, options: InferenceOptions): Uint8Array {
  const { architecture, classes } = network;
  const graph = new Graph();
  let x = graph.input(IMAGE_INPUT, [options.batch, 3, architecture.size, architecture.size]);
  for (const block of architecture.blocks) {
    let y = x;
    for (const unit of block.units) {
      const z = convolution(y, unit, folded(network, unit.name));
      if (options.observe) observe(z, unit.name);
      y = unit.relu6 ? clip(z, 0, 6) : z;
    }
    x = block.residual ? add(x, y) : y;
  }
  const pooled = graph.node('GlobalAveragePool', [x], [options.batch, architecture.features, 1, 1], { name: 'pool' });
  if (options.head === undefined) {
    graph.output('features', pooled);
  } else {
    const classifier = network.classifiers.get(options.head);
    if (!classifier) throw new Error(`the network has no head ${options.head}`);
    const kernel = graph.constant(classifier.kernel, [classes, architecture.features, 1, 1], 'classifier/kernel');
    const bias = graph.constant(classifier.bias, [classes], 'classifier/bias');
    const logits = graph.node('Conv', [pooled, kernel, bias], [options.batch, classes, 1, 1], { name: 'classifier' });
    graph.output(PROBABILITIES_OUTPUT, softmax(logits, 1));
  }
  return graph.encode(OPSET, [], options.metadata);
}

function folded(network: FoldedNetwork, name: string): FoldedConvolution {
  const convolution = network.units.get(name);
  if (!convolution) throw new Error(`the network has no unit ${name}`);
  return convolution;
}

function convolution(x: Tensor, unit: Unit, { kernel, bias }: FoldedConvolution): Tensor {
  const graph = x.graph;
  const depthwise = unit.kind === 'depthwise';
  const side = unit.kind === 'pointwise' ? 1 : 3;
  const { outSide, begin, end } = samePadding(unit.side, side, unit.stride);
  const even = begin === end;
  const padded = even ? x : pad(x, [0, 0, begin, begin], [0, 0, end, end]);
  const inChannels = depthwise ? 1 : x.shape[1];
  const weights = graph.constant(kernel, [unit.outChannels, inChannels, side, side], `${unit.name}/kernel`);
  const offset = graph.constant(bias, [unit.outChannels], `${unit.name}/bias`);
  const pads = even ? begin : 0;
  return graph.node('Conv', [padded, weights, offset], [x.shape[0], unit.outChannels, outSide, outSide], {
    name: unit.name,
    attributes: {
      kernel_shape: { ints: [side, side] },
      strides: { ints: [unit.stride, unit.stride] },
      pads: { ints: [pads, pads, pads, pads] },
      dilations: { ints: [1, 1] },
      group: { int: depthwise ? unit.outChannels : 1 },
    },
  });
}

function observe(z: Tensor, name: string): void {
  z.graph.output(`${name}/mean`, reduceMean(z, [0, 2, 3], false));
  z.graph.output(`${name}/square`, reduceMean(mul(z, z), [0, 2, 3], false));
}
