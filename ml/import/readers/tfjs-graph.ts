import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import { activate } from './activations.ts';
import { moved, type Numbers, OnnxBuilder, type WindowOptions } from './builder.ts';

/** Numbers of 64 bits are texts in the JSON of protocol buffers, and texts are base64. */
const whole = z.union([z.number(), z.string()]).transform(Number);
const bytes = z.string().transform((text) => Buffer.from(text, 'base64').toString('latin1'));
const AttributeSchema = z.object({
  s: bytes.optional(),
  i: whole.optional(),
  f: z.union([z.number(), z.string()]).transform(Number).optional(),
  b: z.boolean().optional(),
  shape: z
    .object({ dim: z.array(z.object({ size: whole.default(0) })).optional(), unknownRank: z.boolean().optional() })
    .optional(),
  list: z.object({ i: z.array(whole).optional(), s: z.array(bytes).optional() }).optional(),
});
const NodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), z.unknown()).default({}),
});
type NodeJson = z.infer<typeof NodeSchema>;
const GraphSchema = z.object({ node: z.array(NodeSchema).min(1).max(100_000) });

/** One operator of TensorFlow, and how its tensors are found in the network that is written. */
interface GraphContext {
  readonly builder: OnnxBuilder;
  readonly node: NodeJson;
  readonly file: string;
  readonly input: (place: number) => string;
  /** Number of inputs, without those that only order the computation. */
  readonly count: number;
  /** The numbers of an input that is constant. */
  readonly constant: (place: number) => Numbers | undefined;
}
type Rule = (context: GraphContext) => string;

const refuse = ({ node, file }: Pick<GraphContext, 'node' | 'file'>, found: string, fix: string) =>
  new UserError(`${file}: the operator ${node.name} (${node.op}) ${found}; ${fix}`);

function attribute({ node, file }: GraphContext, name: string): z.infer<typeof AttributeSchema> {
  const parsed = AttributeSchema.safeParse(node.attr[name] ?? {});
  if (parsed.success) return parsed.data;
  throw refuse({ node, file }, `has a damaged attribute ${name}`, 'export or download the model again');
}

function numbers(context: GraphContext, place: number): Numbers {
  const found = context.constant(place);
  if (found) return found;
  throw refuse(
    context,
    `computes its input ${place}`,
    'convert the model with constant weights, as tensorflowjs_converter does',
  );
}

const integers = (context: GraphContext, place: number) => [...numbers(context, place).values];

function window(context: GraphContext): WindowOptions {
  const format = attribute(context, 'data_format').s ?? 'NHWC';
  if (format !== 'NHWC') throw refuse(context, `has the layout ${format}`, 'export the model with the channels last');
  const padding = attribute(context, 'padding').s ?? 'VALID';
  if (padding !== 'SAME' && padding !== 'VALID')
    throw refuse(context, `has the padding ${padding}`, 'use SAME or VALID');
  const sides = (name: string) => (attribute(context, name).list?.i ?? [1, 1, 1, 1]).slice(1, 3);
  return { padding, strides: sides('strides'), dilations: sides('dilations') };
}

/** What the converter fused into an operator: a bias, then an activation. */
function fusedOf(context: GraphContext): { bias: Float32Array | undefined; after: (x: string) => string } {
  const fused = attribute(context, 'fused_ops').list?.s ?? [];
  const hasBias = fused[0] === 'BiasAdd';
  const name = fused[hasBias ? 1 : 0] ?? 'linear';
  return {
    bias: hasBias ? numbers(context, 2).values : undefined,
    after: (x) => {
      if (name === 'LeakyRelu') return leaky(context, x, attribute(context, 'leakyrelu_alpha').f ?? 0.2);
      if (name === 'Prelu') return context.builder.op('PRelu', [x, context.input(3)]);
      const result = activate(context.builder, x, name);
      if (result === undefined) throw refuse(context, `has the activation ${name}`, 'convert the model without it');
      return result;
    },
  };
}

const leaky = ({ builder }: GraphContext, x: string, alpha: number) =>
  builder.op('LeakyRelu', [x], { alpha: { float: alpha } });

const convolution =
  (kind: 'convolution' | 'depthwise'): Rule =>
  (context) => {
    const { bias, after } = fusedOf(context);
    return after(context.builder[kind](context.input(0), numbers(context, 1), bias, window(context)));
  };

const matMul: Rule = (context) => {
  if (attribute(context, 'transpose_a').b)
    throw refuse(context, 'transposes its input', 'convert the model without it');
  const { bias, after } = fusedOf(context);
  const given = numbers(context, 1);
  const weights = attribute(context, 'transpose_b').b
    ? { dims: given.dims.toReversed(), values: moved(given, [1, 0]) }
    : given;
  return after(context.builder.dense(context.input(0), weights, bias));
};

