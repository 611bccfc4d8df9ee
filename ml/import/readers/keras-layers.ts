import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { activate } from './activations.ts';
import type { Numbers, OnnxBuilder, WindowOptions } from './builder.ts';

/** One layer, and what it is applied to. */
export interface LayerContext {
  readonly builder: OnnxBuilder;
  readonly file: string;
  /** Its class in Keras. */
  readonly kind: string;
  readonly name: string;
  readonly config: unknown;
  readonly inputs: readonly string[];
  /** A weight of the layer by Keras' name for it. */
  readonly weight: (part: string) => Numbers | undefined;
}

type Rule = (context: LayerContext) => string;

const refuse = ({ file, kind, name }: LayerContext, found: string, fix: string) =>
  new UserError(`${file}: the layer ${name || kind} (${kind}) ${found}; ${fix}`);

/** A field of the configuration. */
function field<T extends z.ZodType>(context: LayerContext, name: string, schema: T): z.infer<T> {
  const config = z.record(z.string(), z.unknown()).safeParse(context.config).data ?? {};
  const result = schema.safeParse(config[name]);
  if (result.success) return result.data;
  throw refuse(
    context,
    `has ${name} ${JSON.stringify(config[name])?.slice(0, 80)}: ${result.error.issues[0].message}`,
    'export the model again',
  );
}

function weight(context: LayerContext, part: string): Numbers {
  const found = context.weight(part);
  if (found) return found;
  throw refuse(context, `lacks its weights ${part}`, 'export or download the model again');
}

const pair = z
  .union([z.number().int().positive(), z.array(z.number().int().positive()).length(2)])
  .transform((value) => (typeof value === 'number' ? [value, value] : value));
const flag = z.boolean().optional();

function window(context: LayerContext, strides: readonly number[] = [1, 1]): WindowOptions {
  const padding = field(context, 'padding', z.enum(['same', 'valid']).default('valid')) === 'same' ? 'SAME' : 'VALID';
  refuseChannelsFirst(context);
  return {
    padding,
    strides: field(context, 'strides', pair.nullish()) ?? strides,
    dilations: field(context, 'dilation_rate', pair.nullish()) ?? [1, 1],
  };
}

function refuseChannelsFirst(context: LayerContext): void {
  const format = field(context, 'data_format', z.string().nullish());
  if (format === 'channels_first' || format === 'channelsFirst')
    throw refuse(context, 'has the channels first', 'export the model with data_format="channels_last"');
}

function activated(context: LayerContext, x: string): string {
  const name = field(context, 'activation', z.string().nullish()) ?? 'linear';
  const result = activate(context.builder, x, name);
  if (result === undefined)
    throw refuse(context, `has the activation ${name}`, 'use relu, relu6, sigmoid, swish or softmax');
  return result;
}

const bias = (context: LayerContext) =>
  field(context, 'use_bias', flag) === false ? undefined : weight(context, 'bias').values;

const convolution: Rule = (context) => {
  const kernel = weight(context, 'kernel');
  const groups = field(context, 'groups', z.number().int().positive().optional()) ?? 1;
  return activated(
    context,
    context.builder.convolution(context.inputs[0], kernel, bias(context), window(context), groups),
  );
};

const depthwise: Rule = (context) =>
  activated(
    context,
    context.builder.depthwise(context.inputs[0], weight(context, 'depthwise_kernel'), bias(context), window(context)),
  );

const separable: Rule = (context) => {
  const { builder, inputs } = context;
  const each = builder.depthwise(inputs[0], weight(context, 'depthwise_kernel'), undefined, window(context));
  const point = builder.convolution(each, weight(context, 'pointwise_kernel'), bias(context), {
    padding: 'VALID',
    strides: [1, 1],
  });
  return activated(context, point);
};

const batchNorm: Rule = (context) => {
  const optional = (part: string, name: string) =>
    field(context, name, flag) === false ? undefined : weight(context, part).values;
  const gamma = optional('gamma', 'scale');
  const beta = optional('beta', 'center');
  const statistics = {
    mean: weight(context, 'moving_mean').values,
    variance: weight(context, 'moving_variance').values,
  };
  const epsilon = field(context, 'epsilon', z.number().positive().default(1e-3));
  return context.builder.batchNorm(
    context.inputs[0],
    { ...statistics, ...(gamma && { gamma }), ...(beta && { beta }) },
    epsilon,
  );
};

const relu: Rule = (context) => {
  const { builder, inputs } = context;
  const number = (name: string) => field(context, name, z.number().nullish());
  if (number('threshold')) throw refuse(context, 'has a threshold', 'use ReLU without one');
  const slope = number('negative_slope') ?? 0;
  const high = number('max_value');
  if (slope !== 0) {
    if (high != null) throw refuse(context, 'has both a slope and a greatest value', 'use one of them');
    return builder.op('LeakyRelu', [inputs[0]], { alpha: { float: slope } });
  }
  return high == null ? builder.op('Relu', [inputs[0]]) : builder.clip(inputs[0], 0, high);
};

const pool =
  (opType: 'MaxPool' | 'AveragePool'): Rule =>
  (context) => {
    const size = field(context, 'pool_size', pair.default([2, 2]));
    return context.builder.pool(opType, context.inputs[0], size, window(context, size));
  };

const global =
  (opType: 'mean' | 'maximum'): Rule =>
  (context) => {
    refuseChannelsFirst(context);
    return context.builder[opType](context.inputs[0], [1, 2], field(context, 'keepdims', flag) ?? false);
  };

