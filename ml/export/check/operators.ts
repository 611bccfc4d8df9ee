import { DATA_TYPE, type OnnxNode, type OnnxTensor } from '../../onnx/model.ts';
import type { Finding } from './report.ts';
import type { Shapes } from './shapes.ts';
import type { Layer, Platform } from './snapml-layers.ts';

/** An ONNX node with what is known around it. */
export interface NodeContext {
  readonly node: OnnxNode;
  readonly opset: number;
  readonly shapes: Shapes;
  readonly constants: ReadonlyMap<string, OnnxTensor>;
}

type Problem = Omit<Finding, 'node'>;

/** The layer that a node becomes; `null` if SnapML has none. */
export interface Mapping {
  readonly layer: Layer | null;
  /** Platforms of the layer on which this node does not run. */
  readonly except?: readonly Platform[];
  readonly problems?: readonly Problem[];
}

type Rule = (context: NodeContext) => Mapping;

const error = (message: string, wayOut: string) => ({ severity: 'error' as const, message, wayOut });
const warning = (message: string, wayOut: string) => ({ severity: 'warning' as const, message, wayOut });

const plain =
  (layer: Layer): Rule =>
  () => ({ layer });
const unsupported =
  (wayOut: string): Rule =>
  ({ node }) => ({
    layer: null,
    problems: [error(`SnapML has no layer for ${node.opType}`, wayOut)],
  });
/** Nodes that do nothing at inference. */
const removed: Rule = ({ node }) => ({
  layer: 'Linear',
  problems: [
    warning(
      `${node.opType} does nothing here, and Lens Studio may not know it`,
      'Remove it, for example with onnx-simplifier',
    ),
  ],
});

/** Whole numbers of an attribute. */
function ints({ node }: NodeContext, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return value && 'ints' in value ? value.ints : undefined;
}
function int({ node }: NodeContext, name: string, otherwise: number): number {
  const value = node.attributes[name];
  return value && 'int' in value ? value.int : otherwise;
}
function text({ node }: NodeContext, name: string, otherwise: string): string {
  const value = node.attributes[name];
  return value && 'string' in value ? value.string : otherwise;
}

/** Numbers of a constant input, if it is one. */
function constant({ node, constants }: NodeContext, input: number): readonly number[] | undefined {
  const tensor = constants.get(node.inputs[input]);
  if (!tensor) return undefined;
  const bytes = tensor.raw.slice().buffer;
  if (tensor.dataType === DATA_TYPE.float) return [...new Float32Array(bytes)];
  if (tensor.dataType === DATA_TYPE.int64) return Array.from(new BigInt64Array(bytes), Number);
  return undefined;
}

const shapeOf = ({ node, shapes }: NodeContext, input: number) => shapes.get(node.inputs[input]);
const rankOf = (context: NodeContext) => shapeOf(context, 0)?.length;

