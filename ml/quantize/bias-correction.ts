import { convolutionsOf, type FoldedConvolution, type FoldedNetwork, networkOf } from '../nn/folded-network.ts';
import { layersOf } from '../nn/layers.ts';
import type { Calibration } from './calibrate.ts';
import { dequantizeNetwork, type QuantizedNetwork } from './quantized-network.ts';

/**
 * Bias correction (Nagel et al. 2019, arXiv:1906.04721, section 4.2): rounding moves the mean of a convolution's output
 * by E[Δy] = ΔW · E[x], and the bias takes that back. E[x], the mean of each input channel, is measured. The stem is left
 * as it is: its channels are colours, whose means belong to the pictures and not to the network.
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
    // The image is no map that is observed.
    const means = calibration.get(layer.input)?.channelMeans();
    if (!means) {
      corrected.set(layer.name, { kernel, bias });
      continue;
    }
    const depthwise = layer.kind === 'convolution' && layer.unit.kind === 'depthwise';
    const quantized = (after.get(layer.name) as FoldedConvolution).kernel;
    const taps = kernel.length / bias.length;
    const shift = (c: number) => {
      let sum = 0;
      for (let k = 0; k < taps; k++) {
        const at = c * taps + k;
        sum += (quantized[at] - kernel[at]) * means[depthwise ? c : k];
      }
      return sum;
    };
    corrected.set(layer.name, { kernel, bias: bias.map((value, c) => value - shift(c)) });
  }
  return networkOf(network.architecture, network.classes, head, corrected);
}
