import type { ConfigInput } from './schema.ts';

/**
 * Defaults for the drawn faces of the generator, which are easier than photographs: a small network and a short
 * training, so that the first run of the project takes minutes on any computer.
 */
export const SYNTHETIC_PRESET = {
  data: { syntheticCount: 6000 },
  model: { size: 48, width: 0.35 },
  train: { epochs: 6, batchSize: 64, learningRate: 3e-3, warmupEpochs: 0.5, emaDecay: 0.99 },
} as const satisfies ConfigInput;
