import type { Tensor } from './graph.ts';
import { add } from './ops.ts';

/** Gradients for the inputs of an operator, in their order; null where none is wanted. */
export type GradientRule = (outputGradient: Tensor) => readonly (Tensor | null)[];

/**
 * Reverse-mode differentiation at build time: each operator records its result, its inputs and its gradient rule;
 * {@link backward} then appends the nodes of the gradient to the same graph.
 */
export class Tape {
  readonly #records: { output: Tensor; inputs: readonly Tensor[]; rule: GradientRule }[] = [];
  readonly #sources = new Set<string>();

  /** Declares a tensor whose gradient is wanted, such as a parameter. */
  source(tensor: Tensor): void {
    this.#sources.add(tensor.name);
  }

  /** True if the gradient of this tensor is needed on the way to a source. */
  needs(tensor: Tensor): boolean {
    return this.#sources.has(tensor.name);
  }

  /** Records an operator and returns its output. */
  record(output: Tensor, inputs: readonly Tensor[], rule: GradientRule): Tensor {
    if (inputs.some((input) => this.needs(input))) {
      this.#sources.add(output.name);
      this.#records.push({ output, inputs, rule });
    }
    return output;
  }

  /**
   * Appends the gradient's nodes.
   * @param seeds gradient of the loss by each of these tensors.
   * @returns looks up the gradient of a recorded or source tensor.
   */
  backward(seeds: readonly (readonly [Tensor, Tensor])[]): (tensor: Tensor) => Tensor {
    const gradients = new Map<string, Tensor>();
    const accumulate = (tensor: Tensor, gradient: Tensor) => {
      const sum = gradients.get(tensor.name);
      gradients.set(tensor.name, sum ? add(sum, gradient) : gradient);
    };
    for (const [tensor, gradient] of seeds) accumulate(tensor, gradient);
    for (const { output, inputs, rule } of this.#records.toReversed()) {
      const gradient = gradients.get(output.name);
      if (!gradient) continue;
      rule(gradient).forEach((inputGradient, i) => {
        if (inputGradient) accumulate(inputs[i], inputGradient);
      });
    }
    return (tensor) => {
      const gradient = gradients.get(tensor.name);
      if (!gradient) throw new Error(`the loss does not depend on ${tensor.name}`);
      return gradient;
    };
  }
}
