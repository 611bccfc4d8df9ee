import { sizeOf } from '../nn/graph.ts';
import { float, int, ints, text } from '../onnx/attributes.ts';
import { CONSTANT_OPERAND, error, type Mapping, type Problem, warning } from './mapping.ts';
import { constant, fromFront, isComputed, type Rule, resultShape, shapeOf } from './node-context.ts';
import type { Layer } from './snapml-layers.ts';

/** Exporters write the largest float where a bound is missing. */
const UNBOUNDED = 3.4e38;

export const clip: Rule = (context) => {
  if (isComputed(context, 1) || isComputed(context, 2)) {
    return { layer: null, problems: [error('its bounds are computed in the graph', 'Use ReLU or ReLU6')] };
  }
  const low = float(context, 'min') ?? constant(context, 1)?.[0];
  const high = float(context, 'max') ?? constant(context, 2)?.[0];
  if (low === 0 && high === 6) return { layer: 'ReLU6' };
  if (low === 0 && (high === undefined || high > UNBOUNDED)) return { layer: 'ReLU' };
  return {
    layer: null,
    problems: [
      error(`it clips to ${low ?? '−∞'} … ${high ?? '∞'}; SnapML clips to 0 … 6 alone (ReLU6)`, 'Use ReLU or ReLU6'),
    ],
  };
};

/**
 * Whether SnapML repeats the small operand to fill the large one: along the channels, or over height and width.
 * The axes of an image are batch, channels, height and width.
 */
function broadcasts(small: readonly number[], large: readonly number[]): boolean {
  const aligned = [...new Array<number>(Math.max(0, large.length - small.length)).fill(1), ...small];
  if (aligned.some((side, i) => side !== 1 && side !== large[i])) return false;
  const repeated = aligned.map((side, i) => side !== large[i]);
  return large.length !== 4 || repeated[2] === repeated[3] || (aligned[2] === 1 && aligned[3] === 1);
}

/** What SnapML demands of the operands of a layer, besides that their shapes go together. */
export interface EltwiseConditions {
  readonly equalShapes?: boolean;
  readonly largestFirst?: boolean;
}

/**
 * What is wrong with the operands of a sum, a product and so on; there may be many.
 * @param shapes of the operands, images with their channels second.
 * @param shown the same as the format has them.
 * @param channels how a number for each channel is shaped in the format.
 */
export function operandProblems(
  shapes: readonly (readonly number[])[],
  shown: readonly (readonly number[])[],
  channels: string,
  { equalShapes, largestFirst }: EltwiseConditions,
): Problem[] {
  const isSmaller = (a: readonly number[], b: readonly number[]) =>
    sizeOf(a) < sizeOf(b) || (sizeOf(a) === sizeOf(b) && a.length < b.length);
  const largest = shapes.reduce((large, shape) => (isSmaller(large, shape) ? shape : large), shapes[0]);
  const differs = (shape: readonly number[]) => String(shape) !== String(largest);
  if (!shapes.some(differs)) return [];
  if (equalShapes || shapes.some((shape) => differs(shape) && !broadcasts(shape, largest))) {
    const all = shown.slice(0, MOST_SHOWN).map((shape) => `[${shape}]`);
    return [
      error(
        `operands ${all.join(' and ')} do not have shapes that SnapML combines`,
        `Give ${shapes.length === 2 ? 'both' : 'all'} the same shape${equalShapes ? '' : `, or one of ${channels}`}`,
      ),
    ];
  }
  const [first] = shapes;
  if (!largestFirst || !differs(first)) return [];
  const place = shapes.indexOf(largest);
  return [
    error(
      `its first operand [${shown[0]}] is smaller than the ${PLACES[place] ?? 'last'} [${shown[place]}], and SnapML wants the largest first`,
      `Multiply the ${shapes.length === 2 ? 'second' : 'others'} by -1 and use Add`,
    ),
  ];
}

/** Operands of a sum of many that a message shows. */
const MOST_SHOWN = 4;
const PLACES = ['first', 'second', 'third'];

export const eltwise =
  (layer: Layer, conditions: EltwiseConditions = {}): Rule =>
  (context) => {
    const { inputs } = context.node;
    const shapes = inputs.map((_, input) => shapeOf(context, input)).filter((shape) => shape !== undefined);
    const isConstant = inputs.some((_, input) => !isComputed(context, input));
    const isKnown = shapes.length === inputs.length && shapes.length > 0;
    const unfit = isKnown ? operandProblems(shapes, shapes, '[1, C, 1, 1]', conditions) : [];
    return { layer, problems: [...(isConstant ? [CONSTANT_OPERAND] : []), ...unfit] };
  };

/** The mean of several tensors, number by number: their sum, and then a factor. */
export const mean: Rule = (context) => {
  const { layer, problems = [] } = eltwise('Eltwise Add')(context);
  const count = context.node.inputs.length;
  const found = `it takes the mean of ${count} tensors; Snap's table has sums of several alone`;
  return { layer, problems: [...problems, warning(found, `Use Sum, then Mul by 1/${count}`)] };
};

