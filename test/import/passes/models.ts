/** Small models of the kinds that exporters write, for the tests of the passes. */
import { Random } from '../../../ml/core/random.ts';
import { floatTensor } from '../../../ml/import/passes/edit.ts';
import { sizeOf } from '../../../ml/nn/graph.ts';
import type { OnnxModel, OnnxTensor } from '../../../ml/onnx/model.ts';
import { evaluateIsolated } from '../../../ml/runtime/isolated-session.ts';
import { integers, modelOf, node, type Parts } from '../../check/check-models.ts';

export { integers, node };

export const evaluate = (bytes: Uint8Array) => evaluateIsolated(bytes, 'test.onnx');

/** Numbers that differ, so that a wrong order shows. */
export function weights(name: string, dims: readonly number[], low = -0.5, high = 0.5): OnnxTensor {
  const random = new Random(sizeOf(dims), name.length, name.charCodeAt(0));
  return floatTensor(
    name,
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => random.uniform(low, high)),
  );
}

/** A model from `image` to `y`; shapes that are left out are inferred. */
export const model = (parts: Parts): OnnxModel => modelOf({ outShape: null, opset: 13, ...parts });

/** Operators of a model in their order. */
export const operatorsOf = ({ graph }: OnnxModel): string[] => graph.nodes.map(({ opType }) => opType);

const pads = { pads: { ints: [1, 1, 1, 1] } };
const nhwc = [0, 2, 3, 1];
const nchw = [0, 3, 1, 2];
const perm = (ints: number[]) => ({ perm: { ints } });
const axes = (ints: number[], keep = 0) => ({ axes: { ints }, keepdims: { int: keep } });

/** As tf2onnx writes Keras: channels last at the ends, Transpose around each layer of images. */
export const kerasLike = (tail: 'flatten' | 'mean'): OnnxModel =>
  model({
    inShape: ['batch', 8, 6, 3],
    nodes: [
      node('Mul', ['image', 'factor'], 'm'),
      node('Sub', ['m', 'offset'], 's'),
      node('Transpose', ['s'], 't', perm(nchw)),
      node('Conv', ['t', 'w', 'b'], 'c', pads),
      node('Relu', ['c'], 'r'),
      node('MaxPool', ['r'], 'p', { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
      node('Transpose', ['p'], 'l', perm(nhwc)),
      node('Add', ['l', 'perChannel'], 'a'),
      ...(tail === 'flatten'
        ? [node('Reshape', ['a', 'rows'], 'f'), node('MatMul', ['f', 'dense'], 'd')]
        : [node('ReduceMean', ['a'], 'f', axes([1, 2])), node('MatMul', ['f', 'short'], 'd')]),
      node('Add', ['d', 'bias'], 'e'),
      node('Softmax', ['e'], 'y', { axis: { int: -1 } }),
    ],
    initializers: [
      weights('factor', [1]),
      weights('offset', [3]),
      weights('w', [5, 3, 3, 3]),
      weights('b', [5]),
      weights('perChannel', [5]),
      integers('rows', [-1, 60]),
      weights('dense', [60, 4]),
      weights('short', [5, 4]),
      weights('bias', [4]),
    ],
  });

/** As PyTorch writes a small network: dynamic batch, batch norm, view computed from shapes, Gemm. */
export const pytorchLike = (): OnnxModel =>
  model({
    inShape: ['batch', 3, 8, 8],
    nodes: [
      node('Conv', ['image', 'w'], 'c', { ...pads, group: { int: 1 } }),
      {
        ...node('BatchNormalization', ['c', 'gamma', 'beta', 'mean', 'variance'], 'n'),
        attributes: { epsilon: { float: 1e-3 } },
      },
      node('HardSwish', ['n'], 'h'),
      node('Conv', ['h', 'dw'], 'd', { ...pads, group: { int: 4 }, strides: { ints: [2, 2] } }),
      node('Sigmoid', ['d'], 'g'),
      node('Mul', ['d', 'g'], 'k'),
      node('Shape', ['k'], 'shape'),
      node('Gather', ['shape', 'zero'], 'batch', { axis: { int: 0 } }),
      node('Unsqueeze', ['batch', 'zeroRow'], 'batchRow'),
      node('Concat', ['batchRow', 'minusOne'], 'target', { axis: { int: 0 } }),
      node('Reshape', ['k', 'target'], 'f'),
      node('Dropout', ['f'], 'o'),
      node('Gemm', ['o', 'dense', 'bias'], 'e', { transB: { int: 1 }, alpha: { float: 0.5 } }),
      node('HardSigmoid', ['e'], 'z', { alpha: { float: 0.3 } }),
      node('Gemm', ['z', 'last', 'lastBias'], 'y'),
    ],
    opset: 14,
    initializers: [
      weights('w', [4, 3, 3, 3]),
      weights('gamma', [4], 0.5, 2),
      weights('beta', [4]),
      weights('mean', [4]),
      weights('variance', [4], 0.5, 2),
      weights('dw', [4, 1, 3, 3]),
      { ...integers('zero', [0]), dims: [] },
      integers('zeroRow', [0]),
      integers('minusOne', [-1]),
      weights('dense', [6, 64]),
      weights('bias', [6]),
      weights('last', [6, 3]),
      weights('lastBias', [3]),
    ],
  });

/** Squeeze and excitation with the channels last, a residual, and a join of two branches. */
export const branchesLike = (): OnnxModel =>
  model({
    inShape: [1, 6, 6, 4],
    nodes: [
      node('ReduceMean', ['image'], 'q', axes([1, 2])),
      node('Reshape', ['q', 'pixel'], 'u'),
      node('MatMul', ['u', 'down'], 'v'),
      node('Sigmoid', ['v'], 'w'),
      node('Mul', ['image', 'w'], 'x'),
      node('Add', ['x', 'image'], 'r'),
      node('Concat', ['r', 'x'], 'j', { axis: { int: 3 } }),
      node('Pad', ['j', 'amounts'], 'p'),
      node('Slice', ['p', 'from', 'to', 'axis'], 's'),
      node('PRelu', ['s', 'slope'], 'l'),
      node('ReduceMax', ['l'], 'm', axes([1, 2])),
      node('ReduceMean', ['l'], 'a', axes([1, 2])),
      node('Concat', ['m', 'a'], 'c', { axis: { int: -1 } }),
      node('MatMul', ['c', 'dense'], 'y'),
    ],
    initializers: [
      integers('pixel', [1, 1, 1, 4]),
      weights('down', [4, 4]),
      integers('amounts', [0, 1, 0, 0, 0, 1, 2, 0]),
      integers('from', [1]),
      integers('to', [7]),
      integers('axis', [2]),
      weights('slope', [1, 1, 8]),
      weights('dense', [16, 3]),
    ],
  });
