import type { OnnxGraph, OnnxNode } from '../onnx/model.ts';
import { fixedValues, isFixed, type Known } from '../onnx/shapes/known.ts';
import type { Mapping } from './snapml.ts';

/** An ONNX node with what is known around it. */
export interface NodeContext {
  readonly node: OnnxNode;
  readonly opset: number;
  /** Of each tensor by its name, as far as the file tells. */
  readonly known: ReadonlyMap<string, Known>;
  /** Names of tensors that are the same in each run. */
  readonly constants: ReadonlySet<string>;
  /** Operators that only give others their parameters. */
  readonly parameters: ReadonlySet<OnnxNode>;
}

export type Rule = (context: NodeContext) => Mapping;

/** Numbers of a small constant input, if it is one. */
export function constant({ node, known }: NodeContext, input: number): readonly number[] | undefined {
  const tensor = known.get(node.inputs[input]);
  return tensor && fixedValues(tensor);
}

/** Whether an input is given, but computed when the model runs. */
export function isComputed({ node, constants }: NodeContext, input: number): boolean {
  const name = node.inputs[input];
  return name !== undefined && name !== '' && !constants.has(name);
}

/** Shape of an input, if each side is known. */
export function shapeOf({ node, known }: NodeContext, input: number): readonly number[] | undefined {
  return fixedShape(known.get(node.inputs[input]));
}

/** Shape of the first output, if each side is known. */
export function resultShape({ node, known }: NodeContext): readonly number[] | undefined {
  return fixedShape(known.get(node.outputs[0]));
}

function fixedShape(tensor: Known | undefined): readonly number[] | undefined {
  return tensor && isFixed(tensor.shape) ? tensor.shape : undefined;
}

/** Axes counted from the front; a negative one stays as it is where the first input's number of sides is unknown. */
export function fromFront({ node, known }: NodeContext, axis: number): number {
  return axis < 0 ? axis + (known.get(node.inputs[0])?.shape?.length ?? 0) : axis;
}

/** Operators whose answer is another one in each run. */
const RANDOM: readonly string[] = [
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
];

/** Inputs that tell an operator what to do, by their places: weights, bounds, axes and shapes. */
const PARAMETERS: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    BatchNormalization: [1, 2, 3, 4],
    Clip: [1, 2],
    ConstantOfShape: [0],
    Conv: [1, 2],
    ConvTranspose: [1, 2],
    Dropout: [1, 2],
    Expand: [1],
    GRU: [1, 2, 3, 4, 5],
    Gather: [1],
    Gemm: [1, 2],
    InstanceNormalization: [1, 2],
    LSTM: [1, 2, 3, 4, 5, 6, 7],
    MatMul: [1],
    PRelu: [1],
    Pad: [1, 2, 3],
    Pow: [1],
    RNN: [1, 2, 3, 4, 5],
    Reshape: [1],
    Resize: [1, 2, 3],
    Slice: [1, 2, 3, 4],
    Split: [1],
    Squeeze: [1],
    Tile: [1],
    TopK: [1],
    Unsqueeze: [1],
    Upsample: [1],
  }),
);
const isReduction = (opType: string) => opType.startsWith('Reduce');

/** What of a network is the same in each run. */
export interface Constants {
  /** Names of tensors. */
  readonly names: ReadonlySet<string>;
  /** Operators that only give others their parameters, so that they need be no layers. */
  readonly parameters: ReadonlySet<OnnxNode>;
}

/** @param known of each tensor by its name: shapes of a fixed size are constant, whatever their map is. */
export function constantsOf({ initializers, nodes, outputs }: OnnxGraph, known: ReadonlyMap<string, Known>): Constants {
  const names = new Set(initializers.map(({ name }) => name));
  for (const node of nodes) {
    const given = node.inputs.filter((name) => name !== '');
    const fromConstants =
      given.every((name) => names.has(name)) &&
      (given.length > 0 || node.opType === 'Constant') &&
      !RANDOM.includes(node.opType);
    for (const name of node.outputs) {
      const tensor = known.get(name);
      if (fromConstants || (tensor && fixedValues(tensor))) names.add(name);
    }
  }
  // From the end, since it is the last user that tells what a number is for.
  const read = new Set(outputs.map(({ name }) => name));
  const parameters = new Set<OnnxNode>();
  for (const node of nodes.toReversed()) {
    const used = node.outputs.filter((name) => name !== '');
    if (used.every((name) => names.has(name) && !read.has(name))) parameters.add(node);
    else {
      for (const [place, name] of node.inputs.entries()) {
        const isParameter = isReduction(node.opType) ? place === 1 : PARAMETERS.get(node.opType)?.includes(place);
        if (!isParameter) read.add(name);
      }
    }
  }
  return { names, parameters };
}