const pool =
  (opType: 'MaxPool' | 'AveragePool'): Rule =>
  (context) => {
    const size = (attribute(context, 'ksize').list?.i ?? [1, 1, 1, 1]).slice(1, 3);
    return context.builder.pool(opType, context.input(0), size, window(context));
  };

const pairs =
  (opType: string): Rule =>
  (context) =>
    context.builder.op(opType, [context.input(0), context.input(1)]);

const each =
  (name: string): Rule =>
  (context) =>
    activate(context.builder, context.input(0), name) as string;
const one =
  (opType: string): Rule =>
  (context) =>
    context.builder.op(opType, [context.input(0)]);
const same: Rule = ({ input }) => input(0);

const batchNorm: Rule = (context) => {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((place) => numbers(context, place).values);
  return context.builder.batchNorm(
    context.input(0),
    { gamma, beta, mean, variance },
    attribute(context, 'epsilon').f ?? 1e-4,
  );
};

const reduction =
  (opType: 'ReduceMean' | 'ReduceMax'): Rule =>
  (context) => {
    const keep = attribute(context, 'keep_dims').b ?? false;
    const axes = integers(context, 1);
    const { builder } = context;
    return opType === 'ReduceMean'
      ? builder.mean(context.input(0), axes, keep)
      : builder.maximum(context.input(0), axes, keep);
  };

/** A shape that is put together from the batch is a row, or what its constant parts say. */
const reshape: Rule = (context) => {
  const shape = context.constant(1);
  return shape
    ? context.builder.reshape(context.input(0), [...shape.values])
    : context.builder.op('Flatten', [context.input(0)]);
};

const pad: Rule = (context) => {
  const amounts = integers(context, 1);
  const all = Array.from(
    { length: amounts.length / 2 },
    (_, axis) => [amounts[2 * axis], amounts[2 * axis + 1]] as const,
  );
  const mirrored = context.node.op === 'MirrorPad';
  if (mirrored && attribute(context, 'mode').s !== 'REFLECT')
    throw refuse(context, 'pads symmetrically', 'pad with zeros, or by reflection');
  const value = context.node.op === 'PadV2' ? numbers(context, 2).values[0] : 0;
  return context.builder.pad(context.input(0), all, mirrored ? 'reflect' : 'constant', value);
};

const concat: Rule = (context) => {
  const last = context.count - 1;
  const [axis] = integers(context, last);
  const inputs = Array.from({ length: last }, (_, place) => context.input(place));
  return context.builder.op('Concat', inputs, { axis: { int: axis } });
};

const RULES: Readonly<Record<string, Rule>> = {
  Conv2D: convolution('convolution'),
  _FusedConv2D: convolution('convolution'),
  DepthwiseConv2dNative: convolution('depthwise'),
  FusedDepthwiseConv2dNative: convolution('depthwise'),
  _FusedDepthwiseConv2dNative: convolution('depthwise'),
  MatMul: matMul,
  _FusedMatMul: matMul,
  BiasAdd: pairs('Add'),
  Add: pairs('Add'),
  AddV2: pairs('Add'),
  Sub: pairs('Sub'),
  Mul: pairs('Mul'),
  RealDiv: pairs('Div'),
  Maximum: pairs('Max'),
  Minimum: pairs('Min'),
  Pow: pairs('Pow'),
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Relu: each('relu'),
  Relu6: each('relu6'),
  Sigmoid: each('sigmoid'),
  Tanh: each('tanh'),
  Elu: each('elu'),
  Selu: each('selu'),
  Softplus: each('softplus'),
  Exp: each('exp'),
  Softmax: each('softmax'),
  LeakyRelu: (context) => leaky(context, context.input(0), attribute(context, 'alpha').f ?? 0.2),
  Prelu: pairs('PRelu'),
  Abs: one('Abs'),
  Neg: one('Neg'),
  Log: one('Log'),
  Sqrt: one('Sqrt'),
  Square: ({ builder, input }) => builder.op('Mul', [input(0), input(0)]),
  Rsqrt: ({ builder, input }) => builder.op('Reciprocal', [builder.op('Sqrt', [input(0)])]),
  Reshape: reshape,
  Squeeze: (context) => {
    const axes = attribute(context, 'squeeze_dims').list?.i ?? attribute(context, 'axis').list?.i ?? [];
    return context.builder.op('Squeeze', [context.input(0), context.builder.integers(axes)]);
  },
  ExpandDims: (context) =>
    context.builder.op('Unsqueeze', [context.input(0), context.builder.integers(integers(context, 1))]),
  Transpose: (context) => context.builder.op('Transpose', [context.input(0)], { perm: { ints: integers(context, 1) } }),
  Pad: pad,
  PadV2: pad,
  MirrorPad: pad,
  ConcatV2: concat,
  Identity: same,
  IdentityN: same,
  StopGradient: same,
  Cast: same,
};

