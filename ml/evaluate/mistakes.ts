import { predictionAt } from '../core/emotions.ts';
import { classesOf, FACE_SIZE, type FaceDataset, faceAt, type Split } from '../data/dataset.ts';
import { type Protocol, protocolLabels } from '../data/labels.ts';
import type { Tile } from './contact-sheet.ts';
import type { SplitPredictions } from './evaluation.ts';
import { restrictTo } from './metrics.ts';

/** The mistakes on a split under a protocol. */
export interface Mistakes {
  readonly protocol: Protocol;
  readonly split: Split;
  /** All faces that were predicted wrongly. */
  readonly count: number;
  /** The most confident of them, the most confident first; captions are like `Sad → Fear 97 %`. */
  readonly tiles: Tile[];
}

/**
 * Picks a model's most confident mistakes.
 * @param limit how many to show at most.
 * @throws UserError if the protocol needs votes that the data set lacks.
 */
export function confidentMistakes(
  dataset: FaceDataset,
  { split, indices, probabilities }: SplitPredictions,
  protocol: Protocol,
  limit: number,
): Mistakes {
  const names = classesOf(dataset);
  const outputs = probabilities.length / indices.length;
  const { labels, answers } = protocolLabels(protocol, dataset, outputs);
  const answered = answers ? restrictTo(answers, probabilities, outputs) : probabilities;
  const mistakes = Array.from(indices, (face, i) => ({
    face,
    truth: labels[face],
    ...predictionAt(answered, i, outputs),
  }))
    .filter(({ truth, label }) => truth >= 0 && truth !== label)
    .sort((a, b) => b.confidence - a.confidence);
  const tiles = mistakes.slice(0, limit).map(({ face, truth, label, confidence }) => ({
    pixels: faceAt(dataset, face),
    size: FACE_SIZE,
    caption: `${names[truth]} → ${names[label]} ${Math.round(100 * confidence)} %`,
    tone: 'bad' as const,
  }));
  return { protocol, split, count: mistakes.length, tiles };
}
