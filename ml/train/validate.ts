import type { TargetKind } from '../config/schema.ts';
import { predictionAt } from '../core/prediction.ts';
import { classesOf, type FaceDataset, type Faces, facesOf, indicesOf } from '../data/dataset.ts';
import { type Protocol, protocolLabels } from '../data/labels.ts';

/** The evaluation protocol that a head trained on such labels is chosen by. */
const protocolOf = (kind: TargetKind): Protocol => (kind === 'original' ? 'raw' : 'ferplus-majority');

/**
 * Accuracy of one head on PublicTest, by the protocol of its kind of labels; 0 if there are no such faces.
 * @param predict gives the probabilities [n, K] of faces.
 */
export async function publicAccuracy(
  predict: (faces: Faces) => Promise<Float32Array>,
  head: TargetKind,
  dataset: FaceDataset,
): Promise<number> {
  const { labels } = protocolLabels(protocolOf(head), dataset);
  const tested = indicesOf(dataset, 'PublicTest').filter((face) => labels[face] >= 0);
  const probabilities = await predict(facesOf(dataset, tested));
  const classes = classesOf(dataset).length;
  const right = tested.filter((face, i) => predictionAt(probabilities, i, classes).label === labels[face]);
  return tested.length > 0 ? right.length / tested.length : 0;
}
