/** What the passes share: constants, names, and who uses what. */
import { type AttributeValue, DATA_TYPE, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/model.ts';
import { opsetOf } from '../../onnx/shapes/infer.ts';

/** A rewriting of a network that leaves its answers as they are; most do nothing where there is nothing to do. */
export type Pass = (model: OnnxModel) => OnnxModel;

export const floatTensor = (name: string, dims: readonly number[], values: Float32Array): OnnxTensor => ({
  name,
  dims,
  dataType: DATA_TYPE.float,
  raw: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});

export const integerTensor = (name: string, values: readonly number[]): OnnxTensor => ({
  name,
  dims: [values.length],
  dataType: DATA_TYPE.int64,
  raw: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

/** The numbers of a constant of floats. */
export function floatsOf({ raw }: OnnxTensor): Float32Array {
  // A copy, since a view needs bytes that are aligned to four.
  return new Float32Array(raw.slice().buffer);
}

/** The same model with another graph. */
export function withGraph(model: OnnxModel, changes: Partial<OnnxModel['graph']>): OnnxModel {
  return { ...model, graph: { ...model.graph, ...changes } };
}

/** Inputs that are fed at each run: older files list constants among the inputs. */
export function fedInputs({ graph }: OnnxModel): OnnxModel['graph']['inputs'] {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  return graph.inputs.filter(({ name }) => !constants.has(name));
}

/** A graph that a pass takes apart: looks up constants and users, and collects what is added. */
export class Edit {
  readonly opset: number;
  readonly #constants: Map<string, OnnxTensor>;
  readonly #users = new Map<string, OnnxNode[]>();
  readonly #producers = new Map<string, OnnxNode>();
  readonly #names: Set<string>;
  readonly #outputs: Set<string>;
  #count = 0;

  constructor(readonly model: OnnxModel) {
    const { graph } = model;
    this.opset = opsetOf(model);
    this.#constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    this.#names = new Set([...graph.inputs.map(({ name }) => name), ...this.#constants.keys()]);
    for (const node of graph.nodes) {
      for (const name of node.inputs) this.#users.set(name, [...(this.#users.get(name) ?? []), node]);
      for (const name of node.outputs) {
        this.#producers.set(name, node);
        this.#names.add(name);
      }
    }
  }

  /** A constant of any type. */
  constant(name: string | undefined): OnnxTensor | undefined {
    return name === undefined ? undefined : this.#constants.get(name);
  }

  /** The numbers of a constant, if it is one of floats. */
  floats(name: string | undefined): { readonly dims: readonly number[]; readonly values: Float32Array } | undefined {
    const tensor = this.constant(name);
    return tensor?.dataType === DATA_TYPE.float ? { dims: tensor.dims, values: floatsOf(tensor) } : undefined;
  }

  producer(name: string): OnnxNode | undefined {
    return this.#producers.get(name);
  }

  /** The only node that reads a tensor, which is no output of the model. */
  onlyUser(name: string): OnnxNode | undefined {
    const users = this.#users.get(name) ?? [];
    return users.length === 1 && !this.#outputs.has(name) ? users[0] : undefined;
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  /** A name that nothing has. */
  fresh(prefix: string): string {
    let name: string;
    do {
      this.#count += 1;
      name = `${prefix}_${this.#count}`;
    } while (this.#names.has(name));
    this.#names.add(name);
    return name;
  }

  /** Adds a constant of floats, a single number by default; returns its name. */
  addFloats(values: Float32Array | number, dims: readonly number[] = []): string {
    const name = this.fresh('constant');
    this.#constants.set(name, floatTensor(name, dims, typeof values === 'number' ? Float32Array.of(values) : values));
    return name;
  }

  /** Adds a constant of whole numbers; returns its name. */
  addIntegers(values: readonly number[]): string {
    const name = this.fresh('constant');
    this.#constants.set(name, integerTensor(name, values));
    return name;
  }

  /**
   * The model of these nodes, without what they do not use.
   * @param replacements see {@link replaceTensors}.
   */
  finish(
    nodes: readonly OnnxNode[],
    changes: Partial<OnnxModel['graph']> = {},
    replacements: ReadonlyMap<string, string> = new Map(),
  ): OnnxModel {
    const model = withGraph(this.model, { initializers: [...this.#constants.values()], ...changes });
    return replaceTensors(model, nodes, replacements);
  }
}

/** A node of one result, named after it. */
export function nodeOf(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): OnnxNode {
  return { opType, name: output, domain: '', inputs, outputs: [output], attributes };
}

/** Leaves out nodes, constants and listed constants that no output depends on. */
export function prune(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const used = new Set(graph.outputs.map(({ name }) => name));
  const nodes: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    nodes.unshift(node);
    for (const name of node.inputs) used.add(name);
  }
  const initializers = graph.initializers.filter(({ name }) => used.has(name));
  return withGraph(model, { nodes, initializers, inputs: fedInputs(model) });
}

/**
 * Puts other tensors in place of some that are no longer computed. An output of the model keeps its name: what takes its place
 * is named so.
 * @param replacements by the former names; one may lead to another.
 * @param nodes that stay.
 */
export function replaceTensors(
  model: OnnxModel,
  nodes: readonly OnnxNode[],
  replacements: ReadonlyMap<string, string>,
): OnnxModel {
  const final = (name: string): string => {
    let at = name;
    for (let next = replacements.get(at); next !== undefined; next = replacements.get(at)) at = next;
    return at;
  };
  const computed = new Set(nodes.flatMap(({ outputs }) => outputs));
  const outputs = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const { name } of model.graph.outputs) {
    const source = final(name);
    if (source === name) continue;
    // An input or constant, or what is another output already, can only be copied.
    if (!computed.has(source) || outputs.has(source) || model.graph.outputs.some((other) => other.name === source))
      copies.push(nodeOf('Identity', [source], name));
    else outputs.set(source, name);
  }
  const renamed = (name: string) => outputs.get(final(name)) ?? final(name);
  const kept = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(renamed),
    outputs: node.outputs.map((name) => outputs.get(name) ?? name),
  }));
  return prune(
    withGraph(model, { nodes: [...kept, ...copies.map((copy) => ({ ...copy, inputs: copy.inputs.map(renamed) }))] }),
  );
}
