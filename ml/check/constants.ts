import type { OnnxGraph, OnnxNode } from '../onnx/model.ts';
import { fixedValues, type Known } from '../onnx/shapes/known.ts';

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
