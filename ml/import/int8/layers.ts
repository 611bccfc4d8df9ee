import { UserError } from '../../core/errors.ts';
import type { OnnxModel, OnnxNode } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { fixedValues, isFixed, knownOf } from '../../onnx/shapes/known.ts';
import { float, int, ints } from '../../onnx/values.ts';
import { Edit } from '../passes/edit.ts';
import { isSides, type Sides } from '../passes/view.ts';

/** What a layer does to its result at the end. */
export type Fused = 'NONE' | 'RELU' | 'RELU6';

/** A convolution, depthwise where each channel has outputs of its own. */
export interface Convolution {
  readonly kind: 'convolution';
  readonly depthwise: boolean;
  /** [O, I, H, W]; depthwise [O, 1, H, W]. */
  readonly kernel: { readonly dims: readonly number[]; readonly values: Float32Array };
  readonly bias: Float32Array;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros at the top, the left, the bottom and the right. */
  readonly pads: readonly number[];
}

/** A layer that has a form in 8-bit integers; images have the channels first. */
export type Int8Layer = (
  | Convolution
  | { readonly kind: 'ADD' | 'MUL' }
  | { readonly kind: 'PAD'; readonly pads: readonly number[] }
  | {
      readonly kind: 'MAX_POOL_2D' | 'AVERAGE_POOL_2D';
      readonly size: readonly number[];
      readonly strides: readonly number[];
      readonly pads: readonly number[];
    }
  | { readonly kind: 'MEAN' | 'CONCATENATION' | 'LOGISTIC' | 'TANH' | 'SOFTMAX' | 'RELU' | 'RELU6' }
  | { readonly kind: 'LEAKY_RELU'; readonly alpha: number }
) & { readonly inputs: readonly string[]; readonly output: string; readonly fused: Fused };

/** A network of layers that have forms in 8-bit integers. */
export interface Int8Network {
  readonly layers: readonly Int8Layer[];
  /** Of each image by its name. */
  readonly sides: ReadonlyMap<string, Sides>;
  readonly input: string;
  readonly output: string;
}

type Described = Int8Layer extends infer Layer
  ? Layer extends Int8Layer
    ? Omit<Layer, 'inputs' | 'output' | 'fused'> & { inputs: readonly string[] }
    : never
  : never;

/** Layers that can clip their result themselves. */
const FUSING: readonly string[] = ['convolution', 'ADD', 'MUL'];

/**
 * The layers of a network in ONNX, ReLU and ReLU6 as a part of the layer before. What is done to each channel becomes a depthwise
 * convolution of 1×1, which has a scale for each.
 * @param model with the channels first, in operator set 11.
 * @throws UserError if a layer has no form in 8-bit integers, naming it.
 */
export function int8Layers(model: OnnxModel): Int8Network {
  const edit = new Edit(model);
  const known = inferShapes(model);
  const sidesOf = (name: string): Sides => {
    const shape = known.get(name)?.shape ?? null;
    if (isFixed(shape) && isSides(shape)) return shape;
    throw new UserError(`the tensor ${name} [${shape}] has no form in 8-bit integers; expected images of batch 1`);
  };
  const layers: Int8Layer[] = [];
  for (const node of model.graph.nodes) {
    const clip = clipOf(node, edit);
    const before = layers.find(({ output }) => output === node.inputs[0]);
    const [output] = node.outputs;
    if (clip && before && before.fused === 'NONE' && FUSING.includes(before.kind) && edit.onlyUser(before.output)) {
      layers[layers.indexOf(before)] = { ...before, output, fused: clip };
      continue;
    }
    const described = clip ? { kind: clip, inputs: [node.inputs[0]] } : describe(node, edit, sidesOf);
    layers.push({ ...described, output, fused: 'NONE' } as Int8Layer);
  }
  const names = [model.graph.inputs[0].name, ...layers.flatMap(({ inputs, output }) => [...inputs, output])];
  const [{ name: input }] = model.graph.inputs;
  return {
    layers,
    sides: new Map(names.map((name) => [name, sidesOf(name)])),
    input,
    output: model.graph.outputs[0].name,
  };
}

/** ReLU and ReLU6. */
function clipOf(node: OnnxNode, edit: Edit): 'RELU' | 'RELU6' | undefined {
  if (node.opType === 'Relu') return 'RELU';
  const [low, high] = [1, 2].map((place) => edit.floats(node.inputs[place])?.values[0]);
  return node.opType === 'Clip' && low === 0 && high === 6 ? 'RELU6' : undefined;
}

const NO_PADS = [0, 0, 0, 0];