const edges = z
  .union([
    z.number().int().min(0),
    z.tuple([z.number().int().min(0), z.number().int().min(0)]),
    z.tuple([
      z.tuple([z.number().int().min(0), z.number().int().min(0)]),
      z.tuple([z.number().int().min(0), z.number().int().min(0)]),
    ]),
  ])
  .transform((value): [[number, number], [number, number]] => {
    if (typeof value === 'number')
      return [
        [value, value],
        [value, value],
      ];
    const [height, width] = value;
    return [typeof height === 'number' ? [height, height] : height, typeof width === 'number' ? [width, width] : width];
  });

const zeroPadding: Rule = (context) => {
  refuseChannelsFirst(context);
  const [height, width] = field(context, 'padding', edges);
  return context.builder.pad(context.inputs[0], [[0, 0], height, width, [0, 0]]);
};

const cropping: Rule = (context) => {
  const { builder, inputs } = context;
  const [[top, bottom], [left, right]] = field(context, 'cropping', edges);
  const end = (amount: number) => (amount === 0 ? Number.MAX_SAFE_INTEGER : -amount);
  const places = [
    [top, left],
    [end(bottom), end(right)],
    [1, 2],
  ].map((values) => builder.integers(values));
  return builder.op('Slice', [inputs[0], ...places]);
};

/** Sums, products and so on of any number of inputs. */
const merged =
  (opType: string): Rule =>
  ({ builder, inputs }) =>
    inputs.slice(1).reduce((x, next) => builder.op(opType, [x, next]), inputs[0]);

const same: Rule = ({ inputs }) => inputs[0];

const rescaling: Rule = (context) => {
  const numbers = z
    .union([z.number(), z.array(z.number()).min(1)])
    .transform((value) => (typeof value === 'number' ? [value] : value));
  const operand = (values: number[]) => ({
    dims: values.length === 1 ? [] : [values.length],
    values: Float32Array.from(values),
  });
  const scale = operand(field(context, 'scale', numbers));
  const offset = operand(field(context, 'offset', numbers.default([0])));
  return context.builder.add(context.builder.mul(context.inputs[0], scale), offset);
};

const upSampling: Rule = (context) => {
  refuseChannelsFirst(context);
  const size = field(context, 'size', pair.default([2, 2]));
  const linear = field(context, 'interpolation', z.string().default('nearest')) === 'bilinear';
  return context.builder.resize(context.inputs[0], size, {
    mode: { string: linear ? 'linear' : 'nearest' },
    coordinate_transformation_mode: { string: linear ? 'half_pixel' : 'asymmetric' },
    ...(!linear && { nearest_mode: { string: 'floor' } }),
  });
};

const RULES: Readonly<Record<string, Rule>> = {
  InputLayer: same,
  Conv2D: convolution,
  Convolution2D: convolution,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Dense: (context) =>
    activated(context, context.builder.dense(context.inputs[0], weight(context, 'kernel'), bias(context))),
  BatchNormalization: batchNorm,
  BatchNormalizationV1: batchNorm,
  Activation: (context) => activated(context, context.inputs[0]),
  ReLU: relu,
  LeakyReLU: (context) => {
    const slope =
      field(context, 'alpha', z.number().optional()) ?? field(context, 'negative_slope', z.number().optional()) ?? 0.3;
    return context.builder.op('LeakyRelu', [context.inputs[0]], { alpha: { float: slope } });
  },
  ELU: (context) =>
    context.builder.op('Elu', [context.inputs[0]], {
      alpha: { float: field(context, 'alpha', z.number().default(1)) },
    }),
  PReLU: (context) => {
    const { dims, values } = weight(context, 'alpha');
    return context.builder.op('PRelu', [context.inputs[0], context.builder.floats(values, dims)]);
  },
  Softmax: (context) => activate(context.builder, context.inputs[0], 'softmax') as string,
  Flatten: ({ builder, inputs }) => builder.op('Flatten', [inputs[0]]),
  Reshape: (context) =>
    context.builder.reshape(context.inputs[0], [1, ...field(context, 'target_shape', z.array(z.number().int()))]),
  Permute: (context) =>
    context.builder.op('Transpose', [context.inputs[0]], {
      perm: { ints: [0, ...field(context, 'dims', z.array(z.number().int()))] },
    }),
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  MaxPooling2D: pool('MaxPool'),
  AveragePooling2D: pool('AveragePool'),
  GlobalAveragePooling2D: global('mean'),
  GlobalMaxPooling2D: global('maximum'),
  UpSampling2D: upSampling,
  Add: merged('Add'),
  Subtract: merged('Sub'),
  Multiply: merged('Mul'),
  Maximum: merged('Max'),
  Minimum: merged('Min'),
  Average: (context) => context.builder.mul(merged('Add')(context), 1 / context.inputs.length),
  Concatenate: (context) =>
    context.builder.op('Concat', context.inputs, {
      axis: { int: field(context, 'axis', z.number().int().default(-1)) },
    }),
  Rescaling: rescaling,
  ...Object.fromEntries(
    'Dropout SpatialDropout2D AlphaDropout GaussianDropout GaussianNoise ActivityRegularization RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness'
      .split(' ')
      .map((kind) => [kind, same]),
  ),
};

/**
 * Writes a layer of Keras; layers that only matter in training do nothing.
 * @returns the name of its result.
 * @throws UserError if it is one that cannot be written, or its configuration or weights do not fit.
 */
export function writeLayer(context: LayerContext): string {
  const rule = Object.hasOwn(RULES, context.kind) ? RULES[context.kind] : undefined;
  if (!rule)
    throw refuse(
      context,
      'cannot be brought into a lens',
      'use only convolutions, pools, dense layers and common activations',
    );
  return rule(context);
}
