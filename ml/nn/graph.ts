import {
  type AttributeValue,
  DATA_TYPE,
  encodeModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from '../onnx/model.ts';

export type Shape = readonly number[];
/** A shape as a file declares it: a string stands for any size. */
export type DeclaredShape = readonly (number | string)[];
export type ElementType = 'float' | 'int64' | 'int32' | 'uint8' | 'bool';
type Integers = Int32Array | Uint8Array;

/** A value of a {@link Graph}: its shape is known when the graph is built, its numbers when it runs. */
export interface Tensor {
  readonly graph: Graph;
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
}

/** How many numbers a tensor of this shape holds. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1);
}

interface NodeOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
  readonly type?: ElementType;
  /** Name of the node and of its result; made up if left out. */
  readonly name?: string;
}

/** Builds one ONNX model, node by node, in the order of its computation. */
export class Graph {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #inputs: OnnxValueInfo[] = [];
  readonly #outputs: OnnxValueInfo[] = [];
  readonly #outputNames = new Map<string, string>();
  readonly #constants = new Map<string, Tensor>();
  #count = 0;

  /**
   * An input that the caller feeds at each run.
   * @param declared its shape in the file, where sizes may have names and be any; the graph is built for `shape`.
   */
  input(name: string, shape: Shape, declared: DeclaredShape = shape): Tensor {
    this.#inputs.push(valueInfo(name, declared));
    return { graph: this, name, shape, type: 'float' };
  }

  /** Marks a tensor as a result under this name; see {@link input} for its declared shape. */
  output(name: string, tensor: Tensor, declared: DeclaredShape = tensor.shape): void {
    if (this.#outputNames.has(tensor.name)) throw new Error(`${tensor.name} is an output already`);
    this.#outputNames.set(tensor.name, name);
    this.#outputs.push(valueInfo(name, declared));
  }

  /** A float constant; a number is a scalar. Equal small constants are stored once. */
  constant(
    data: Float32Array | number | readonly number[],
    shape: Shape = typeof data === 'number' ? [] : [data.length],
    name?: string,
  ): Tensor {
    const values = typeof data === 'number' ? Float32Array.of(data) : Float32Array.from(data);
    return this.#initializer(values, shape, 'float', name);
  }

  /** A constant of whole numbers, as shapes, axes and pads are given to ONNX operators. */
  integers(values: readonly number[], name?: string): Tensor {
    return this.#initializer(BigInt64Array.from(values, BigInt), [values.length], 'int64', name);
  }

  /** A constant of small integers, as quantized networks have them. */
  quantized(data: Integers, shape: Shape, name?: string): Tensor {
    return this.#initializer(data, shape, data instanceof Uint8Array ? 'uint8' : 'int32', name);
  }

  #initializer(data: Float32Array | BigInt64Array | Integers, shape: Shape, type: ElementType, name?: string): Tensor {
    if (data.length !== sizeOf(shape)) throw new Error(`${data.length} values do not fill [${shape}]`);
    const key = data.length <= 64 && name === undefined ? `${type} ${shape} ${data}` : undefined;
    const known = key !== undefined && this.#constants.get(key);
    if (known) return known;
    const tensor: Tensor = { graph: this, name: name ?? this.#fresh('constant'), shape, type };
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name: tensor.name, dims: [...shape], dataType: DATA_TYPE[type], raw });
    if (key !== undefined) this.#constants.set(key, tensor);
    return tensor;
  }

  /** Appends a node with one result. `null` stands for an optional input that is left out. */
  node(operator: string, inputs: readonly (Tensor | null)[], shape: Shape, options: NodeOptions = {}): Tensor {
    return this.nodes(operator, inputs, [shape], options)[0];
  }

  /** Appends a node with several results. */
  nodes(
    operator: string,
    inputs: readonly (Tensor | null)[],
    shapes: readonly Shape[],
    options: NodeOptions = {},
  ): Tensor[] {
    const { attributes = {}, domain = '', type = 'float' } = options;
    // At the end, an optional input is absent rather than empty, on which ONNX Runtime's WebGPU provider crashes.
    const given = inputs.slice(0, inputs.findLastIndex((tensor) => tensor !== null) + 1);
    const results = shapes.map((shape) => ({ graph: this, name: options.name ?? this.#fresh(operator), shape, type }));
    this.#nodes.push({
      opType: operator,
      name: results[0].name,
      domain,
      inputs: given.map((tensor) => tensor?.name ?? ''),
      outputs: results.map((tensor) => tensor.name),
      attributes,
    });
    return results;
  }

  #fresh(prefix: string): string {
    this.#count += 1;
    return `${prefix}_${this.#count}`;
  }

  /**
   * The ONNX file.
   * @param opset version of the standard operators.
   * @param domains further operator domains, each at version 1.
   */
  encode(opset: number, domains: readonly string[] = [], metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const renamed = (name: string) => this.#outputNames.get(name) ?? name;
    return encodeModel({
      irVersion: opset >= 15 ? 8 : 6,
      producerName: 'emotion-lens',
      producerVersion: '',
      opsets: [{ domain: '', version: opset }, ...domains.map((domain) => ({ domain, version: 1 }))],
      metadata: { ...metadata },
      graph: {
        name: 'graph',
        nodes: this.#nodes.map((node) => ({
          ...node,
          inputs: node.inputs.map(renamed),
          outputs: node.outputs.map(renamed),
        })),
        initializers: this.#initializers,
        inputs: this.#inputs,
        outputs: this.#outputs,
        valueInfo: [],
      },
    });
  }
}

function valueInfo(name: string, shape: DeclaredShape): OnnxValueInfo {
  return { name, elementType: DATA_TYPE.float, shape: [...shape] };
}
