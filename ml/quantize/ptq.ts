import type { QuantizeConfig } from '../config/schema.ts';
import type { Faces } from '../data/dataset.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { activationParametersOf, calibrate } from './calibrate.ts';
import { correctBiases } from './correct-bias.ts';
import { equalize } from './equalize.ts';
import { type QuantizedNetwork, quantizeNetwork } from './quantized-network.ts';
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
