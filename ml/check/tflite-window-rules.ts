import { error, type Problem, warning } from './mapping.ts';
import type { Layer } from './snapml-layers.ts';
import { activationProblems } from './tflite-activation.ts';
import { inputOf, isGiven, type TfliteContext, type TfliteRule } from './tflite-context.ts';

function windowProblems(context: TfliteContext): Problem[] {
  const problems = activationProblems(context);
  const { options } = context.operator;
  if (!options || !('strideHeight' in options.value)) {
    return [error('it has no options', 'Convert the model again; this file is damaged')];
  }
  const { strideHeight, strideWidth } = options.value;
  if (strideHeight !== strideWidth) {
    problems.push(
      error(`strides ${strideHeight},${strideWidth} differ in height and width`, 'Use one stride for both'),
    );
  }
  if ('dilationHeight' in options.value && options.value.dilationHeight !== options.value.dilationWidth) {
    const { dilationHeight, dilationWidth } = options.value;
    problems.push(
      error(`dilations ${dilationHeight},${dilationWidth} differ in height and width`, 'Use one dilation for both'),
    );
  }
  return problems;
}

export const pool =
  (layer: Layer): TfliteRule =>
  (context) => ({ layer, problems: windowProblems(context) });

const computedWeights = error('its weights are computed in the graph', 'Convert a model with constant weights');

/** Weights [out, height, width, in]; fewer channels than the input has make groups of them. */
export const convolution: TfliteRule = (context) => {
  const weights = inputOf(context, 1);
  const problems = windowProblems(context);
  if (!weights || !isGiven(context, 1)) return { layer: 'Conv', problems: [...problems, computedWeights] };
  const channels = inputOf(context, 0)?.shape[3];
  if (channels === weights.shape[3]) return { layer: 'Conv', problems };
  const found = `its input has ${channels} channels and its weights ${weights.shape[3]}: groups, which Android GPUs do not run`;
  problems.push(warning(found, 'Use one group, or DEPTHWISE_CONV_2D'));
  return { layer: 'Conv', except: ['Android GPU'], problems };
};

export const depthwise: TfliteRule = (context) => {
  const problems = windowProblems(context);
  return { layer: 'Conv', problems: isGiven(context, 1) ? problems : [...problems, computedWeights] };
};

export const dense: TfliteRule = (context) => {
  const layer = isGiven(context, 1) ? 'Fully Connected' : 'Batch MatMul';
  return { layer, problems: activationProblems(context) };
};

/** Weights [out, height, width, in] between the shape of the result and the input. */
export const transposedConvolution: TfliteRule = (context) => {
  const problems = windowProblems(context);
  const [, height, width] = inputOf(context, 1)?.shape ?? [];
  if (!isGiven(context, 1)) problems.push(computedWeights);
  if (height !== width) problems.push(error(`its kernel ${height}×${width} is not square`, 'Use a square kernel'));
  return { layer: 'ConvTranspose', problems };
};
