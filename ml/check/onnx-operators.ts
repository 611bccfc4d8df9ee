import { DATA_TYPE, typeName } from '../onnx/model.ts';
import { fixedValues } from '../onnx/shapes/known.ts';
import { int } from '../onnx/values.ts';
import { error, note, warning } from './finding.ts';
import { isComputed, type NodeContext, type Rule } from './onnx-context.ts';
import {
  alongChannels,
  clip,
  concat,
  convolution,
  eltwise,
  matrixProduct,
  mean,
  padding,
  pool,
  reduction,
  resize,
  softmax,
  transposedConvolution,
} from './onnx-rules.ts';
import { type Layer, type Mapping, PARAMETER } from './snapml.ts';

const plain =
  (layer: Layer): Rule =>
  () => ({ layer });
const unsupported =
  (fix: string): Rule =>
  ({ node }) => ({
    layer: null,
    problems: [error(`SnapML has no layer for ${node.opType}`, fix)],
  });
/** Nodes that have no effect in inference. */
const removed: Rule = ({ node }) => ({
  layer: 'Linear',
  problems: [
    warning(
      `${node.opType} has no effect in inference, and Lens Studio may not know it`,
      'Remove it, for example with onnx-simplifier',
    ),
  ],
});
const quantized = unsupported('SnapML takes 8-bit models as TFLite only; export this one in float32');
const ofShapes = unsupported(
  'If it computes shapes, export with fixed shapes and fold it, for example with onnx-simplifier',
);
const flow = unsupported('Export the model without control flow: torch.onnx.export traces it with a fixed example');
const firstAxis = () => 0;

const FLOATS: readonly number[] = [DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.bfloat16, DATA_TYPE.double];

/** A change of the numbers' type, by what it changes. */
const cast: Rule = (context) => {
  const { node, known } = context;
  const from = known.get(node.inputs[0])?.type ?? DATA_TYPE.undefined;
  const to = int(context, 'to', DATA_TYPE.undefined);
  if (from === to) return removed(context);
  const found = `conversion from ${from === DATA_TYPE.undefined ? 'an unknown type' : typeName(from)} to ${typeName(to)}`;
  const why = FLOATS.includes(from) && FLOATS.includes(to) ? ', as tools for half precision insert it' : '';
  const fix = why
    ? 'Export the model in float32, without the conversion to float16'
    : 'Compute everything in float32, which makes it unnecessary';
  return { layer: null, problems: [error(`${found}${why}; SnapML has no layer for Cast`, fix)] };
};

/** Rows of a constant table, picked by computed numbers. */
const gather: Rule = (context) => {
  const isTable = !isComputed(context, 0) && isComputed(context, 1) && int(context, 'axis', 0) === 0;
  return isTable ? { layer: 'Embedding' } : unsupported('Use Slice, or take the index out of the model')(context);
};

/** A node that only computes parameters of others need not be a layer, but Lens Studio may not evaluate it in advance. */
function asParameter(mapping: Mapping, { node, known }: NodeContext): Mapping {
  if (node.opType === 'Constant') return { layer: PARAMETER };
  const values = fixedValues(known.get(node.outputs[0]) ?? { shape: null, type: DATA_TYPE.undefined });
  const found = `the output is always ${values ? `[${values}]` : 'the same'}`;
  const fix = 'Fold it, for example with "onnxsim model.onnx folded.onnx" (Python package onnxsim)';
  return mapping.layer === null
    ? { layer: null, problems: [error(`${found}, and SnapML has no layer for ${node.opType}`, fix)] }
    : { layer: PARAMETER, problems: [note(`${found}, and Lens Studio may not know that in advance`, fix)] };
}