/** Layers that SnapML has along the channels alone. */
export const alongChannels =
  (layer: Layer, defaultAxis: (opset: number) => number): Rule =>
  (context) => {
    const axis = fromFront(context, int(context, 'axis', defaultAxis(context.opset)));
    // Where the rank is unknown, the report says that such rules were not checked.
    if (axis === 1 || axis < 0) return { layer };
    return {
      layer,
      problems: [error(`it works along axis ${axis}`, `SnapML knows ${layer} along the channels (axis 1) alone`)],
    };
  };

/** Before operator set 13, softmax went over all axes from the given one on. */
export const softmax: Rule = (context) => {
  const mapping = alongChannels('Softmax', (opset) => (opset >= 13 ? -1 : 1))(context);
  const rest = shapeOf(context, 0)?.slice(2) ?? [];
  if (mapping.problems || context.opset >= 13 || sizeOf(rest) === 1) return mapping;
  return {
    ...mapping,
    problems: [
      warning(
        `in operator set ${context.opset} it goes over channels and ${rest.join('×')} places together; SnapML's goes over the channels`,
        'Give it a tensor of one place, or expect other numbers in the lens',
      ),
    ],
  };
};

export const matrixProduct: Rule = (context) => ({
  layer: isComputed(context, 1) ? 'Batch MatMul' : 'Fully Connected',
});

export const concat: Rule = (context) => {
  const axis = fromFront(context, int(context, 'axis', 1));
  if (axis <= 1) return { layer: 'Concat' };
  return {
    layer: 'Concat',
    problems: [error(`it joins along axis ${axis}`, 'SnapML joins along the batch or the channels (axis 0 or 1)')],
  };
};

export const padding: Rule = (context) => {
  const mode = text(context, 'mode', 'constant');
  const amounts = ints(context, 'pads') ?? constant(context, 1);
  const problems: Problem[] = [];
  if (!['constant', 'reflect'].includes(mode)) problems.push(error(`its mode is ${mode}`, 'Use constant or reflect'));
  if (!amounts) problems.push(error('its amounts are computed in the graph', 'Export a model with constant pads'));
  if (amounts?.some((amount, i) => amount !== 0 && i % (amounts.length / 2) < amounts.length / 2 - 2)) {
    problems.push(warning(`it pads more than height and width (${amounts})`, 'Pad height and width alone'));
  }
  if (amounts?.some((amount) => amount < 0)) problems.push(error('it crops', 'Use Slice'));
  return { layer: 'Padding', problems };
};

/** Means and maxima over the batch, the channels, or height and width. */
export const reduction =
  (layer: Layer): Rule =>
  (context) => {
    if (isComputed(context, 1))
      return { layer, problems: [error('its axes are computed in the graph', 'Export a model with constant axes')] };
    const given = ints(context, 'axes') ?? constant(context, 1) ?? shapeOf(context, 0)?.map((_, i) => i) ?? [];
    return reductionOver(
      layer,
      given.map((axis) => fromFront(context, axis)),
    );
  };

/** @param axes of batch, channels, height and width, counted from the front. */
export function reductionOver(layer: Layer, axes: readonly number[]): Mapping {
  const sorted = axes.toSorted((a, b) => a - b);
  if (['0', '1', '2,3'].includes(String(sorted)) || sorted.length === 0 || sorted[0] < 0) return { layer };
  if (String(sorted) !== '1,2,3') {
    return {
      layer,
      problems: [
        error(`it works over axes ${sorted}`, 'SnapML knows batch, channels, or height and width (0, 1 or 2,3)'),
      ],
    };
  }
  return {
    layer,
    except: ['Android GPU'],
    problems: [
      warning(
        'it works over channels, height and width, which Android GPUs and the iPhone NPU do not run',
        'Use one over height and width, then one over the channels',
      ),
    ],
  };
}

export const resize: Rule = (context) => {
  const mode = text(context, 'mode', 'nearest');
  const from = shapeOf(context, 0);
  const to = resultShape(context);
  const problems: Problem[] = [];
  if (!['nearest', 'linear'].includes(mode)) problems.push(error(`its mode is ${mode}`, 'Use nearest or linear'));
  if (from?.length === 4 && to?.length === 4 && to[2] * from[3] !== to[3] * from[2]) {
    problems.push(
      error(
        `it goes from ${from.slice(2).join('×')} to ${to.slice(2).join('×')}`,
        'Use one factor for height and width',
      ),
    );
  }
  if (mode === 'linear' && text(context, 'coordinate_transformation_mode', 'half_pixel') !== 'align_corners') {
    problems.push(
      warning('its corners are not aligned, which Snap advises', 'Use align_corners=True, or nearest neighbours'),
    );
  }
  return { layer: 'Resize', problems };
};
