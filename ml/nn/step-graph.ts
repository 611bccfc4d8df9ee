import { type Architecture, seesImage } from './architecture.ts';
import { Graph, type Shape, sizeOf, type Tensor } from './graph.ts';
import { IMAGE, LANDMARKS } from './layers.ts';
import { BLOCKED_DOMAIN, type Layout } from './layout.ts';
import { softmaxCrossEntropy } from './operators/softmax-cross-entropy.ts';
import { concat, mul, reshape, split } from './ops.ts';
import type { FlatVector } from './parameters.ts';
import { Tape } from './tape.ts';

/** One training step without its optimizer, forward and backward, as the engine runs it. */
export interface TrainingGraph {
  readonly bytes: Uint8Array;
  readonly parameters: FlatVector;
  readonly statistics: FlatVector;
  /**
   * Shape of each input. `image` holds grey values in [−1, 1], `landmarks` the normalised ones of each face as a column;
   * `targets/HEAD` probabilities.
   */
  readonly inputs: Readonly<Record<string, Shape>>;
}

/**
 * The frame of every training graph: its inputs, the flat vectors cut into tensors, and at the end the losses with one
 * flat gradient.
 *
 * Inputs: `parameters` (flat), `image` (the layout's five axes, one grey channel) and `landmarks` [136, N] of a network
 * that sees them, `mask` of the dropout [features, N], and `targets/HEAD` [classes, N] of each head. Outputs: `loss` of each head [heads] and `gradient` (flat) of their mean.
 */
export class StepGraph {
  readonly tape = new Tape();
  readonly #graph = new Graph();
  readonly #inputs: Readonly<Record<string, Shape>>;
  readonly #fed: Readonly<Record<string, Tensor>>;
  readonly #parameters: ReadonlyMap<string, Tensor>;

  constructor(
    readonly layout: Layout,
    readonly vector: FlatVector,
    sizes: {
      readonly architecture: Architecture;
      readonly heads: readonly string[];
      readonly classes: number;
    },
    others: Readonly<Record<string, Shape>> = {},
  ) {
    const { architecture, heads, classes } = sizes;
    this.#inputs = {
      parameters: [vector.size],
      ...(seesImage(architecture) && { [IMAGE]: layout.axes(1, architecture.size) }),
      mask: [architecture.features, layout.batch],
      ...Object.fromEntries(heads.map((head) => [`targets/${head}`, [classes, layout.batch]])),
      ...(architecture.landmarks && { [LANDMARKS]: [architecture.landmarks.inChannels, layout.batch] }),
      ...others,
    };
    const declared = Object.entries(this.#inputs).map(([name, shape]) => [name, this.#graph.input(name, shape)]);
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

  /**
   * Ends the graph.
   * @param logits of each head, [classes, N].
   * @param statistics tensors that make up the output `statistics`; none leaves it out.
   */
  finish(
    logits: Readonly<Record<string, Tensor>>,
    vector: FlatVector,
    statistics: readonly Tensor[] = [],
  ): TrainingGraph {
    const heads = Object.entries(logits);
    const results = heads.map(([head, values]) => softmaxCrossEntropy(values, this.#fed[`targets/${head}`]));
    const gradientOf = this.tape.backward(
      heads.map(([, values], i) => [values, mul(results[i].gradient, 1 / heads.length)]),
    );
    this.#graph.output('loss', flatten(results.map(({ loss }) => loss)));
    this.#graph.output('gradient', flatten([...this.#parameters.values()].map(gradientOf)));
    if (statistics.length > 0) this.#graph.output('statistics', flatten(statistics));
    for (const [head, values] of heads) this.#graph.output(`logits/${head}`, values);
    const domains = this.layout.blocked ? ['com.microsoft', BLOCKED_DOMAIN] : [];
    return {
      bytes: this.#graph.encode(17, domains),
      parameters: this.vector,
      statistics: vector,
      inputs: this.#inputs,
    };
  }
}

/** The pieces of a flat vector, each in its shape. */
export function unpack(flat: Tensor, { pieces }: FlatVector): ReadonlyMap<string, Tensor> {
  const parts = split(
    flat,
    pieces.map((piece) => piece.size),
  );
  return new Map(pieces.map(({ name, shape }, i) => [name, reshape(parts[i], shape)]));
}

/** Tensors one after another as one vector. */
export function flatten(list: readonly Tensor[]): Tensor {
  return concat(
    list.map((tensor) => reshape(tensor, [sizeOf(tensor.shape)])),
    0,
  );
}
