import type { Activation } from '../architecture.ts';
import type { Tensor } from '../graph.ts';
import { clip, mul, positive, strictlyBetween } from '../ops.ts';
import type { Tape } from '../tape.ts';

/** The range that an activation clips to. */
export type Clipping = readonly [low: 0, high: number];

/** The greatest float32, which clips nothing. */
const UNBOUNDED = 3.4028234663852886e38;

/** The activations that clip, which convolution and batch norm do in the same pass. */
export const CLIPPINGS: Partial<Record<Activation, Clipping>> = { relu6: [0, 6], relu: [0, UNBOUNDED] };

/** A clipping by itself, if there is one; its gradient is that of {@link clippingGradient}. */
export function clipped(tape: Tape, x: Tensor, clipping: Clipping | undefined): Tensor {
  if (!clipping) return x;
  const output = clip(x, ...clipping);
  return tape.record(output, [x], (dy) => [clippingGradient(dy, output, clipping)]);
}

/** The gradient before a clipping, if there is one, from the gradient after it and its output. */
export function clippingGradient(gradient: Tensor, output: Tensor, clipping: Clipping | undefined): Tensor {
  if (!clipping) return gradient;
  const [low, high] = clipping;
  return mul(gradient, high === UNBOUNDED ? positive(output) : strictlyBetween(output, low, high));
}
