import { join } from 'node:path';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { silent } from '../../ml/core/progress.ts';
import type { Random } from '../../ml/core/random.ts';
import { FACE_SIZE, type FaceDataset, faceAt, facesOf } from '../../ml/data/dataset.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { ACTED_BIAS, biased } from '../../ml/evaluate/prior.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import type { Picture } from '../../tools/simulator/session/session.ts';
import { REAL } from '../data/helpers.ts';

/** Float, so that the choice does not hang on the file that the lens runs. */
const MODEL = 'ml/models/emotion/emotion.onnx';
/** A face counts as sure from this probability of its label, with the lens's bias for acted faces at its default. */
const SURE = 0.6;
const ACTED = 0.75;

const SAMPLE = join(REAL, 'fer2013-sample.csv');

/** Where faces come from: drawn ones always, real ones where they are at hand. */
export const SOURCES: readonly { name: string; files: string[]; load(cache: string): Promise<FaceDataset> }[] = [
  { name: 'drawn faces', files: [], load: async () => generateFaces({ count: 280, seed: 1 }) },
  {
    name: 'faces of FER2013',
    files: [SAMPLE],
    load: async (cache) => {
      const { data } = ConfigSchema.parse({ data: { source: SAMPLE, cache } });
      return (await loadFaces(data, 1, silent)).dataset;
    },
  },
];

/** For each expression that there is one for, by its index: the face that the model is surest of, rightly. */
export async function sureFaces(dataset: FaceDataset): Promise<Map<number, Picture>> {
  const predictor = await loadPredictor(MODEL);
  const probabilities = biased(await predictor.predict(facesOf(dataset)), ACTED_BIAS, ACTED);
  await predictor.close();
  const faces = new Map<number, Picture>();
  EMOTIONS.forEach((_, emotion) => {
    let best = SURE;
    for (let face = 0; face < dataset.count; face++) {
      const probability = probabilities[face * EMOTIONS.length + emotion];
      if (dataset.labels[face] !== emotion || probability < best) continue;
      best = probability;
      faces.set(emotion, { size: FACE_SIZE, pixels: faceAt(dataset, face) });
    }
  });
  return faces;
}

const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));

/** The same face as a bad camera sees it, another way each time. @param deviation of the noise, in grey levels. */
export function noisy({ size, pixels }: Picture, deviation: number, random: Random): Picture {
  return { size, pixels: pixels.map((value) => byte(value + random.normal(0, deviation))) };
}

/** Something between two faces. @param share of the second. */
export function between(one: Picture, other: Picture, share: number): Picture {
  return { size: one.size, pixels: one.pixels.map((value, i) => byte(value + share * (other.pixels[i] - value))) };
}
