import { DATA_TYPE, type OnnxModel, type OnnxNode } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { fixedValues, isFixed, type Known } from '../../onnx/shapes/known.ts';
import { int, ints } from '../../onnx/values.ts';
import { replaceTensors } from './edit.ts';

type Knowing = (name: string | undefined) => Known | undefined;

/** Whether the first output of a node is its first input. */
const RULES: Readonly<Record<string, (node: OnnxNode, known: Knowing) => boolean>> = {
  Identity: () => true,
  Dropout: () => true,
  // Constants and inputs are made 32-bit floats, and numbers between them need no other width.
  Cast: (node, known) =>
    int({ node }, 'to', 0) === known(node.inputs[0])?.type ||
    (isFloat(int({ node }, 'to', 0)) && isFloat(known(node.inputs[0])?.type)),
  Transpose: (node) => ints({ node }, 'perm')?.every((axis, at) => axis === at) ?? false,
  Reshape: keepsShape,
  Flatten: keepsShape,
  Squeeze: keepsShape,
  Unsqueeze: keepsShape,
  Expand: keepsShape,
  Concat: ({ inputs }) => inputs.length === 1,
  Sum: ({ inputs }) => inputs.length === 1,
  Pad: (node, known) => {
    const pads = ints({ node }, 'pads') ?? fixedValues(known(node.inputs[1]) ?? { shape: null, type: 0 });
    return pads?.every((amount) => amount === 0) ?? false;
  },
};

const FLOATS: readonly (number | undefined)[] = [
  DATA_TYPE.float,
  DATA_TYPE.float16,
  DATA_TYPE.bfloat16,
  DATA_TYPE.double,
];
const isFloat = (type: number | undefined) => FLOATS.includes(type);

function keepsShape({ inputs, outputs }: OnnxNode, known: Knowing): boolean {
  const [from, to] = [known(inputs[0])?.shape ?? null, known(outputs[0])?.shape ?? null];
  return isFixed(from) && isFixed(to) && String(from) === String(to);
}

/** Leaves out nodes that have no effect in inference: Identity, Dropout, Cast between floats, layouts that stay the same. */
export function removeNoOperations(model: OnnxModel): OnnxModel {
  const shapes = inferShapes(model);
  const replacements = new Map<string, string>();
  const nodes = model.graph.nodes.filter((node) => {
    const rule = Object.hasOwn(RULES, node.opType) ? RULES[node.opType] : undefined;
    if (!rule?.(node, (name) => shapes.get(name ?? ''))) return true;
    replacements.set(node.outputs[0], node.inputs[0]);
    return false;
  });
  return replaceTensors(model, nodes, replacements);
}
