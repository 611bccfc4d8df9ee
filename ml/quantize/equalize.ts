import type { Activation } from '../nn/architecture.ts';
import type { FoldedConvolution, FoldedNetwork } from '../nn/folded-network.ts';
import { type Layer, layersOf } from '../nn/layers.ts';
import type { Calibration } from './calibrate.ts';

/** Where each activation clips; below, a scaled input gives the scaled output. */
const CEILING: Partial<Record<Activation, number>> = { relu6: 6, relu: Number.POSITIVE_INFINITY };

/**
 * Cross-layer equalization (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction",
 * arXiv:1906.04721, section 4.1): where one convolution feeds only the next, channel c of the first is multiplied by
 * s = √(r₂/r₁) and the weights of the second that read it are divided by s, r being the greatest weight of the channel
 * in each, so that channels spread alike.
 *
 * The paper needs ReLU in place of ReLU6. Here the ReLU6 stays and the network computes the same: a channel that was
 * seen to reach 6 is not changed, and no other is stretched beyond 6. An activation that is read twice is not changed either.
 * @param calibration of this very network.
 */
export function equalize(network: FoldedNetwork, calibration: Calibration): FoldedNetwork {
  const equalized = new Map(
    [...network.layers].map(([name, { kernel, bias }]) => [name, { kernel: kernel.slice(), bias: bias.slice() }]),
  );
  const layers = layersOf(network.architecture);
  for (const layer of layers) {
    if (layer.kind !== 'convolution') continue;
    const { conv } = layer;
    const ceiling = CEILING[conv.activation];
    const [reader, another] = layers.filter((other) => inputsOf(other).includes(layer.name));
    if (ceiling === undefined || another || reader.kind !== 'convolution') continue;
    const next = reader.conv;
    const seen = calibration.get(conv.name)?.channelMax ?? new Float64Array(conv.outChannels);
    const first = equalized.get(conv.name) as FoldedConvolution;
    const second = equalized.get(next.name) as FoldedConvolution;
    const taps = first.kernel.length / conv.outChannels;
    const readers = readersOf(second.kernel, next.kind === 'depthwise', conv.outChannels);
    for (let c = 0; c < conv.outChannels; c++) {
      const weights = first.kernel.subarray(c * taps, (c + 1) * taps);
      const scale = factor(
        largest(weights),
        Math.max(...readers(c).map((at) => Math.abs(second.kernel[at]))),
        seen[c],
        ceiling,
      );
      for (const [k, weight] of weights.entries()) weights[k] = weight * scale;
      first.bias[c] *= scale;
      for (const at of readers(c)) second.kernel[at] /= scale;
    }
  }
  return { ...network, layers: equalized };
}

const inputsOf = (layer: Layer) => ('inputs' in layer ? layer.inputs : [layer.input]);

/** Positions of the weights in the second kernel that read a channel of the first. */
function readersOf(kernel: Float32Array, depthwise: boolean, channels: number): (channel: number) => number[] {
  const each = kernel.length / channels;
  return (channel) => Array.from({ length: each }, (_, k) => (depthwise ? channel * each + k : k * channels + channel));
}

const largest = (weights: Float32Array) => weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);

function factor(first: number, second: number, seenMax: number, ceiling: number): number {
  if (first === 0 || second === 0 || seenMax >= ceiling) return 1;
  const wanted = Math.sqrt(second / first);
  return seenMax > 0 ? Math.min(wanted, ceiling / seenMax) : wanted;
}
