import { sizeOf } from '../../nn/graph.ts';
import { CONSTANT_OPERAND, error, info, type Mapping, type Problem, warning } from './mapping.ts';
import type { Layer } from './snapml-layers.ts';
import { broadcasts, reductionOver } from './tensor-rules.ts';
import {
  axesOf,
  channelsFirst,
  inputOf,
  integersOf,
  isConstant,
  type TfliteContext,
  type TfliteRule,
} from './tflite-context.ts';

const SUPPORTED_ACTIVATIONS: readonly string[] = ['NONE', 'RELU', 'RELU6'];

/** What an operator does to its result besides its own work. */
function activationProblems({ operator: { options } }: TfliteContext): Problem[] {
  if (!options || !('activation' in options.value) || SUPPORTED_ACTIVATIONS.includes(options.value.activation))
    return [];
  return [error(`its activation is ${options.value.activation}`, 'Train with ReLU or ReLU6')];
}

const plain =
  (layer: Layer): TfliteRule =>
  (context) => ({ layer, problems: activationProblems(context) });

const unsupported =
  (wayOut: string): TfliteRule =>
  ({ operator: { name } }) => ({
    layer: null,
    problems: [error(`no layer of SnapML is known for ${name}`, wayOut)],
  });

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

const pool =
  (layer: Layer): TfliteRule =>
  (context) => ({ layer, problems: windowProblems(context) });

const computedWeights = error('its weights are computed in the graph', 'Convert a model with constant weights');

/** Weights [out, height, width, in]; fewer channels than the input has make groups of them. */
const convolution: TfliteRule = (context) => {
  const weights = inputOf(context, 1);
  const problems = windowProblems(context);
  if (!isConstant(weights)) return { layer: 'Conv', problems: [...problems, computedWeights] };
  const channels = inputOf(context, 0)?.shape[3];
  if (channels === weights.shape[3]) return { layer: 'Conv', problems };
  const found = `its input has ${channels} channels and its weights ${weights.shape[3]}: groups, which Android GPUs do not run`;
  problems.push(warning(found, 'Use one group, or DEPTHWISE_CONV_2D'));
  return { layer: 'Conv', except: ['Android GPU'], problems };
};

const depthwise: TfliteRule = (context) => {
  const problems = windowProblems(context);
  return { layer: 'Conv', problems: isConstant(inputOf(context, 1)) ? problems : [...problems, computedWeights] };
};

const dense: TfliteRule = (context) => {
  const layer = isConstant(inputOf(context, 1)) ? 'Fully Connected' : 'Batch MatMul';
  return { layer, problems: activationProblems(context) };
};

const eltwise =
  (layer: Layer): TfliteRule =>
  (context) => {
    const [a, b] = [inputOf(context, 0)?.shape ?? [], inputOf(context, 1)?.shape ?? []];
    const [small, large] = sizeOf(a) < sizeOf(b) ? [a, b] : [b, a];
    const problems = activationProblems(context);
    if ([0, 1].some((i) => isConstant(inputOf(context, i)))) problems.push(CONSTANT_OPERAND);
    if (!broadcasts(channelsFirst(small), channelsFirst(large))) {
      problems.push(
        error(
          `operands [${a}] and [${b}] do not have shapes that SnapML combines`,
          'Give both the same shape, or one of [1, 1, 1, C]',
        ),
      );
    }
    return { layer, problems };
  };

const mean: TfliteRule = (context) => {
  const rank = inputOf(context, 0)?.shape.length ?? 0;
  const given = integersOf(inputOf(context, 1));
  if (!given) {
    const problems = [error('its axes are computed in the graph', 'Convert a model with constant axes')];
    return { layer: 'ReduceMean', problems };
  }
  const axes = axesOf(given, rank);
  const overPlaces = rank === 4 && String(axes.toSorted()) === '2,3';
  const { options } = context.operator;
  const keepsDims = options?.type === 'ReducerOptions' && options.value.keepDims;
  if (!overPlaces || !keepsDims) return reductionOver('ReduceMean', axes);
  return {
    layer: 'GlobalAvgPool',
    problems: [
      info(
        "Snap's table does not say what a MEAN becomes; if it is ReduceMean, the iPhone NPU lacks it",
        'Nothing need be done; AVERAGE_POOL_2D over the whole map is the same',
      ),
    ],
  };
};

const softmax: TfliteRule = ({ operator: { options } }) => {
  const beta = options?.type === 'SoftmaxOptions' ? options.value.beta : 0;
  if (beta === 1) return { layer: 'Softmax' };
  const problems = [
    warning(`its beta is ${beta}, and SnapML documents none`, 'Use 1, and scale the weights before it'),
  ];
  return { layer: 'Softmax', problems };
};

const padding: TfliteRule = (context) => {
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

const concat: TfliteRule = (context) => {
  const rank = inputOf(context, 0)?.shape.length ?? 0;
  const { options } = context.operator;
  const [axis] = axesOf([options?.type === 'ConcatenationOptions' ? options.value.axis : 0], rank);
  const problems = activationProblems(context);
  if (axis > 1) {
    problems.push(error('it joins along height or width', 'SnapML joins along the batch or the channels alone'));
  }
  return { layer: 'Concat', problems };
};

/** A change of number format is no layer: it belongs to what feeds the network or reads its answer. */
const edge: TfliteRule = ({ operator, model }) => {
  const atInput = operator.inputs.some((tensor) => tensor && model.inputs.includes(tensor));
  const atOutput = operator.outputs.some((tensor) => tensor && model.outputs.includes(tensor));
  if (atInput || atOutput) return { layer: 'Linear' };
  const found = `${operator.name} inside of the network is no layer of SnapML`;
  return { layer: null, problems: [error(found, 'Convert the whole network in one number format, int8 or float32')] };
};

/** What each TensorFlow Lite operator becomes in SnapML. */
const RULES: Readonly<Record<string, TfliteRule>> = {
  ADD: eltwise('Eltwise Add'),
  AVERAGE_POOL_2D: pool('AvgPool'),
  CONCATENATION: concat,
  CONV_2D: convolution,
  CUSTOM: unsupported('Convert with builtin operators alone, without custom ones or those of TensorFlow'),
  DEPTHWISE_CONV_2D: depthwise,
  DEQUANTIZE: edge,
  FULLY_CONNECTED: dense,
  HARD_SWISH: unsupported('Write it as x * ReLU6(x + 3) / 6, or train with ReLU as in the minimalistic MobileNetV3'),
  LOGISTIC: plain('Sigmoid'),
  MAX_POOL_2D: pool('MaxPool'),
  MEAN: mean,
  MUL: eltwise('Eltwise Mul'),
  PAD: padding,
  QUANTIZE: edge,
  RELU: plain('ReLU'),
  RELU6: plain('ReLU6'),
  RESHAPE: plain('Reshape'),
  SOFTMAX: softmax,
  SQUEEZE: plain('Reshape'),
};

/** The SnapML layer of an operator, where it does not run, and what is wrong with it. */
export function mapTfliteOperator(context: TfliteContext): Mapping {
  const { name, inputs, outputs } = context.operator;
  if (!inputs[0] || !outputs[0]) {
    return { layer: null, problems: [error('it has no input or no output', 'Convert the model again')] };
  }
  const rule =
    RULES[name] ?? unsupported("Replace it by layers of Snap's compatibility table, or export the model as ONNX");
  return rule(context);
}