/** What each ONNX operator becomes in SnapML. */
const RULES: Readonly<Record<string, Rule>> = {
  Abs: plain('Abs'),
  Add: eltwise('Eltwise Add'),
  ArgMax: alongChannels('ArgMax', firstAxis),
  ArgMin: alongChannels('ArgMin', firstAxis),
  AveragePool: pool('AvgPool'),
  BatchNormalization: plain('BatchNorm'),
  Clip: clip,
  Concat: concat,
  Constant: plain('Constant'),
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Cos: plain('Cos'),
  Div: eltwise('Eltwise Div'),
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
  Max: eltwise('Eltwise Max', { equalShapes: true }),
  MaxPool: pool('MaxPool'),
  Mean: mean,
  Min: eltwise('Eltwise Min', { equalShapes: true }),
  Mul: eltwise('Eltwise Mul'),
  PRelu: plain('PReLU'),
  Pad: padding,
  Pow: plain('Power'),
  RNN: plain('RNN'),
  Reciprocal: plain('Inverse'),
  ReduceMax: reduction('ReduceMax'),
  ReduceMean: reduction('ReduceMean'),
  Relu: plain('ReLU'),
  Reshape: plain('Reshape'),
  Resize: resize,
  Sigmoid: plain('Sigmoid'),
  Sin: plain('Sin'),
  Slice: plain('Slice'),
  Softmax: softmax,
  Softplus: plain('Softplus'),
  Softsign: plain('Softsign'),
  Sqrt: plain('Sqrt'),
  Squeeze: plain('Reshape'),
  Sub: eltwise('Eltwise Sub', { largestFirst: true }),
  Sum: eltwise('Eltwise Add'),
  Tanh: plain('Tanh'),
  Transpose: plain('Permute'),
  Unsqueeze: plain('Reshape'),
  Upsample: resize,
  HardSigmoid: unsupported('Write it as ReLU6(x + 3) / 6, or train with Sigmoid instead'),
  HardSwish: unsupported('Write it as x * ReLU6(x + 3) / 6, or train with ReLU as in the minimalistic MobileNetV3'),
  Gelu: unsupported('Train with ReLU instead'),
  Erf: unsupported('It is a part of GELU; train with ReLU instead'),
  GroupNormalization: unsupported('Train with batch norm instead'),
  LayerNormalization: unsupported('Train with batch norm instead'),
  Gather: gather,
  Split: unsupported('Use Slice for each part'),
  Where: unsupported('Use Mul and Add with a mask'),
  GlobalMaxPool: unsupported('Use ReduceMax over height and width'),
  Neg: unsupported('Use Mul by -1'),
  GRU: unsupported('Use LSTM'),
  If: flow,
  Loop: flow,
  Scan: flow,
  DepthToSpace: unsupported('Use ConvTranspose, or Resize and Conv'),
  SpaceToDepth: unsupported('Use Conv with a stride'),
  ReduceSum: unsupported('Use ReduceMean, then Mul by the number of places'),
  Cast: cast,
  ConstantOfShape: ofShapes,
  Expand: ofShapes,
  Shape: ofShapes,
  DequantizeLinear: quantized,
  QuantizeLinear: quantized,
  QLinearConv: quantized,
  QLinearMatMul: quantized,
  ConvInteger: quantized,
  MatMulInteger: quantized,
  DynamicQuantizeLinear: quantized,
};

/** The SnapML layer of a node, the platforms on which it does not run, and what is wrong with it. */
export function mapOperator(context: NodeContext): Mapping {
  const { opType, domain } = context.node;
  if (domain !== '' && domain !== 'ai.onnx') {
    return {
      layer: null,
      problems: [error(`${domain}.${opType} is not a standard ONNX operator`, 'Export with only standard operators')],
    };
  }
  // Looked up by its own keys, since a file may name an operator "constructor".
  const rule = Object.hasOwn(RULES, opType)
    ? RULES[opType]
    : unsupported("Replace it with layers of Snap's compatibility table");
  const mapping = rule(context);
  return context.parameters.has(context.node) ? asParameter(mapping, context) : mapping;
}
