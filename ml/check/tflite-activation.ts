import { error, type Problem } from './mapping.ts';
import type { Layer } from './snapml-layers.ts';
import type { TfliteContext, TfliteRule } from './tflite-context.ts';

const SUPPORTED_ACTIVATIONS: readonly string[] = ['NONE', 'RELU', 'RELU6'];

/** What an operator does to its result besides its own work. */
export function activationProblems({ operator: { options } }: TfliteContext): Problem[] {
  if (!options || !('activation' in options.value) || SUPPORTED_ACTIVATIONS.includes(options.value.activation))
    return [];
  return [error(`its activation is ${options.value.activation}`, 'Train with ReLU or ReLU6')];
}

/** A layer without conditions of its own. */
export const plain =
  (layer: Layer): TfliteRule =>
  (context) => ({ layer, problems: activationProblems(context) });