function describe(node: OnnxNode, edit: Edit, sidesOf: (name: string) => Sides): Described {
  const { inputs, outputs, opType } = node;
  const [x] = inputs;
  const window = () => ({ strides: ints({ node }, 'strides') ?? [1, 1], pads: ints({ node }, 'pads') ?? NO_PADS });
  const refuse = (found: string) => new UserError(`${opType} ${node.name || outputs[0]} ${found}`);
  switch (opType) {
    case 'Conv': {
      const kernel = edit.floats(inputs[1]);
      const group = int({ node }, 'group', 1);
      const channels = sidesOf(x)[1];
      if (!kernel || (group !== 1 && group !== channels))
        throw refuse(`of ${group} groups has no form in 8-bit integers`);
      const bias = (inputs[2] && edit.floats(inputs[2])?.values) || new Float32Array(kernel.dims[0]);
      const dilations = ints({ node }, 'dilations') ?? [1, 1];
      return { kind: 'convolution', depthwise: group > 1, kernel, bias, ...window(), dilations, inputs: [x] };
    }
    case 'BatchNormalization': {
      const [scale, shift, mean, variance] = inputs
        .slice(1)
        .map((name) => edit.floats(name)?.values ?? new Float32Array());
      const epsilon = float({ node }, 'epsilon') ?? 1e-5;
      const factors = scale.map((value, c) => value / Math.sqrt(variance[c] + epsilon));
      return perChannel(
        x,
        factors,
        factors.map((factor, c) => shift[c] - mean[c] * factor),
      );
    }
    case 'Mul':
    case 'Add': {
      const place = inputs.findIndex((name) => edit.constant(name));
      if (place < 0) return { kind: opType === 'Add' ? 'ADD' : 'MUL', inputs };
      const other = inputs[1 - place];
      const channels = sidesOf(other)[1];
      const constant = edit.floats(inputs[place]);
      const fits =
        constant &&
        (constant.values.length === 1 || (constant.values.length === channels && constant.dims[1] === channels));
      if (!fits) throw refuse('has a constant for each place, which has no form in 8-bit integers here');
      const values = Float32Array.from(
        { length: channels },
        (_, c) => constant.values[constant.values.length === 1 ? 0 : c],
      );
      return opType === 'Mul'
        ? perChannel(other, values, new Float32Array(channels))
        : perChannel(other, new Float32Array(channels).fill(1), values);
    }
    case 'MaxPool':
    case 'AveragePool': {
      const kind = opType === 'MaxPool' ? 'MAX_POOL_2D' : 'AVERAGE_POOL_2D';
      if (int({ node }, 'ceil_mode', 0) || int({ node }, 'count_include_pad', 0))
        throw refuse('rounds up or counts padding, which TensorFlow Lite does not');
      return { kind, size: ints({ node }, 'kernel_shape') ?? [1, 1], ...window(), inputs };
    }
    case 'ReduceMax':
      if (String(ints({ node }, 'axes')) !== '2,3') throw refuse('is not over height and width');
      return { kind: 'MAX_POOL_2D', size: sidesOf(x).slice(2), strides: [1, 1], pads: NO_PADS, inputs: [x] };
    case 'Pad': {
      const tensor = edit.constant(inputs[1]);
      const amounts = (tensor && fixedValues(knownOf(tensor))) ?? [];
      const [top, left, bottom, right] = [2, 3, 6, 7].map((at) => amounts[at]);
      const isPlain = [0, 1, 4, 5].every((at) => amounts[at] === 0) && !inputs[2];
      if (!isPlain) throw refuse('pads with other numbers than 0, or the channels');
      return { kind: 'PAD', pads: [top, left, bottom, right], inputs: [x] };
    }
    case 'GlobalAveragePool':
      return { kind: 'MEAN', inputs };
    case 'Concat':
      if (int({ node }, 'axis', 1) !== 1) throw refuse('is not along the channels');
      return { kind: 'CONCATENATION', inputs };
    case 'Sigmoid':
      return { kind: 'LOGISTIC', inputs };
    case 'Tanh':
      return { kind: 'TANH', inputs };
    case 'Softmax':
      return { kind: 'SOFTMAX', inputs };
    case 'LeakyRelu':
      return { kind: 'LEAKY_RELU', alpha: float({ node }, 'alpha') ?? 0.01, inputs };
    default:
      throw refuse('has no form in 8-bit integers');
  }
}

function perChannel(x: string, scale: Float32Array, shift: Float32Array): Described {
  const kernel = { dims: [scale.length, 1, 1, 1], values: scale };
  return {
    kind: 'convolution',
    depthwise: true,
    kernel,
    bias: shift,
    strides: [1, 1],
    dilations: [1, 1],
    pads: NO_PADS,
    inputs: [x],
  };
}
