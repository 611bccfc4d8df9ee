import type { OnnxBuilder } from './builder.ts';

type Activate = (builder: OnnxBuilder, x: string) => string;

const one =
  (opType: string): Activate =>
  (builder, x) =>
    builder.op(opType, [x]);

/** max(0, min(1, slope·x + 0.5)). */
const hardSigmoid =
  (slope: number): Activate =>
  (builder, x) =>
    builder.op('HardSigmoid', [x], { alpha: { float: slope }, beta: { float: 0.5 } });

const times =
  (gate: Activate): Activate =>
  (builder, x) =>
    builder.op('Mul', [x, gate(builder, x)]);

/** SELU's constants (Klambauer et al. 2017, arXiv:1706.02515). */
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** Activations by the names that Keras, TensorFlow.js and TensorFlow Lite have for them, in lower case without underscores. */
const ACTIVATIONS: Readonly<Record<string, Activate>> = {
  linear: (_, x) => x,
  none: (_, x) => x,
  relu: one('Relu'),
  relu6: (builder, x) => builder.clip(x, 0, 6),
  relun1to1: (builder, x) => builder.clip(x, -1, 1),
  relu0to1: (builder, x) => builder.clip(x, 0, 1),
  sigmoid: one('Sigmoid'),
  logistic: one('Sigmoid'),
  tanh: one('Tanh'),
  elu: one('Elu'),
  selu: (builder, x) => builder.mul(builder.op('Elu', [x], { alpha: { float: SELU.alpha } }), SELU.scale),
  exp: one('Exp'),
  exponential: one('Exp'),
  softplus: one('Softplus'),
  softsign: one('Softsign'),
  softmax: (builder, x) => builder.op('Softmax', [x], { axis: { int: -1 } }),
  // Of Keras 2 and TensorFlow.js; TensorFlow Lite's hard-swish has the slope 1/6.
  hardsigmoid: hardSigmoid(0.2),
  hardswish: times(hardSigmoid(1 / 6)),
  swish: times(one('Sigmoid')),
  silu: times(one('Sigmoid')),
  mish: times((builder, x) => builder.op('Tanh', [builder.op('Softplus', [x])])),
  gelu: (builder, x) =>
    builder.mul(builder.op('Mul', [x, builder.add(builder.op('Erf', [builder.mul(x, Math.SQRT1_2)]), 1)]), 0.5),
};

/** Applies an activation; undefined if none of this name is known. */
export function activate(builder: OnnxBuilder, x: string, name: string): string | undefined {
  const key = name.toLowerCase().replaceAll('_', '');
  return Object.hasOwn(ACTIVATIONS, key) ? ACTIVATIONS[key](builder, x) : undefined;
}
