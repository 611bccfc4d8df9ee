import { unitsOf } from '../nn/architecture.ts';
import { buildArchitecture } from '../nn/architectures.ts';
import {
  convolutionsOf,
  type FoldedConvolution,
  type FoldedNetwork,
  networkOf,
  stemToColour,
  stemToGrey,
} from '../nn/folded-network.ts';
import { LOGITS } from '../nn/layers.ts';
import type { NetworkInfo, TrainedNetwork } from '../train/trained-network.ts';
import { foldedParametersOf, mapParametersOf } from './qat-graph.ts';
import { type QuantizedNetwork, quantizeNetwork } from './quantized-network.ts';
import type { QuantizationParameters } from './scheme.ts';

/*
 * A network in quantization-aware training is kept as two flat vectors, as a network of floats is: its parameters are
 * those of `foldedParametersOf`, and in place of batch-norm statistics it has those of `mapParametersOf`.
 */

/** The integers that the flat vectors stand for. */
export function quantizedFrom({ info, parameters, statistics }: TrainedNetwork, perChannel: boolean): QuantizedNetwork {
  return quantizeNetwork(floatNetwork(info, parameters), info.heads[0], mapsFrom(info, statistics), perChannel);
}

/** Kernels and biases as one vector, the stem's colours summed. */
export function flattenNetwork(network: FoldedNetwork, head: string): Float32Array {
  const vector = foldedParametersOf(network.architecture, network.classes);
  const values = new Float32Array(vector.size);
  for (const [name, { kernel, bias }] of convolutionsOf(network, head)) {
    vector.view(values, `${name}/kernel`).set(name === 'stem' ? stemToGrey(kernel) : kernel);
    vector.view(values, `${name}/bias`).set(bias);
  }
  return values;
}

/** The network of floats that {@link flattenNetwork} flattened. */
export function floatNetwork(info: NetworkInfo, values: Float32Array): FoldedNetwork {
  const { classes, heads } = info;
  const architecture = buildArchitecture(info);
  const vector = foldedParametersOf(architecture, classes);
  const convolution = (name: string): FoldedConvolution => {
    const kernel = vector.view(values, `${name}/kernel`).slice();
    return {
      kernel: name === 'stem' ? stemToColour(kernel) : kernel,
      bias: vector.view(values, `${name}/bias`).slice(),
    };
  };
  const names = [...unitsOf(architecture).map(({ name }) => name), LOGITS];
  return networkOf(architecture, classes, heads[0], new Map(names.map((name) => [name, convolution(name)])));
}

/** Parameters of every map as one vector. */
export function flattenMaps(
  { architecture }: FoldedNetwork,
  maps: ReadonlyMap<string, QuantizationParameters>,
): Float32Array {
  const vector = mapParametersOf(architecture);
  const values = new Float32Array(vector.size);
  for (const [name, { scale, zeroPoint }] of maps) {
    vector.view(values, `${name}/scale`)[0] = scale;
    vector.view(values, `${name}/zeroPoint`)[0] = zeroPoint;
  }
  return values;
}

/** What {@link flattenMaps} flattened. */
export function mapsFrom(info: NetworkInfo, values: Float32Array): Map<string, QuantizationParameters> {
  const vector = mapParametersOf(buildArchitecture(info));
  const names = vector.pieces.filter(({ name }) => name.endsWith('/scale')).map(({ name }) => name.slice(0, -6));
  return new Map(
    names.map((name) => {
      const [scale] = vector.view(values, `${name}/scale`);
      const [zeroPoint] = vector.view(values, `${name}/zeroPoint`);
      return [name, { scale, zeroPoint }];
    }),
  );
}
