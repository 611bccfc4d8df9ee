import type { Activation, ConvLayer } from '../../ml/nn/architecture.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { Graph, type Tensor } from '../../ml/nn/graph.ts';
import { parametersOf, statisticsOf } from '../../ml/nn/parameters.ts';
import type { TrainedNetwork } from '../../ml/train/trained-network.ts';

/** Activations by ONNX's own operators. */
function activate(x: Tensor, activation: Activation): Tensor {
  const { graph, shape } = x;
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return graph.node('Relu', [x], shape);
    case 'relu6':
      return graph.node('Clip', [x, graph.constant(0), graph.constant(6)], shape);
    case 'hard-swish':
      return graph.node('HardSwish', [x], shape);
    case 'hard-sigmoid':
      return graph.node('HardSigmoid', [x], shape, { attributes: { alpha: { float: 1 / 6 }, beta: { float: 0.5 } } });
  }
}

/**
 * The network in evaluation mode as it is trained: one grey channel, batch norm and activations as operators of their
 * own. Input `grey` [1, 1, S, S], output `probabilities` [1, 7].
 */
export function unfoldedGraph({ info, parameters, statistics }: TrainedNetwork, head: string): Uint8Array {
  const architecture = buildArchitecture(info);
  const [{ blocks, tail }] = architecture.branches;
  const vector = parametersOf(architecture, info.heads, info.classes);
  const statisticsVector = statisticsOf(architecture);
  const graph = new Graph();
  const conv = (
    x: Tensor,
    { name, kind, kernelSide, stride, side, outChannels, activation, norm }: ConvLayer,
  ): Tensor => {
    const constant = (part: string) => graph.constant(vector.view(parameters, `${name}/${part}`), [outChannels]);
    const moment = (part: string) =>
      graph.constant(statisticsVector.view(statistics, `${name}/${part}`), [outChannels]);
    const weights = vector.view(parameters, `${name}/kernel`);
    const inputs = weights.length / outChannels / kernelSide ** 2;
    const out = [1, outChannels, Math.ceil(side / stride), Math.ceil(side / stride)];
    const attributes = {
      strides: { ints: [stride, stride] },
      auto_pad: { string: 'SAME_UPPER' },
      group: { int: kind === 'depthwise' ? outChannels : 1 },
    };
    const operands = [x, graph.constant(weights, [outChannels, inputs, kernelSide, kernelSide])];
    if (!norm) return activate(graph.node('Conv', [...operands, constant('bias')], out, { attributes }), activation);
    const y = graph.node('Conv', operands, out, { attributes });
    const norms = [...['gamma', 'beta'].map(constant), ...['mean', 'variance'].map(moment)];
    const z = graph.node('BatchNormalization', [y, ...norms], out, { attributes: { epsilon: { float: 1e-3 } } });
    return activate(z, activation);
  };
  const pool = (x: Tensor) => graph.node('GlobalAveragePool', [x], [1, x.shape[1], 1, 1]);
  let x = graph.input('grey', [1, 1, info.size, info.size]);
  for (const block of blocks) {
    const y = block.layers.reduce((activation, each) => {
      const output = conv(activation, each);
      if (!block.squeeze || each.kind !== 'depthwise') return output;
      return graph.node('Mul', [output, block.squeeze.layers.reduce(conv, pool(output))], output.shape);
    }, x);
    x = block.residual ? graph.node('Add', [x, y], y.shape) : y;
  }
  const features = graph.node('Flatten', [tail.reduce(conv, pool(x))], [1, architecture.features]);
  const kernel = graph.constant(vector.view(parameters, `classifier/${head}/kernel`), [7, architecture.features]);
  const bias = graph.constant(vector.view(parameters, `classifier/${head}/bias`), [7]);
  const logits = graph.node('Gemm', [features, kernel, bias], [1, 7], { attributes: { transB: { int: 1 } } });
  graph.output('probabilities', graph.node('Softmax', [logits], [1, 7], { attributes: { axis: { int: 1 } } }));
  return graph.encode(14);
}
