import type { ConfigInput } from './schema.ts';

/**
 * Defaults for fine-tuning on the few faces of CK+ from a network that knows expressions: small steps, few epochs, and a
 * moving average that is not longer than those.
 */
export const FINE_TUNING_PRESET = {
  augment: { brightness: 0.1, contrast: 0.15, gamma: 0.1, noise: 2 },
  train: { epochs: 12, batchSize: 32, learningRate: 5e-4, emaDecay: 0.97 },
} as const satisfies ConfigInput;

/**
 * Defaults for the drawn faces of the generator: a small network and a short training, so that the first run of the
 * project takes minutes on any computer. The generator itself varies position, light and noise, so augmentation is weak.
 */
export const SYNTHETIC_PRESET = {
  data: { syntheticCount: 6000 },
  model: { size: 64, width: 0.35 },
  augment: { rotation: 5, scale: 0.05, shift: 0.04, brightness: 0.1, contrast: 0.1, gamma: 0, noise: 0, cutout: 0 },
  train: { epochs: 10, batchSize: 64, learningRate: 1e-2, warmupEpochs: 0.5, emaDecay: 0.99 },
  quantize: { images: 256, epochs: 2, frozenEpochs: 1, learningRate: 5e-4 },
} as const satisfies ConfigInput;

/**
 * Defaults for the networks that look for wrong labels: they need not be accurate, and there are several to train.
 */
export const REFINE_PRESET = {
  model: { size: 48 },
  train: { epochs: 12, batchSize: 128 },
} as const satisfies ConfigInput;
