import { PROBABILITIES, tensorShape } from '../model/inputs.ts';
import {
  type Activation,
  type Architecture,
  type ConvLayer,
  imageOnly,
  inputsOf,
  samePadding,
} from './architecture.ts';
import { convolutionsOf, type FoldedNetwork } from './folded-network.ts';
import { Graph, type Shape, type Tensor } from './graph.ts';
import { type Layer, LOGITS, layersOf } from './layers.ts';
import { add, clip, concat, mul, pad, reduceMean, relu, reshape, softmax } from './ops.ts';

/** Operator set of the exported model: the one that Snap's own export code uses. */
const OPSET = 11;

/** Name of the output that shows an activation. */
export const activationOutput = (name: string) => `${name}/activation`;

/** How a network is written as a graph: in floats, or with the roundings of integers. */
export interface GraphForm {
  readonly opset: number;
  /** Uneven SAME padding as a Pad of its own, not as an attribute of the convolution. */
  readonly padNodes: boolean;
  /** Kernel and bias of a layer, or of the classifier under the name `logits`, as constants. */
  weights(graph: Graph, name: string, kernelShape: Shape): readonly [kernel: Tensor, bias: Tensor];
  /** A number as the operand of an operator, [1, 1, 1, 1]. */
  constant(graph: Graph, value: number): Tensor;
  /** An activation as the next layers see it. */
  activation(x: Tensor, name: string): Tensor;
  /** The ReLU6 or ReLU that gives an activation; left out where activations clip by themselves. */
  clip(x: Tensor, activation: Activation, name: string): Tensor;
}

