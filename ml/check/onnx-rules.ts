import { sizeOf } from '../nn/graph.ts';
import { float, int, ints, text } from '../onnx/values.ts';
import { error, type Problem, warning } from './finding.ts';
import { CONSTANT_OPERAND, type EltwiseConditions, operandProblems, reductionOver } from './layer-rules.ts';
import { constant, fromFront, isComputed, type NodeContext, type Rule, resultShape, shapeOf } from './onnx-context.ts';
import type { Layer } from './snapml.ts';

/** Exporters write the largest float where a bound is missing. */
const UNBOUNDED = 3.4e38;

export const clip: Rule = (context) => {
  if (isComputed(context, 1) || isComputed(context, 2)) {
    return { layer: null, problems: [error('the bounds are computed in the graph', 'Use ReLU or ReLU6')] };
  }
  const low = float(context, 'min') ?? constant(context, 1)?.[0];
  const high = float(context, 'max') ?? constant(context, 2)?.[0];
  if (low === 0 && high === 6) return { layer: 'ReLU6' };
  if (low === 0 && (high === undefined || high > UNBOUNDED)) return { layer: 'ReLU' };
  return {
    layer: null,
    problems: [
      error(`the range is ${low ?? '−∞'} … ${high ?? '∞'}; SnapML only clips to 0 … 6 (ReLU6)`, 'Use ReLU or ReLU6'),
    ],
  };
};

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
  const found = `the mean of ${count} tensors; of several tensors, Snap's table only has sums`;
  return { layer, problems: [...problems, warning(found, `Use Sum, then Mul by 1/${count}`)] };
};

/** Layers that SnapML has only along the channels. */
export const alongChannels =
  (layer: Layer, defaultAxis: (opset: number) => number): Rule =>
  (context) => {
    const axis = fromFront(context, int(context, 'axis', defaultAxis(context.opset)));
    // Where the rank is unknown, the report says that such rules were not checked.
    if (axis === 1 || axis < 0) return { layer };
    return {
      layer,
      problems: [
        error(`computed along axis ${axis}`, `Use the channels (axis 1), the only axis that SnapML knows for ${layer}`),
      ],
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
        `in operator set ${context.opset}, Softmax covers channels and ${rest.join('×')} places together; in SnapML only the channels`,
        'Apply it to a single place, or expect other numbers in the lens',
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
    problems: [error(`concatenation along axis ${axis}`, 'Concatenate along the batch or the channels (axis 0 or 1)')],
  };
};

export const padding: Rule = (context) => {
  const mode = text(context, 'mode', 'constant');
  const amounts = ints(context, 'pads') ?? constant(context, 1);
  const problems: Problem[] = [];
  if (!['constant', 'reflect'].includes(mode)) problems.push(error(`the mode is ${mode}`, 'Use constant or reflect'));
  if (!amounts) problems.push(error('the pads are computed in the graph', 'Export a model with constant pads'));
  if (amounts?.some((amount, i) => amount !== 0 && i % (amounts.length / 2) < amounts.length / 2 - 2)) {
    problems.push(warning(`padding of more than height and width (${amounts})`, 'Pad only height and width'));
  }
  if (amounts?.some((amount) => amount < 0)) problems.push(error(`negative pads (${amounts}) crop`, 'Use Slice'));
  return { layer: 'Padding', problems };
};

/** Means and maxima over the batch, the channels, or height and width. */
export const reduction =
  (layer: Layer): Rule =>
  (context) => {
    if (isComputed(context, 1))
      return { layer, problems: [error('the axes are computed in the graph', 'Export a model with constant axes')] };
    const given = ints(context, 'axes') ?? constant(context, 1) ?? shapeOf(context, 0)?.map((_, i) => i) ?? [];
    return reductionOver(
      layer,
      given.map((axis) => fromFront(context, axis)),
    );
  };

