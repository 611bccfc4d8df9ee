import type { TfliteModel, TfliteOperator, TfliteTensor } from '../../ml/tflite/model.ts';

const WINDOW = {
  padding: 'SAME',
  strideWidth: 1,
  strideHeight: 1,
  dilationWidth: 1,
  dilationHeight: 1,
} as const;

/**
 * The same network in the form that files had before FULLY_CONNECTED: its rows are pixels, [1, 1, 1, C], and its dense
 * layers 1×1 CONV_2D with a scale for each output channel.
 */
export function withPixelTail(model: TfliteModel): TfliteModel {
  const dense = model.operators.filter(({ name }) => name === 'FULLY_CONNECTED');
  const kernels = new Set(dense.map(({ inputs }) => inputs[1]));
  const biases = new Set(dense.map(({ inputs }) => inputs[2]));
  const repeated = (tensor: TfliteTensor) => ({
    scale: tensor.scale.flatMap((scale) => new Array<number>(tensor.shape[0]).fill(scale)),
    zeroPoint: tensor.zeroPoint.flatMap((zero) => new Array<number>(tensor.shape[0]).fill(zero)),
  });
  const changed = new Map(
    model.tensors.map((tensor): [TfliteTensor, TfliteTensor] => {
      const { shape } = tensor;
      if (kernels.has(tensor)) return [tensor, { ...tensor, shape: [shape[0], 1, 1, shape[1]], ...repeated(tensor) }];
      if (biases.has(tensor)) return [tensor, { ...tensor, ...repeated(tensor) }];
      return [tensor, shape.length === 2 ? { ...tensor, shape: [1, 1, ...shape] } : tensor];
    }),
  );
  const change = (tensor: TfliteTensor | null) => (tensor && changed.get(tensor)) ?? null;
  const all = (tensors: readonly (TfliteTensor | null)[]) => tensors.map(change);
  const named = <T extends { readonly tensor: TfliteTensor }>(list: readonly T[]) =>
    list.map((one) => ({ ...one, tensor: changed.get(one.tensor) as TfliteTensor }));
  return {
    ...model,
    tensors: [...changed.values()],
    inputs: all(model.inputs),
    outputs: all(model.outputs),
    operators: model.operators.map((operator) => ({
      ...onPixels(operator),
      inputs: all(operator.inputs),
      outputs: all(operator.outputs),
    })),
    signatures: model.signatures.map((signature) => ({
      ...signature,
      inputs: named(signature.inputs),
      outputs: named(signature.outputs),
    })),
  };
}

function onPixels(operator: TfliteOperator): TfliteOperator {
  const { name, version, options } = operator;
  switch (options?.type) {
    case 'FullyConnectedOptions': {
      const value = { ...WINDOW, activation: options.value.activation };
      return { ...operator, name: 'CONV_2D', version: version > 1 ? 3 : 1, options: { type: 'Conv2DOptions', value } };
    }
    case 'ReducerOptions':
      return { ...operator, options: { type: 'ReducerOptions', value: { keepDims: true } } };
    case 'ConcatenationOptions':
      return { ...operator, options: { type: 'ConcatenationOptions', value: { ...options.value, axis: 3 } } };
    default:
      return { ...operator, name };
  }
}