export interface GraphOptions {
  /** Images of one run. */
  readonly batch: number;
  /** Activations to output in addition to the probabilities, names of `activationsOf`. */
  readonly activations?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

interface InferenceOptions extends GraphOptions {
  /** The classifier to build, or several; none builds the graph up to the features of the image. */
  readonly head?: string | readonly string[];
  /** Adds the outputs `LAYER/mean` and `LAYER/square`: mean and mean square before the activation, of layers with batch norm. */
  readonly observe?: boolean;
}

/**
 * The network as an ONNX file of Pad, Conv, Clip, Relu, Add, Mul, Concat, GlobalAveragePool and Softmax only.
 *
 * Inputs are those of the network, channels first: `image` [batch, 3, S, S] with values in [−1, 1] and any others; output
 * `prob` [batch, K, 1, 1]. Uneven SAME padding is a Pad of its own, and dense layers are 1×1 convolutions, so that
 * no Flatten or Reshape is needed. Of several heads, `prob` is [batch, heads, K] and needs a Reshape.
 * @throws Error if the network has no such head.
 */
export function buildInferenceGraph(network: FoldedNetwork, options: InferenceOptions): Uint8Array {
  const { head, observe: observed, ...rest } = options;
  const heads = head === undefined ? [] : [head].flat();
  const convolutions = heads.length === 0 ? network.layers : convolutionsOf(network, heads);
  const form: GraphForm = {
    opset: OPSET,
    padNodes: true,
    weights: (graph, name, shape) => {
      const folded = convolutions.get(name);
      if (!folded) throw new Error(`the network has no layer ${name}`);
      const { kernel, bias } = folded;
      const of = name === LOGITS ? 'classifier' : name;
      return [graph.constant(kernel, shape, `${of}/kernel`), graph.constant(bias, [shape[0]], `${of}/bias`)];
    },
    constant: (graph, value) => graph.constant([value], [1, 1, 1, 1]),
    activation: (x) => x,
    clip: (x, activation) => {
      if (activation === 'relu6') return clip(x, 0, 6);
      return activation === 'relu' ? relu(x) : x;
    },
  };
  return buildGraph(network.architecture, network.classes, form, { ...rest, heads: heads.length, observed });
}

/**
 * A network in any form, with the inputs and output of {@link buildInferenceGraph}.
 * @param options.heads how many classifiers there are; 0 builds the graph up to the features of the image, its output `features`.
 */
export function buildGraph(
  network: Architecture,
  classes: number,
  form: GraphForm,
  {
    batch,
    activations = [],
    metadata,
    heads = 1,
    observed = false,
  }: GraphOptions & { heads?: number; observed?: boolean },
): Uint8Array {
  const graph = new Graph();
  const architecture = heads === 0 ? imageOnly(network) : network;
  const computed = new Map<string, Tensor>();
  for (const input of inputsOf(architecture)) {
    const fed = graph.input(input.name, tensorShape(input, 'NCHW', batch));
    computed.set(input.name, form.activation(fed, input.name));
  }
  const activation = (name: string) => computed.get(name) as Tensor;
  const compute = (layer: Layer): Tensor => {
    switch (layer.kind) {
      case 'convolution': {
        const y = convolution(activation(layer.input), layer.conv, form);
        if (observed && layer.conv.norm) observe(y, layer.name);
        return form.clip(y, layer.conv.activation, layer.name);
      }
      case 'add':
        return add(activation(layer.inputs[0]), activation(layer.inputs[1]));
      case 'concat':
        return concat(layer.inputs.map(activation), 1);
      case 'shift':
        return form.clip(add(activation(layer.input), form.constant(graph, 3)), 'relu6', layer.name);
      case 'sixth':
        return mul(activation(layer.input), form.constant(graph, 1 / 6));
      case 'multiply':
        return mul(activation(layer.inputs[0]), activation(layer.inputs[1]));
      case 'pool':
        return graph.node('GlobalAveragePool', [activation(layer.input)], [batch, layer.channels, 1, 1], {
          name: layer.name,
        });
      case 'classifier': {
        const answers = heads * classes;
        const weights = form.weights(graph, layer.name, [answers, architecture.features, 1, 1]);
        return graph.node('Conv', [activation(layer.input), ...weights], [batch, answers, 1, 1], {
          name: 'classifier',
        });
      }
      case 'softmax': {
        const logits = activation(layer.input);
        return heads > 1 ? softmax(reshape(logits, [batch, heads, classes]), 2) : softmax(logits, 1);
      }
    }
  };
  let last = [...computed.values()][0];
  for (const layer of layersOf(architecture)) {
    if (heads === 0 && layer.kind === 'classifier') break;
    last = form.activation(compute(layer), layer.name);
    computed.set(layer.name, last);
    if (activations.includes(layer.name)) graph.output(activationOutput(layer.name), last);
  }
  graph.output(heads === 0 ? 'features' : PROBABILITIES, last);
  return graph.encode(form.opset, [], metadata);
}

function convolution(x: Tensor, conv: ConvLayer, form: GraphForm): Tensor {
  const graph = x.graph;
  const depthwise = conv.kind === 'depthwise';
  const side = conv.kernelSide;
  const { outSide, begin, end } = samePadding(conv.side, side, conv.stride);
  const inside = begin === end || !form.padNodes;
  const padded = inside ? x : pad(x, [0, 0, begin, begin], [0, 0, end, end]);
  const inChannels = depthwise ? 1 : x.shape[1];
  const weights = form.weights(graph, conv.name, [conv.outChannels, inChannels, side, side]);
  const pads = inside ? [begin, begin, end, end] : [0, 0, 0, 0];
  return graph.node('Conv', [padded, ...weights], [x.shape[0], conv.outChannels, outSide, outSide], {
    name: conv.name,
    attributes: {
      kernel_shape: { ints: [side, side] },
      strides: { ints: [conv.stride, conv.stride] },
      pads: { ints: pads },
      dilations: { ints: [1, 1] },
      group: { int: depthwise ? conv.outChannels : 1 },
    },
  });
}

function observe(z: Tensor, name: string): void {
  z.graph.output(`${name}/mean`, reduceMean(z, [0, 2, 3], false));
  z.graph.output(`${name}/square`, reduceMean(mul(z, z), [0, 2, 3], false));
}
