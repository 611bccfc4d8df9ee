import { CONSTANT_OPERAND, error, info, type Problem, warning } from './mapping.ts';
import type { Layer } from './snapml-layers.ts';
import { type EltwiseConditions, operandProblems, reductionOver } from './tensor-rules.ts';
import { activationProblems } from './tflite-activation.ts';
import {
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
      info(
        "Snap's table does not say what a MEAN becomes; if it is ReduceMean, the iPhone NPU lacks it",
        "Nothing need be done: Snap's own quantization notebook makes such a MEAN",
      ),
    ],
  };
};

export const softmax: TfliteRule = ({ operator: { options } }) => {
  const beta = options?.type === 'SoftmaxOptions' ? options.value.beta : 0;
  if (beta === 1) return { layer: 'Softmax' };
  const problems = [
    warning(`its beta is ${beta}, and SnapML documents none`, 'Use 1, and scale the weights before it'),
  ];
  return { layer: 'Softmax', problems };
};

export const padding: TfliteRule = (context) => {
  const amounts = integersOf(inputOf(context, 1));
  if (!amounts) {
    return {
      layer: 'Padding',
      problems: [error('its amounts are computed in the graph', 'Convert a model with constant ones')],
    };
  }
  const rank = amounts.length / 2;
  if (rank !== 4 || [0, 1, 6, 7].every((i) => amounts[i] === 0)) return { layer: 'Padding' };
  const problems = [warning(`it pads more than height and width (${amounts})`, 'Pad height and width alone')];
  return { layer: 'Padding', problems };
};

export const concat: TfliteRule = (context) => {
  const rank = inputOf(context, 0)?.shape.length ?? 0;
  const { options } = context.operator;
  const [axis] = axesOf([options?.type === 'ConcatenationOptions' ? options.value.axis : 0], rank);
  const problems = activationProblems(context);
  if (axis > 1) {
    problems.push(error('it joins along height or width', 'SnapML joins along the batch or the channels alone'));
  }
  return { layer: 'Concat', problems };
};

/** Axes of a reduction as SnapML counts them; undefined if they are computed. */
function axesIn(context: TfliteContext): number[] | undefined {
  const given = integersOf(inputOf(context, 1));
  return given && axesOf(given, inputOf(context, 0)?.shape.length ?? 0);
}

const computedAxes = error('its axes are computed in the graph', 'Convert a model with constant axes');

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
          `it works along axis ${integersOf(inputOf(context, 1))}`,
          `SnapML knows ${layer} along the channels alone`,
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
    const found = `it goes from ${from[1]}×${from[2]} to ${to[1]}×${to[2]}`;
    problems.push(error(found, 'Use one factor for height and width'));
  }
  const isAligned = options !== undefined && 'alignCorners' in options.value && options.value.alignCorners;
  if (name === 'RESIZE_BILINEAR' && !isAligned) {
    const wayOut = 'Use align_corners=True, or nearest neighbours';
    problems.push(warning('its corners are not aligned, which Snap advises', wayOut));
  }
  return { layer: 'Resize', problems };
};

/** Begins, and then sizes or ends, must be constants. */
export const slice: TfliteRule = (context) => {
  const isComputed = context.operator.inputs.some((_, input) => input > 0 && !isGiven(context, input));
  const problems = isComputed
    ? [error('its begin or size is computed in the graph', 'Convert a model that always takes the same part')]
    : [];
  return { layer: 'Slice', problems };
};

export const power: TfliteRule = (context) => ({
  layer: 'Power',
  problems: isGiven(context, 1)
    ? []
    : [error('its exponent is computed in the graph', 'Use a constant exponent, or MUL of the tensor by itself')],
});

/** Rows of a constant table, picked by computed numbers. @param table its place among the inputs. */
export const embedding =
  (table: number): TfliteRule =>
  (context) => {
    const { name } = context.operator;
    if (isGiven(context, table) && !isGiven(context, 1 - table)) return { layer: 'Embedding' };
    const found = `no layer of SnapML is known for ${name} of anything but rows of a constant table`;
    return { layer: null, problems: [error(found, 'Use SLICE, or take the index out of the model')] };
  };
