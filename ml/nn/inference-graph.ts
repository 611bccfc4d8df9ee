import { type Activation, type Architecture, seesImage, type Unit } from './architecture.ts';
import { convolutionsOf, type FoldedNetwork } from './folded-network.ts';
import { Graph, type Shape, type Tensor } from './graph.ts';
import { IMAGE, LANDMARKS, type Layer, LOGITS, layersOf, PROBABILITIES } from './layers.ts';
import { add, clip, concat, mul, pad, reduceMean, relu, softmax } from './ops.ts';
import { samePadding } from './padding.ts';

/** Operator set of the exported model: the one that Snap's own export code uses. */
const OPSET = 11;

/** Name of the output that gives out a map. */
export const mapOutput = (name: string) => `${name}/map`;

/** How a network is written as a graph: in floats, or with the roundings of integers. */
export interface GraphForm {
  readonly opset: number;
  /** Uneven SAME padding as a Pad of its own, not as an attribute of the convolution. */
  readonly padNodes: boolean;
  /** Kernel and bias of a unit, or of the classifier under the name `logits`, as constants. */
  weights(graph: Graph, name: string, kernelShape: Shape): readonly [kernel: Tensor, bias: Tensor];
  /** A number as the operand of an operator, [1, 1, 1, 1]. */
  constant(graph: Graph, value: number): Tensor;
  /** A map as the next layers see it. */
  map(x: Tensor, name: string): Tensor;
  /** The ReLU6 or ReLU that gives a map; a form whose maps clip by themselves leaves it out. */
  clip(x: Tensor, activation: Activation, name: string): Tensor;
}

interface GraphOptions {
  /** Images of one run. */
  readonly batch: number;
  /** Maps to give out besides the probabilities, of `innerMapsOf`. */
  readonly maps?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

interface InferenceOptions extends GraphOptions {
  /** The classifier to build; none builds the graph up to the features of the image. */
  readonly head?: string;
  /** Adds the outputs `UNIT/mean` and `UNIT/square`: mean and mean square before the activation, of units with batch norm. */
  readonly observe?: boolean;
}

/**
 * The network as an ONNX file of Pad, Conv, Clip, Relu, Add, Mul, Concat, GlobalAveragePool and Softmax alone.
 *
 * Inputs `image` [batch, 3, S, S] with values in [−1, 1] and `landmarks` [batch, 136, 1, 1] of a network that sees them;
 * output `prob` [batch, K, 1, 1]. Uneven SAME padding is a Pad of its own, and dense layers are 1×1 convolutions, so that
 * no Flatten or Reshape is needed.
 * @throws Error if the network has no such head.
 */
export function buildInferenceGraph(network: FoldedNetwork, options: InferenceOptions): Uint8Array {
  const { head, observe: observed, ...rest } = options;
  const convolutions = head === undefined ? network.units : convolutionsOf(network, head);
  const form: GraphForm = {
    opset: OPSET,
    padNodes: true,
    weights: (graph, name, shape) => {
      const folded = convolutions.get(name);
      if (!folded) throw new Error(`the network has no unit ${name}`);
      const { kernel, bias } = folded;
      const of = name === LOGITS ? 'classifier' : name;
      return [graph.constant(kernel, shape, `${of}/kernel`), graph.constant(bias, [shape[0]], `${of}/bias`)];
    },
    constant: (graph, value) => graph.constant([value], [1, 1, 1, 1]),
    map: (x) => x,
    clip: (x, activation) => {
      if (activation === 'relu6') return clip(x, 0, 6);
      return activation === 'relu' ? relu(x) : x;
    },
  };
  return buildGraph(network.architecture, head === undefined ? 0 : network.classes, form, rest, observed);
}

/**
 * A network in any form, with the inputs and output of {@link buildInferenceGraph}.
 * @param classes 0 builds the graph up to the features of the image, its output `features`.
 */
export function buildGraph(
  network: Architecture,
  classes: number,
  form: GraphForm,
  { batch, maps = [], metadata }: GraphOptions,
  observed = false,
): Uint8Array {
  const graph = new Graph();
  const architecture = classes === 0 ? { ...network, landmarks: undefined } : network;
  const computed = new Map<string, Tensor>();
  const input = (name: string, shape: Shape) => computed.set(name, form.map(graph.input(name, shape), name));
  if (seesImage(architecture)) input(IMAGE, [batch, 3, architecture.size, architecture.size]);
  if (architecture.landmarks) input(LANDMARKS, [batch, architecture.landmarks.inChannels, 1, 1]);
  const map = (name: string) => computed.get(name) as Tensor;
  const compute = (layer: Layer): Tensor => {
    switch (layer.kind) {
      case 'convolution': {
        const y = convolution(map(layer.input), layer.unit, form);
        if (observed && layer.unit.norm) observe(y, layer.name);
        return form.clip(y, layer.unit.activation, layer.name);
      }
      case 'add':
        return add(map(layer.inputs[0]), map(layer.inputs[1]));
      case 'concat':
        return concat(layer.inputs.map(map), 1);
      case 'shift':
        return form.clip(add(map(layer.input), form.constant(graph, 3)), 'relu6', layer.name);
      case 'sixth':
        return mul(map(layer.input), form.constant(graph, 1 / 6));
      case 'multiply':
        return mul(map(layer.inputs[0]), map(layer.inputs[1]));
      case 'pool':
        return graph.node('GlobalAveragePool', [map(layer.input)], [batch, layer.channels, 1, 1], {
          name: layer.name,
        });
      case 'classifier': {
        const weights = form.weights(graph, layer.name, [classes, architecture.features, 1, 1]);
        return graph.node('Conv', [map(layer.input), ...weights], [batch, classes, 1, 1], { name: 'classifier' });
      }
      case 'softmax':
        return softmax(map(layer.input), 1);
    }
  };
  let last = [...computed.values()][0];
  for (const layer of layersOf(architecture)) {
    if (classes === 0 && layer.kind === 'classifier') break;
    last = form.map(compute(layer), layer.name);
    computed.set(layer.name, last);
    if (maps.includes(layer.name)) graph.output(mapOutput(layer.name), last);
  }
  graph.output(classes === 0 ? 'features' : PROBABILITIES, last);
  return graph.encode(form.opset, [], metadata);
}

function convolution(x: Tensor, unit: Unit, form: GraphForm): Tensor {
  const graph = x.graph;
  const depthwise = unit.kind === 'depthwise';
  const side = unit.kernelSide;
  const { outSide, begin, end } = samePadding(unit.side, side, unit.stride);
  const inside = begin === end || !form.padNodes;
  const padded = inside ? x : pad(x, [0, 0, begin, begin], [0, 0, end, end]);
  const inChannels = depthwise ? 1 : x.shape[1];
  const weights = form.weights(graph, unit.name, [unit.outChannels, inChannels, side, side]);
  const pads = inside ? [begin, begin, end, end] : [0, 0, 0, 0];
  return graph.node('Conv', [padded, ...weights], [x.shape[0], unit.outChannels, outSide, outSide], {
    name: unit.name,
    attributes: {
      kernel_shape: { ints: [side, side] },
      strides: { ints: [unit.stride, unit.stride] },
      pads: { ints: pads },
      dilations: { ints: [1, 1] },
      group: { int: depthwise ? unit.outChannels : 1 },
    },
  });
}

function observe(z: Tensor, name: string): void {
  z.graph.output(`${name}/mean`, reduceMean(z, [0, 2, 3], false));
  z.graph.output(`${name}/square`, reduceMean(mul(z, z), [0, 2, 3], false));
}
