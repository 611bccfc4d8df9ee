import type { QuantizeConfig } from '../config/schema.ts';
import type { Faces } from '../data/dataset.ts';
import { convolutionsOf, type FoldedConvolution, type FoldedNetwork, networkOf } from '../nn/folded-network.ts';
import { layersOf } from '../nn/layers.ts';
import { activationParametersOf, type Calibration, calibrate } from './calibrate.ts';
import { equalize } from './equalize.ts';
import { dequantizeNetwork, type QuantizedNetwork, quantizeNetwork } from './quantized-network.ts';
import type { QuantizationParameters } from './scheme.ts';

/** A network that is ready to be rounded, and the parameters to round its activations with. */
export interface Prepared {
  readonly network: FoldedNetwork;
  readonly activations: ReadonlyMap<string, QuantizationParameters>;
}

/**
 * Observes the network on representative faces, with cross-layer equalization before and bias correction after, where they
 * are switched on.
 * @throws UserError if an activation's range is not finite.
 */
export async function prepareRounding(
  network: FoldedNetwork,
  head: string,
  faces: Faces,
  config: QuantizeConfig,
): Promise<Prepared> {
  const observed = await calibrate(network, head, faces);
  const equalized = config.equalize ? equalize(network, observed) : network;
  const calibration = config.equalize ? await calibrate(equalized, head, faces) : observed;
  const activations = activationParametersOf(network.architecture, calibration, config.observer);
  if (!config.correctBias) return { network: equalized, activations };
  const rounded = quantizeNetwork(equalized, head, activations, config.perChannel);
  return { network: correctBiases(equalized, rounded, calibration), activations };
}

/**
 * Post-training quantization: rounds what {@link prepareRounding} prepares.
 * @throws UserError if an activation's range is not finite.
 */
export async function quantizeAfterTraining(
  network: FoldedNetwork,
  head: string,
  faces: Faces,
  config: QuantizeConfig,
): Promise<QuantizedNetwork> {
  const prepared = await prepareRounding(network, head, faces, config);
  return quantizeNetwork(prepared.network, head, prepared.activations, config.perChannel);
}

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
    // The image is not observed.
    const means = calibration.get(layer.input)?.channelMeans();
    if (!means) {
      corrected.set(layer.name, { kernel, bias });
      continue;
    }
    const depthwise = layer.kind === 'convolution' && layer.conv.kind === 'depthwise';
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
