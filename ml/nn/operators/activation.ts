import type { Activation } from '../architecture.ts';
import type { Tensor } from '../graph.ts';
import { add, clip, hardSigmoid, mul, positive, strictlyBetween, sub } from '../ops.ts';
import type { Tape } from '../tape.ts';

/** The range that an activation clips to. */
export type Clipping = readonly [low: 0, high: number];

/** The greatest float32, which clips nothing. */
const UNBOUNDED = 3.4028234663852886e38;

/** The activations that clip, which convolution and batch norm do in the same pass. */
export const CLIPPINGS: Partial<Record<Activation, Clipping>> = { relu6: [0, 6], relu: [0, UNBOUNDED] };

/** The gradient before a clipping, if there is one, from the gradient after it and its output. */
export function clippingGradient(gradient: Tensor, output: Tensor, clipping: Clipping | undefined): Tensor {
  if (!clipping) return gradient;
  const [low, high] = clipping;
  return mul(gradient, high === UNBOUNDED ? positive(output) : strictlyBetween(output, low, high));
}

/**
 * An activation by itself.
 *
 * Gradient: of a clipping that of {@link clippingGradient}; of hard-sigmoid g = ReLU6(x + 3) / 6 (Howard et al. 2019,
 * arXiv:1905.02244, section 5.2) ∂x = ∂y / 6 where 0 < g < 1; of hard-swish x·g ∂x = ∂y·(g + x / 6) there, and ∂y·g
 * elsewhere. Since x / 6 is g − ½ there, x itself is not needed.
 */
export function activate(tape: Tape, x: Tensor, activation: Activation): Tensor {
  const clipping = CLIPPINGS[activation];
  if (clipping) {
    const output = clip(x, ...clipping);
    return tape.record(output, [x], (dy) => [clippingGradient(dy, output, clipping)]);
  }
  if (activation === 'linear') return x;
  const gate = hardSigmoid(x);
  if (activation === 'hard-sigmoid') {
    return tape.record(gate, [x], (dy) => [mul(dy, mul(strictlyBetween(gate, 0, 1), 1 / 6))]);
  }
  return tape.record(mul(x, gate), [x], (dy) => [mul(dy, add(gate, mul(sub(gate, 0.5), strictlyBetween(gate, 0, 1))))]);
}