/** Strides, dilations and pads, as SnapML wants them of convolutions and pools. */
function windowProblems(context: NodeContext, kernel: readonly number[]): Problem[] {
  const problems: Problem[] = [];
  const strides = ints(context, 'strides') ?? [1, 1];
  const dilations = ints(context, 'dilations') ?? [1, 1];
  const pads = ints(context, 'pads') ?? [0, 0, 0, 0];
  if (kernel.length !== 2)
    return [error(`its kernel has ${kernel.length} dimensions`, 'Only two-dimensional kernels are known to SnapML')];
  if (strides[0] !== strides[1])
    problems.push(error(`strides ${strides} differ in height and width`, 'Use one stride for both'));
  if (dilations[0] !== dilations[1])
    problems.push(error(`dilations ${dilations} differ in height and width`, 'Use one dilation for both'));
  if (pads.some((padding, i) => padding > kernel[i % 2])) {
    problems.push(error(`pads ${pads} are larger than the kernel ${kernel}`, 'Pad by a Pad node before it'));
  }
  if (pads[0] !== pads[2] || pads[1] !== pads[3]) {
    problems.push(
      warning(
        `pads ${pads} are not symmetric, which SnapML documents nowhere`,
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

const convolution: Rule = (context) => {
  const weights = shapeOf(context, 1);
  const kernel = ints(context, 'kernel_shape') ?? weights?.slice(2) ?? [1, 1];
  const group = int(context, 'group', 1);
  const inChannels = weights ? weights[1] * group : undefined;
  const problems = windowProblems(context, kernel);
  if (!context.constants.has(context.node.inputs[1])) {
    problems.push(error('its weights are computed in the graph', 'Export a model with constant weights'));
  }
  if (group === 1 || group === inChannels) return { layer: 'Conv', problems };
  problems.push(
    warning(
      `group ${group} is neither 1 nor depthwise, which Android GPUs do not run`,
      'Use group 1 or a depthwise convolution',
    ),
  );
  return { layer: 'Conv', except: ['Android GPU'], problems };
};

const transposed: Rule = (context) => {
  const kernel = ints(context, 'kernel_shape') ?? shapeOf(context, 1)?.slice(2) ?? [1, 1];
  const problems = windowProblems(context, kernel);
  if ((ints(context, 'dilations') ?? [1]).some((dilation) => dilation !== 1))
    problems.push(error('it is dilated', 'Use dilation 1'));
  if (kernel[0] !== kernel[1]) problems.push(error(`its kernel ${kernel} is not square`, 'Use a square kernel'));
  return { layer: 'ConvTranspose', problems };
};

const pool =
  (layer: Layer): Rule =>
  (context) => ({ layer, problems: windowProblems(context, ints(context, 'kernel_shape') ?? [1, 1]) });

const clip: Rule = (context) => {
  const attribute = (name: string) => {
    const value = context.node.attributes[name];
    return value && 'float' in value ? value.float : undefined;
  };
  const low = attribute('min') ?? constant(context, 1)?.[0];
  const high = attribute('max') ?? constant(context, 2)?.[0];
  if (low === 0 && high === 6) return { layer: 'ReLU6' };
  if (low === 0 && high === undefined) return { layer: 'ReLU' };
  return {
    layer: null,
    problems: [
      error(`it clips to ${low ?? '−∞'} … ${high ?? '∞'}; SnapML clips to 0 … 6 alone (ReLU6)`, 'Use ReLU or ReLU6'),
    ],
  };
};

const eltwise =
  (layer: Layer, broadcasts: boolean): Rule =>
  (context) => {
    const [a, b] = [shapeOf(context, 0), shapeOf(context, 1)];
    if (!a || !b || String(a) === String(b)) return { layer };
    const small = a.length * Math.max(...a) < b.length * Math.max(...b) ? a : b;
    const padded = [...new Array<number>(Math.max(0, 4 - small.length)).fill(1), ...small];
    const channelOrArea = padded[1] === 1 || (padded[2] === 1 && padded[3] === 1);
    if (broadcasts && padded[0] === 1 && channelOrArea) return { layer };
    return {
      layer,
      problems: [
        error(
          `operands [${a}] and [${b}] do not have shapes that SnapML combines`,
          'Give both the same shape, or one of [1, C, 1, 1]',
        ),
      ],
    };
  };

const softmax: Rule = (context) => {
  const rank = rankOf(context);
  const axis = int(context, 'axis', context.opset >= 13 ? -1 : 1);
  const channel = axis === 1 || (rank !== undefined && axis === 1 - rank);
  if (channel) return { layer: 'Softmax' };
  return {
    layer: 'Softmax',
    problems: [error(`it works along axis ${axis}`, 'SnapML knows softmax along the channels (axis 1) alone')],
  };
};

const matrixProduct: Rule = (context) => ({
  layer: context.constants.has(context.node.inputs[1]) ? 'Fully Connected' : 'Batch MatMul',
});

const concat: Rule = (context) => {
  const axis = int(context, 'axis', 1);
  const rank = rankOf(context) ?? 4;
  if ((axis + rank) % rank <= 1) return { layer: 'Concat' };
  return {
    layer: 'Concat',
    problems: [error(`it joins along axis ${axis}`, 'SnapML joins along the batch or the channels (axis 0 or 1)')],
  };
};

const padding: Rule = (context) => {
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

const quantized = unsupported('SnapML takes 8-bit models as TFLite only; export this one in float32');
const hard = unsupported('Train with ReLU instead of it, as in the minimalistic MobileNetV3');

/** What each ONNX operator becomes in SnapML. */
const RULES: Readonly<Record<string, Rule>> = {
  Abs: plain('Abs'),
  Add: eltwise('Eltwise Add', true),
  ArgMax: plain('ArgMax'),
  ArgMin: plain('ArgMin'),
  AveragePool: pool('AvgPool'),
  BatchNormalization: plain('BatchNorm'),
  Clip: clip,
  Concat: concat,
  Constant: plain('Constant'),
  Conv: convolution,
  ConvTranspose: transposed,
  Cos: plain('Cos'),
  Div: eltwise('Eltwise Div', true),
  Dropout: removed,
  Elu: plain('ELU'),
  Exp: plain('Exp'),
  Flatten: plain('Flatten'),
  Gemm: matrixProduct,
  GlobalAveragePool: plain('GlobalAvgPool'),
  Identity: removed,
  InstanceNormalization: plain('InstanceNorm'),
  LSTM: plain('LSTM'),
  LeakyRelu: plain('LeakyReLU'),
  Log: plain('Log'),
  MatMul: matrixProduct,
  Max: eltwise('Eltwise Max', false),
  MaxPool: pool('MaxPool'),
  Min: eltwise('Eltwise Min', false),
  Mul: eltwise('Eltwise Mul', true),
  PRelu: plain('PReLU'),
  Pad: padding,
  Pow: plain('Power'),
  RNN: plain('RNN'),
  Reciprocal: plain('Inverse'),
  ReduceMax: plain('ReduceMax'),
  ReduceMean: plain('ReduceMean'),
  Relu: plain('ReLU'),
  Reshape: plain('Reshape'),
  Resize: plain('Resize'),
  Sigmoid: plain('Sigmoid'),
  Sin: plain('Sin'),
  Slice: plain('Slice'),
  Softmax: softmax,
  Softplus: plain('Softplus'),
  Softsign: plain('Softsign'),
  Sqrt: plain('Sqrt'),
  Squeeze: plain('Reshape'),
  Sub: eltwise('Eltwise Sub', true),
  Tanh: plain('Tanh'),
  Transpose: plain('Permute'),
  Unsqueeze: plain('Reshape'),
  Upsample: plain('Resize'),
  HardSigmoid: hard,
  HardSwish: hard,
  Gelu: unsupported('Train with ReLU instead of it'),
  Erf: unsupported('It is a part of GELU; train with ReLU instead'),
  LayerNormalization: unsupported('Train with batch norm instead of it'),
  Gather: unsupported('Use Slice, or take the index out of the model'),
  Split: unsupported('Use Slice for each part'),
  Where: unsupported('Use Mul and Add with a mask'),
  DequantizeLinear: quantized,
  QuantizeLinear: quantized,
  QLinearConv: quantized,
  QLinearMatMul: quantized,
  ConvInteger: quantized,
  MatMulInteger: quantized,
  DynamicQuantizeLinear: quantized,
};

/** The SnapML layer of a node, where it does not run, and what is wrong with it. */
export function mapOperator(context: NodeContext): Mapping {
  const { opType, domain } = context.node;
  if (domain !== '' && domain !== 'ai.onnx') {
    return {
      layer: null,
      problems: [error(`${domain}.${opType} is no standard ONNX operator`, 'Export with standard operators alone')],
    };
  }
  // Looked up by its own keys, since a file may name an operator "constructor".
  const rule = Object.hasOwn(RULES, opType)
    ? RULES[opType]
    : unsupported("Replace it by layers of Snap's compatibility table");
  return rule(context);
}
