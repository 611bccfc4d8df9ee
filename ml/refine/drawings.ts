import { z } from 'zod';
import { type FaceDataset, faceAt } from '../data/dataset.ts';
import model from './drawing-model.json' with { type: 'json' };
import { imageStatistics, STATISTICS } from './image-statistics.ts';
import { LogisticSchema, probabilityOf } from './logistic.ts';
import type { Suspect } from './suspect.ts';

const MODEL = LogisticSchema.extend({
  means: z.array(z.number()).length(STATISTICS),
  deviations: z.array(z.number().positive()).length(STATISTICS),
  weights: z.array(z.number()).length(STATISTICS),
}).parse(model);

/** Probabilities from which an image goes, and from which a person should look; tuned on training rows of FER2013. */
const CERTAIN = 0.9;
const SUSPICIOUS = 0.2;

/**
 * Drawings, cartoons, texts and error pictures, by a logistic regression on image statistics. It was fitted on training
 * rows of FER2013 that were told apart by eye, starting from those that FER+ voters called not a face
 * (`tools/bench/fit-drawings.ts`).
 */
export function findDrawings(dataset: FaceDataset): Suspect[] {
  const suspects: Suspect[] = [];
  const statistics = new Float64Array(STATISTICS);
  for (let face = 0; face < dataset.count; face++) {
    imageStatistics(faceAt(dataset, face), statistics);
    const score = probabilityOf(MODEL, statistics);
    if (score < SUSPICIOUS) continue;
    suspects.push({ face, reason: 'drawing', score, action: score >= CERTAIN ? 'drop' : 'keep', to: null });
  }
  return suspects;
}
