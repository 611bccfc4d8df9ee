import { Graph, type Shape, sizeOf, type Tensor } from './graph.ts';
import { BLOCKED_DOMAIN } from './layout.ts';
import { concat, reshape, split } from './ops.ts';
import { FlatVector } from './parameters.ts';
import { Tape } from './tape.ts';

/** One training step without its optimizer, forward and backward, as the engine runs it. */
export interface TrainingGraph {
  readonly bytes: Uint8Array;
  readonly parameters: FlatVector;
  /** What each batch measures in addition to the gradient, such as the statistics of batch norm. */
  readonly statistics: FlatVector;
  /** Shape of each input. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** How many numbers the output `loss` has. */
  readonly losses: number;
}

/** How a {@link StepGraph} ends. */
export interface StepEnd {
  /** Scalars that are reported. */
  readonly losses: readonly Tensor[];
  /** The tensors that the gradient comes from, each with the derivative of what is minimized. */
  readonly gradients: readonly (readonly [tensor: Tensor, gradient: Tensor])[];
  /** Layout of the statistics; by default there are none. */
  readonly statistics?: FlatVector;
  /** Tensors that make up the output `statistics`; none leaves it out. */
  readonly batchStatistics?: readonly Tensor[];
  /** Further outputs by their names. */
  readonly outputs?: readonly (readonly [name: string, tensor: Tensor])[];
}

/**
 * The frame of every training graph: the flat `parameters` cut into tensors, the inputs of the task, and at the end the
 * outputs `loss` (one number each) and `gradient` (flat).
 */
export class StepGraph {
  readonly tape = new Tape();
  readonly graph = new Graph();
  readonly #inputs: Readonly<Record<string, Shape>>;
  readonly #fed: Readonly<Record<string, Tensor>>;
  readonly #parameters: ReadonlyMap<string, Tensor>;

  /**
   * @param inputs what the graph takes besides its parameters.
   * @param blocked whether ONNX Runtime's blocked convolutions are used.
   */
  constructor(
    readonly vector: FlatVector,
    inputs: Readonly<Record<string, Shape>>,
    readonly blocked: boolean,
  ) {
    this.#inputs = { parameters: [vector.size], ...inputs };
    const declared = Object.entries(this.#inputs).map(([name, shape]) => [name, this.graph.input(name, shape)]);
    this.#fed = Object.fromEntries(declared);
    this.#parameters = this.unpack('parameters', vector);
    for (const tensor of this.#parameters.values()) this.tape.source(tensor);
  }

  input(name: string): Tensor {
    return this.#fed[name];
  }

  parameter(name: string): Tensor {
    const tensor = this.#parameters.get(name);
    if (!tensor) throw new Error(`there is no parameter ${name}`);
    return tensor;
  }

  /** The pieces of a flat input. */
  unpack(input: string, vector: FlatVector): ReadonlyMap<string, Tensor> {
    return unpack(this.#fed[input], vector);
  }

  /** Ends the graph. */
  finish({ losses, gradients, statistics, batchStatistics = [], outputs = [] }: StepEnd): TrainingGraph {
    const gradientOf = this.tape.backward(gradients);
    this.graph.output('loss', flatten(losses));
    this.graph.output('gradient', flatten([...this.#parameters.values()].map(gradientOf)));
    if (batchStatistics.length > 0) this.graph.output('statistics', flatten(batchStatistics));
    for (const [name, values] of outputs) this.graph.output(name, values);
    const domains = this.blocked ? ['com.microsoft', BLOCKED_DOMAIN] : [];
    return {
      bytes: this.graph.encode(17, domains),
      parameters: this.vector,
      statistics: statistics ?? new FlatVector([]),
      inputs: this.#inputs,
      losses: losses.length,
    };
  }
}

/** The pieces of a flat vector, each in its shape. */
function unpack(flat: Tensor, { pieces }: FlatVector): ReadonlyMap<string, Tensor> {
  const parts = split(
    flat,
    pieces.map((piece) => piece.size),
  );
  return new Map(pieces.map(({ name, shape }, i) => [name, reshape(parts[i], shape)]));
}

/** Tensors one after another as one vector. */
function flatten(list: readonly Tensor[]): Tensor {
  return concat(
    list.map((tensor) => reshape(tensor, [sizeOf(tensor.shape)])),
    0,
  );
}