/** Operators that compute shapes; what reads them knows the shape without. */
const OF_SHAPES: readonly string[] = ['Shape', 'StridedSlice', 'Pack', 'Prod', 'NoOp'];

/**
 * Writes a TensorFlow graph, as a TensorFlow.js graph model describes it, in ONNX.
 * @param topology of the model.json.
 * @param file for messages.
 * @throws UserError if it has an operator that cannot be written, or is no network of one picture.
 */
export function networkOfGraph(
  topology: Readonly<Record<string, unknown>>,
  weights: ReadonlyMap<string, Numbers>,
  file: string,
): OnnxModel {
  const parsed = GraphSchema.safeParse(topology);
  if (!parsed.success)
    throw new UserError(
      `${file}: its graph is damaged: ${z.prettifyError(parsed.error)}; export or download the model again`,
    );
  const nodes = inOrder(parsed.data.node, file);
  const builder = new OnnxBuilder();
  const names = new Map<string, string>();
  const inputs: { name: string; shape: readonly number[] }[] = [];
  const read = new Set<string>();
  for (const node of nodes) {
    const sources = node.input.filter((name) => !name.startsWith('^')).map((name) => name.split(':')[0]);
    for (const source of sources) read.add(source);
    if (node.op === 'Placeholder' || node.op === 'PlaceholderV2') {
      inputs.push({ name: `input_${inputs.length}`, shape: pictureShape(node, file) });
      names.set(node.name, inputs[inputs.length - 1].name);
      continue;
    }
    if (node.op === 'Const' || OF_SHAPES.includes(node.op)) continue;
    const input = (place: number): string => {
      const source = sources[place] ?? '';
      const known = names.get(source);
      if (known !== undefined) return known;
      const found = weights.get(source);
      if (!found)
        throw refuse(
          { node, file },
          `reads ${JSON.stringify(source)}, which nothing computes`,
          'export or download the model again',
        );
      names.set(source, builder.floats(found.values, found.dims));
      return names.get(source) as string;
    };
    const rule = Object.hasOwn(RULES, node.op) ? RULES[node.op] : undefined;
    if (!rule)
      throw refuse(
        { node, file },
        'cannot be brought into a lens',
        'use only convolutions, pools, dense layers and common activations',
      );
    const constant = (place: number) => weights.get(sources[place] ?? '');
    names.set(node.name, rule({ builder, node, file, input, constant, count: sources.length }));
  }
  // The graph's own list of outputs is often empty.
  const outputs = nodes.filter(({ name, op }) => !read.has(name) && names.has(name) && !op.startsWith('Placeholder'));
  return builder.finish(
    inputs,
    outputs.map(({ name }) => names.get(name) as string),
    'TensorFlow.js',
  );
}

function pictureShape(node: NodeJson, file: string): readonly number[] {
  const dims = AttributeSchema.safeParse(node.attr['shape'] ?? {}).data?.shape?.dim?.map(({ size }) => size) ?? [];
  if (dims.length === 4 && dims.slice(1).every((size) => size > 0)) return [1, ...dims.slice(1)];
  throw refuse(
    { node, file },
    `has the shape [${dims}]`,
    'expected a picture of fixed size [batch, height, width, channels]: convert the model with one',
  );
}

/** Nodes after those that they read, as far as the file allows. */
function inOrder(nodes: readonly NodeJson[], file: string): NodeJson[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const sorted: NodeJson[] = [];
  const state = new Map<NodeJson, 'open' | 'done'>();
  for (const first of nodes) {
    // A list in place of a recursion, which a file could make as deep as it likes.
    const rest: NodeJson[] = [first];
    for (let node = rest.at(-1); node; node = rest.at(-1)) {
      if (state.get(node) !== undefined) {
        if (state.get(node) === 'open') sorted.push(node);
        state.set(node, 'done');
        rest.pop();
        continue;
      }
      state.set(node, 'open');
      for (const source of node.input) {
        const before = byName.get(source.replace(/^\^/, '').split(':')[0]);
        if (!before || state.get(before) === 'done') continue;
        if (state.get(before) === 'open')
          throw new UserError(
            `${file}: ${node.name} and ${before.name} read each other; networks with loops cannot be brought into a lens`,
          );
        rest.push(before);
      }
    }
  }
  return sorted;
}
