import { error, note, type Problem, warning } from './finding.ts';
import { CONSTANT_OPERAND, type EltwiseConditions, operandProblems, reductionOver } from './layer-rules.ts';
import type { Layer } from './snapml.ts';
import {
  activationProblems,
  axesOf,
  channelsFirst,
  inputOf,
  integersOf,
  isGiven,
  type TfliteContext,
  type TfliteRule,
} from './tflite-context.ts';

export const eltwise =
  (layer: Layer, conditions: EltwiseConditions = {}): TfliteRule =>
  (context) => {
    const { inputs } = context.operator;
    const shown = inputs.flatMap((tensor) => (tensor ? [tensor.shape] : []));
    const problems = activationProblems(context);
    if (inputs.some((_, input) => isGiven(context, input))) problems.push(CONSTANT_OPERAND);
    problems.push(...operandProblems(shown.map(channelsFirst), shown, '[1, 1, 1, C]', conditions));
    return { layer, problems };
  };

export const mean: TfliteRule = (context) => {
  const rank = inputOf(context, 0)?.shape.length ?? 0;
  const axes = axesIn(context);
  if (!axes) return { layer: 'ReduceMean', problems: [computedAxes] };
  const overPlaces = rank === 4 && String(axes.toSorted()) === '2,3';
  if (!overPlaces) return reductionOver('ReduceMean', axes);
  return {
    layer: 'GlobalAvgPool',
    problems: [
      note(
        "Snap's table does not say what a MEAN becomes; if it is ReduceMean, the iPhone NPU lacks it",
        "Nothing needs to be done: Snap's own quantization notebook makes such a MEAN",
      ),
    ],
  };
};

export const softmax: TfliteRule = ({ operator: { options } }) => {
  const beta = options?.type === 'SoftmaxOptions' ? options.value.beta : 0;
  if (beta === 1) return { layer: 'Softmax' };
  const problems = [
    warning(
      `the beta is ${beta}, which SnapML's documentation does not mention`,
      'Use 1, and scale the weights before it',
    ),
  ];
  return { layer: 'Softmax', problems };
};

export const padding: TfliteRule = (context) => {
  const amounts = integersOf(inputOf(context, 1));
  if (!amounts) {
    return {
      layer: 'Padding',
      problems: [error('the amounts are computed in the graph', 'Convert a model with constant ones')],
    };
  }
  const rank = amounts.length / 2;
  if (rank !== 4 || [0, 1, 6, 7].every((i) => amounts[i] === 0)) return { layer: 'Padding' };
  const problems = [warning(`padding of more than height and width (${amounts})`, 'Pad only height and width')];
  return { layer: 'Padding', problems };
};

export const concat: TfliteRule = (context) => {
  const rank = inputOf(context, 0)?.shape.length ?? 0;
  const { options } = context.operator;
  const [axis] = axesOf([options?.type === 'ConcatenationOptions' ? options.value.axis : 0], rank);
  const problems = activationProblems(context);
  if (axis > 1) {
    problems.push(error('concatenation along height or width', 'Concatenate along the batch or the channels'));
  }
  return { layer: 'Concat', problems };
};

/** Axes of a reduction as SnapML counts them; undefined if they are computed. */
function axesIn(context: TfliteContext): number[] | undefined {
  const given = integersOf(inputOf(context, 1));
  return given && axesOf(given, inputOf(context, 0)?.shape.length ?? 0);
}

const computedAxes = error('the axes are computed in the graph', 'Convert a model with constant axes');

export const reduceMax: TfliteRule = (context) => {
  const axes = axesIn(context);
  return axes ? reductionOver('ReduceMax', axes) : { layer: 'ReduceMax', problems: [computedAxes] };
};

/** Places of the largest or smallest along the channels. */
export const winner =
  (layer: Layer): TfliteRule =>
  (context) => {
    const axes = axesIn(context);
    if (!axes) return { layer, problems: [computedAxes] };
    const rank = inputOf(context, 0)?.shape.length ?? 0;
    if (axes.every((axis) => axis === Math.min(1, rank - 1))) return { layer };
    return {
      layer,
      problems: [
        error(
          `computed along axis ${integersOf(inputOf(context, 1))}`,
          `Use the channels, the only axis that SnapML knows for ${layer}`,
        ),
      ],
    };
  };

export const resize: TfliteRule = (context) => {
  const { name, options } = context.operator;
  const from = inputOf(context, 0)?.shape ?? [];
  const to = context.operator.outputs[0]?.shape ?? [];
  const problems: Problem[] = [];
  if (from.length === 4 && to.length === 4 && to[1] * from[2] !== to[2] * from[1]) {
    const found = `the size changes from ${from[1]}×${from[2]} to ${to[1]}×${to[2]}`;
    problems.push(error(found, 'Use one factor for height and width'));
  }
  const isAligned = options !== undefined && 'alignCorners' in options.value && options.value.alignCorners;
  if (name === 'RESIZE_BILINEAR' && !isAligned) {
    const fix = 'Use align_corners=True, or nearest neighbours';
    problems.push(warning('the corners are not aligned, as Snap recommends', fix));
  }
  return { layer: 'Resize', problems };
};

/** Begins, and then sizes or ends, must be constants. */
export const slice: TfliteRule = (context) => {
  const isComputed = context.operator.inputs.some((_, input) => input > 0 && !isGiven(context, input));
  const problems = isComputed
    ? [error('the begin or size is computed in the graph', 'Convert a model that always takes the same part')]
    : [];
  return { layer: 'Slice', problems };
};

export const power: TfliteRule = (context) => ({
  layer: 'Power',
  problems: isGiven(context, 1)
    ? []
    : [error('the exponent is computed in the graph', 'Use a constant exponent, or MUL of the tensor by itself')],
});

/** Rows of a constant table, picked by computed numbers. @param table its place among the inputs. */
export const embedding =
  (table: number): TfliteRule =>
  (context) => {
    const { name } = context.operator;
    if (isGiven(context, table) && !isGiven(context, 1 - table)) return { layer: 'Embedding' };
    const found = `SnapML has no layer for ${name} of anything but rows of a constant table`;
    return { layer: null, problems: [error(found, 'Use SLICE, or take the index out of the model')] };
  };

function windowProblems(context: TfliteContext): Problem[] {
  const problems = activationProblems(context);
  const { options } = context.operator;
  if (!options || !('strideHeight' in options.value)) {
    return [error('the options are missing', 'Convert the model again; this file is damaged')];
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

const computedWeights = error('the weights are computed in the graph', 'Convert a model with constant weights');

/** Weights [out, height, width, in]; fewer channels than the input has make groups of them. */
export const convolution: TfliteRule = (context) => {
  const weights = inputOf(context, 1);
  const problems = windowProblems(context);
  if (!weights || !isGiven(context, 1)) return { layer: 'Conv', problems: [...problems, computedWeights] };
  const channels = inputOf(context, 0)?.shape[3];
  if (channels === weights.shape[3]) return { layer: 'Conv', problems };
  const found = `the input has ${channels} channels and the weights ${weights.shape[3]}: groups, which Android GPUs do not support`;
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
  if (height !== width) problems.push(error(`the kernel ${height}×${width} is not square`, 'Use a square kernel'));
  return { layer: 'ConvTranspose', problems };
};
