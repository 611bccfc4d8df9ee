import { DATA_TYPE, type OnnxNode, type OnnxTensor } from '../../onnx/model.ts';
import type { Mapping } from './mapping.ts';
import type { Shapes } from './shapes.ts';

/** An ONNX node with what is known around it. */
export interface NodeContext {
  readonly node: OnnxNode;
  readonly opset: number;
  readonly shapes: Shapes;
  readonly constants: ReadonlyMap<string, OnnxTensor>;
}

export type Rule = (context: NodeContext) => Mapping;

/** Whole numbers of an attribute. */
export function ints({ node }: NodeContext, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return value && 'ints' in value ? value.ints : undefined;
}

export function int({ node }: NodeContext, name: string, otherwise: number): number {
  const value = node.attributes[name];
  return value && 'int' in value ? value.int : otherwise;
}

export function float({ node }: NodeContext, name: string): number | undefined {
  const value = node.attributes[name];
  return value && 'float' in value ? value.float : undefined;
}

export function text({ node }: NodeContext, name: string, otherwise: string): string {
  const value = node.attributes[name];
  return value && 'string' in value ? value.string : otherwise;
}

/** Numbers of a constant input, if it is one. */
export function constant({ node, constants }: NodeContext, input: number): readonly number[] | undefined {
  const tensor = constants.get(node.inputs[input]);
  return tensor && numbersOf(tensor);
}

/** Numbers of a tensor of float32 or int64. */
export function numbersOf(tensor: OnnxTensor): readonly number[] | undefined {
  const bytes = tensor.raw.slice().buffer;
  if (tensor.dataType === DATA_TYPE.float) return [...new Float32Array(bytes)];
  if (tensor.dataType === DATA_TYPE.int64) return Array.from(new BigInt64Array(bytes), Number);
  return undefined;
}

/** Whether an input is given, but computed when the model runs. */
export function isComputed({ node, constants }: NodeContext, input: number): boolean {
  const name = node.inputs[input];
  return name !== undefined && name !== '' && !constants.has(name);
}

/** Shape of an input, if it is known. */
export function shapeOf({ node, shapes }: NodeContext, input: number): readonly number[] | undefined {
  return shapes.get(node.inputs[input]);
}

/** Axes counted from the front; a negative one stays as it is where the first input's shape is unknown. */
export function fromFront(context: NodeContext, axis: number): number {
  return axis < 0 ? axis + (shapeOf(context, 0)?.length ?? 0) : axis;
}