export const resize: Rule = (context) => {
  const mode = text(context, 'mode', 'nearest');
  const from = shapeOf(context, 0);
  const to = resultShape(context);
  const problems: Problem[] = [];
  if (!['nearest', 'linear'].includes(mode)) problems.push(error(`the mode is ${mode}`, 'Use nearest or linear'));
  if (from?.length === 4 && to?.length === 4 && to[2] * from[3] !== to[3] * from[2]) {
    problems.push(
      error(
        `the size changes from ${from.slice(2).join('×')} to ${to.slice(2).join('×')}`,
        'Use one factor for height and width',
      ),
    );
  }
  if (mode === 'linear' && text(context, 'coordinate_transformation_mode', 'half_pixel') !== 'align_corners') {
    problems.push(
      warning('the corners are not aligned, as Snap recommends', 'Use align_corners=True, or nearest neighbours'),
    );
  }
  return { layer: 'Resize', problems };
};

/** Strides, dilations and pads, as SnapML wants them of convolutions and pools. */
function windowProblems(context: NodeContext, kernel: readonly number[]): Problem[] {
  const problems: Problem[] = [];
  const strides = ints(context, 'strides') ?? [1, 1];
  const dilations = ints(context, 'dilations') ?? [1, 1];
  const pads = ints(context, 'pads') ?? [0, 0, 0, 0];
  if (kernel.length !== 2)
    return [
      error(
        `the kernel has ${kernel.length} dimensions`,
        'Use a two-dimensional kernel, the only kind that SnapML knows',
      ),
    ];
  if (strides[0] !== strides[1])
    problems.push(error(`strides ${strides} differ in height and width`, 'Use one stride for both'));
  if (dilations[0] !== dilations[1])
    problems.push(error(`dilations ${dilations} differ in height and width`, 'Use one dilation for both'));
  if (pads.some((padding, i) => padding > kernel[i % 2])) {
    problems.push(error(`pads ${pads} are larger than the kernel ${kernel}`, 'Put a Pad node before it'));
  }
  if (pads[0] !== pads[2] || pads[1] !== pads[3]) {
    problems.push(
      warning(
        `pads ${pads} are not symmetric, which SnapML's documentation does not mention`,
        'Put a Pad node before it and set its pads to 0',
      ),
    );
  }
  const automatic = text(context, 'auto_pad', 'NOTSET');
  if (automatic.startsWith('SAME') && strides[0] > 1) {
    problems.push(
      warning(
        `auto_pad ${automatic} at stride ${strides[0]} may pad unevenly`,
        'Put a Pad node before it and set its pads to 0',
      ),
    );
  }
  return problems;
}

function kernelOf(context: NodeContext): readonly number[] {
  return ints(context, 'kernel_shape') ?? shapeOf(context, 1)?.slice(2) ?? [1, 1];
}

export const convolution: Rule = (context) => {
  const weights = shapeOf(context, 1);
  const group = int(context, 'group', 1);
  const inChannels = weights ? weights[1] * group : undefined;
  const problems = windowProblems(context, kernelOf(context));
  if (isComputed(context, 1)) {
    problems.push(error('the weights are computed in the graph', 'Export a model with constant weights'));
  }
  if (group === 1 || group === inChannels) return { layer: 'Conv', problems };
  problems.push(
    warning(
      `group ${group} is neither 1 nor depthwise, which Android GPUs do not support`,
      'Use group 1 or a depthwise convolution',
    ),
  );
  return { layer: 'Conv', except: ['Android GPU'], problems };
};

export const transposedConvolution: Rule = (context) => {
  const kernel = kernelOf(context);
  const group = int(context, 'group', 1);
  const pads = ints(context, 'pads') ?? [0, 0, 0, 0];
  const problems = windowProblems(context, kernel);
  if ((ints(context, 'dilations') ?? [1]).some((dilation) => dilation !== 1))
    problems.push(error('dilated, which SnapML does not support here', 'Use dilation 1'));
  if (kernel[0] !== kernel[1]) problems.push(error(`the kernel ${kernel} is not square`, 'Use a square kernel'));
  if (pads[0] !== pads[1]) problems.push(error(`pads ${pads} differ in height and width`, 'Use one pad for both'));
  if (group !== 1 && group !== shapeOf(context, 1)?.[0]) {
    problems.push(error(`group ${group} is neither 1 nor depthwise`, 'Use group 1 or a depthwise one'));
  }
  return { layer: 'ConvTranspose', problems };
};

export const pool =
  (layer: Layer): Rule =>
  (context) => ({ layer, problems: windowProblems(context, ints(context, 'kernel_shape') ?? [1, 1]) });
