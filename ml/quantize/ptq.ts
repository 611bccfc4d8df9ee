import type { QuantizeConfig } from '../config/schema.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { correctBiases } from './bias-correction.ts';
import { calibrate, mapParameters } from './calibrate.ts';
import { equalize } from './equalize.ts';
import { type QuantizedNetwork, quantizeNetwork } from './quantized-network.ts';

/**
 * Post-training quantization: observes the network on representative faces and rounds it, with cross-layer equalization
 * before and bias correction after, where they are switched on.
 * @param faces grey values, [n, 48, 48].
 * @throws UserError if a map's range is not finite.
 */
export async function quantizeAfterTraining(
  network: FoldedNetwork,
  head: string,
  faces: Uint8Array,
  config: QuantizeConfig,
): Promise<QuantizedNetwork> {
  const { observer, perChannel } = config;
  const observed = await calibrate(network, head, faces);
  const equalized = config.equalize ? equalize(network, observed) : network;
  const calibration = config.equalize ? await calibrate(equalized, head, faces) : observed;
  const maps = mapParameters(calibration, observer);
  const rounded = quantizeNetwork(equalized, head, maps, perChannel);
  if (!config.correctBias) return rounded;
  return quantizeNetwork(correctBiases(equalized, rounded, calibration), head, maps, perChannel);
}
