import type { TargetKind } from '../config/schema.ts';
import { type FaceDataset, gatherFaces, indicesOf } from '../data/dataset.ts';
import { type Protocol, protocolLabels } from '../data/labels.ts';
import { predictFaces } from './predict.ts';
import { foldTrained, type TrainedNetwork } from './trained-network.ts';

/** The evaluation protocol that a head trained on such labels is chosen by. */
export const protocolOf = (kind: TargetKind): Protocol => (kind === 'original' ? 'raw' : 'ferplus-majority');

/** Accuracy of one head on PublicTest, by the protocol of its kind of labels; 0 if there are no such faces. */
export async function publicAccuracy(trained: TrainedNetwork, head: TargetKind, dataset: FaceDataset): Promise<number> {
  const { labels } = protocolLabels(protocolOf(head), dataset);
  const tested = indicesOf(dataset, 'PublicTest').filter((face) => labels[face] >= 0);
  const { classes } = trained.info;
  const probabilities = await predictFaces(foldTrained(trained), head, gatherFaces(dataset, tested));
  const right = tested.filter((face, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row)) === labels[face];
  });
  return tested.length > 0 ? right.length / tested.length : 0;
}
