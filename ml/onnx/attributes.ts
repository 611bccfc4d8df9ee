import type { OnnxNode } from './model.ts';

/** Anything that holds a node, so that a rule can hand on what it was given. */
interface HasNode {
  readonly node: OnnxNode;
}

/** Whole numbers of an attribute. */
export function ints({ node }: HasNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return value && 'ints' in value ? value.ints : undefined;
}

/** A whole number of an attribute, or `otherwise` where it is left out. */
export function int({ node }: HasNode, name: string, otherwise: number): number {
  const value = node.attributes[name];
  return value && 'int' in value ? value.int : otherwise;
}

/** A number of an attribute. */
export function float({ node }: HasNode, name: string): number | undefined {
  const value = node.attributes[name];
  return value && 'float' in value ? value.float : undefined;
}

/** Numbers of an attribute. */
export function floats({ node }: HasNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return value && 'floats' in value ? value.floats : undefined;
}

/** A text of an attribute, or `otherwise` where it is left out. */
export function text({ node }: HasNode, name: string, otherwise: string): string {
  const value = node.attributes[name];
  return value && 'string' in value ? value.string : otherwise;
}
