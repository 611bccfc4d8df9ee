/**
 * Bias correction (Nagel et al. 2019, arXiv:1906.04721, section 4.2): rounding moves the mean of a convolution's output
 * by E[Δy] = ΔW · E[x], and the bias takes that back. E[x], the mean of each input channel, is measured.
 */
import { convolutionsOf, type FoldedConvolution, type FoldedNetwork, networkOf } from '../nn/folded-network.ts';
import { layersOf } from '../nn/layers.ts';
import type { Calibration } from './calibrate.ts';
import { dequantizeNetwork, type QuantizedNetwork } from './quantized-network.ts';

/** A convolution as it was and as it is rounded. */
export interface RoundedConvolution {
  /** Channel by channel of the result. */
  readonly kernel: Float32Array;
  /** One for each channel of the result. */
  readonly bias: Float32Array;
  /** A number of the kernel after rounding. @param place in the kernel. @param channel of the result. */
  rounded(place: number, channel: number): number;
  /** Mean of the input channel that a number of the kernel is multiplied with. @param tap its place within the channel's. */
  meanAt(channel: number, tap: number): number;
}

export function correctedBias({ kernel, bias, rounded, meanAt }: RoundedConvolution): Float32Array {
  const taps = kernel.length / bias.length;
  return bias.map((value, channel) => {
    let shift = 0;
    for (let tap = 0; tap < taps; tap++) {
      const place = channel * taps + tap;
      shift += (rounded(place, channel) - kernel[place]) * meanAt(channel, tap);
    }
    return value - shift;
  });
}

/**
 * Corrects the biases of a network. The stem is left as it is: its channels are colours, whose means belong to the pictures and
 * not to the network.
 * @param network before rounding, and `rounded` the same after it.
 * @param calibration of `network`.
 * @returns the network with corrected biases, to be rounded again.
 */
export function correctBiases(
  network: FoldedNetwork,
  rounded: QuantizedNetwork,
  calibration: Calibration,
): FoldedNetwork {
  const { head } = rounded;
  const before = convolutionsOf(network, head);
  const after = convolutionsOf(dequantizeNetwork(rounded), head);
  const corrected = new Map<string, FoldedConvolution>();
  for (const layer of layersOf(network.architecture)) {
    if (layer.kind !== 'convolution' && layer.kind !== 'classifier') continue;
    const { kernel, bias } = before.get(layer.name) as FoldedConvolution;
    // The image is not observed.
    const means = calibration.get(layer.input)?.channelMeans();
    if (!means) {
      corrected.set(layer.name, { kernel, bias });
      continue;
    }
    const depthwise = layer.kind === 'convolution' && layer.conv.kind === 'depthwise';
    const quantized = (after.get(layer.name) as FoldedConvolution).kernel;
    corrected.set(layer.name, {
      kernel,
      bias: correctedBias({
        kernel,
        bias,
        rounded: (place) => quantized[place],
        meanAt: (channel, tap) => means[depthwise ? channel : tap],
      }),
    });
  }
  return networkOf(network.architecture, network.classes, head, corrected);
}
