import { expect } from 'vitest';

/** What the detector says once its model has loaded. */
export const READY = expect.stringMatching(
  /^EmotionDetector: ready, model \S+, 7 expressions, (\d+ runs per second|a run in every frame) \(ML performance index (\d+|unknown)\)$/,
);
