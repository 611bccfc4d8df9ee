import { predictionAt } from '../../../ml/core/emotions.ts';
import { silent } from '../../../ml/core/progress.ts';
import type { FaceDataset } from '../../../ml/data/dataset.ts';
import { protocolLabels } from '../../../ml/data/labels.ts';
import { findUnlikelyLabels, labelMargins } from '../../../ml/refine/confident-learning.ts';
import { findSuspects } from '../../../ml/refine/finders.ts';
import { predictOutOfFold } from '../../../ml/refine/out-of-fold.ts';
import { trainable } from '../../pipeline/refine-data.ts';
import type { Run } from '../../pipeline/run-folder.ts';
import { percent } from './flaws.ts';
import { averagePrecision } from './precision.ts';

/**
 * Measures confident learning against the FER+ majority, on the training faces that have one.
 * @param dataset with votes.
 */
export async function measureFolds({ folder, config }: Run, dataset: FaceDataset): Promise<string[]> {
  // The run chose its faces by the data that it had.
  const seen = config.data.votes === null ? { ...dataset, votes: undefined } : dataset;
  const faces = trainable(seen, findSuspects(seen, silent));
  const probabilities = await predictOutOfFold({ config, dataset, faces, folder, reporter: silent });
  if (probabilities === null) throw new Error('only a signal stops the prediction');
  const { labels: majority } = protocolLabels('ferplus-majority', dataset);
  const labels = Uint8Array.from(faces, (face) => dataset.labels[face]);
  const margins = labelMargins(labels, probabilities);
  const judged = [...faces.keys()].filter((i) => majority[faces[i]] >= 0);
  const scored = judged.map((i) => ({ score: margins[i].score, positive: majority[faces[i]] !== labels[i] }));
  const wrong = scored.filter(({ positive }) => positive).length;
  const moves = findUnlikelyLabels(faces, labels, probabilities).filter(
    ({ face, action }) => action === 'move' && majority[face] >= 0,
  );
  const found = moves.filter(({ face }) => majority[face] !== dataset.labels[face]);
  const right = moves.filter(({ face, to }) => majority[face] === to);
  const agreed = judged.filter((i) => predictionAt(probabilities, i).label === labels[i]).length;
  return [
    `wrong labels without votes, ${judged.length} training faces with a FER+ majority, ${wrong} labelled otherwise:`,
    `  out-of-fold accuracy on the labels as given ${percent(agreed, judged.length)}`,
    `  average precision ${averagePrecision(scored).toFixed(3)} (by chance ${(wrong / judged.length).toFixed(3)})`,
    `  moved ${moves.length}: precision ${percent(found.length, moves.length)}, recall ${percent(found.length, wrong)}, ` +
      `to the class of the majority ${percent(right.length, moves.length)}`,
  ];
}
