import type { OnnxNode } from '../onnx/model.ts';
import { fixedValues, isFixed, type Known } from '../onnx/shapes/known.ts';
import type { Mapping } from './mapping.ts';

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
