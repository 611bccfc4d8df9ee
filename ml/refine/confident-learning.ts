import type { Suspect } from './suspects.ts';

/** Score from which a label is changed without review; networks that have learnt little lead by less. */
const CLEAR = 0.75;

/** Estimate of the label noise by confident learning. */
export interface LabelNoise {
  /** Mean probability of each class over the faces labelled with it; 1 for a class without faces. [K] */
  readonly thresholds: Float64Array;
  /** Estimated number of faces with each label and each true class. [label, true class] */
  readonly joint: readonly Float64Array[];
}

/**
 * Estimates how many faces of each label belong to another class, by confident learning (Northcutt, Jiang and Chuang
 * 2021, arXiv:1911.00068): a face counts for the most probable of the classes whose probability is at least the mean of
 * that class's own faces; the counts are then scaled so that each label has as many faces as it has.
 * @param labels class of each face. [n]
 * @param probabilities of each class for each face, from networks that have not seen it. [n, K]
 */
export function estimateNoise(labels: Uint8Array, probabilities: Float32Array): LabelNoise {
  const classes = probabilities.length / labels.length;
  const counts = new Float64Array(classes);
  const thresholds = new Float64Array(classes);
  labels.forEach((label, face) => {
    counts[label]++;
    thresholds[label] += probabilities[face * classes + label];
  });
  for (let k = 0; k < classes; k++) thresholds[k] = counts[k] === 0 ? 1 : thresholds[k] / counts[k];
  const joint = Array.from({ length: classes }, () => new Float64Array(classes));
  labels.forEach((label, face) => {
    const row = probabilities.subarray(face * classes, (face + 1) * classes);
    let confident = -1;
    for (let k = 0; k < classes; k++)
      if (row[k] >= thresholds[k] && (confident < 0 || row[k] > row[confident])) confident = k;
    if (confident >= 0) joint[label][confident]++;
  });
  for (const [label, row] of joint.entries()) {
    const total = row.reduce((sum, count) => sum + count, 0);
    if (total === 0) row[label] = counts[label];
    else for (let k = 0; k < classes; k++) row[k] *= counts[label] / total;
  }
  return { thresholds, joint };
}

/**
 * How likely each label is wrong: the lead of the most probable other class over the label, mapped from −1..1 to 0..1 (the
 * normalised margin). [n]
 */
export function labelMargins(labels: Uint8Array, probabilities: Float32Array): { score: number; to: number }[] {
  const classes = probabilities.length / labels.length;
  return Array.from(labels, (label, face) => {
    const row = probabilities.subarray(face * classes, (face + 1) * classes);
    let to = label === 0 ? 1 : 0;
    for (let k = 0; k < classes; k++) if (k !== label && row[k] > row[to]) to = k;
    return { score: (row[to] - row[label] + 1) / 2, to };
  });
}

/**
 * Labels that are probably wrong, pruned by noise rate: of the faces with label i, those with the greatest lead of class j
 * move there, as many as are estimated to belong there, if the network is as sure of j as of that class's own faces and the
 * lead is clear. Other faces whose label is not the most probable class are reported and kept.
 * @param faces positions in the data set of the rows of `labels` and `probabilities`.
 */
export function findUnlikelyLabels(faces: Uint32Array, labels: Uint8Array, probabilities: Float32Array): Suspect[] {
  const { joint, thresholds } = estimateNoise(labels, probabilities);
  const classes = thresholds.length;
  const left = joint.map((row) => Array.from(row, (count) => Math.round(count)));
  const margins = labelMargins(labels, probabilities);
  const worst = [...margins.keys()].filter((i) => margins[i].score > 0.5);
  worst.sort((a, b) => margins[b].score - margins[a].score || a - b);
  return worst
    .map((i): Suspect => {
      const { score, to } = margins[i];
      const confident = score >= CLEAR && probabilities[i * classes + to] >= thresholds[to];
      const moves = confident && left[labels[i]][to]-- > 0;
      return { face: faces[i], reason: 'label-folds', score, action: moves ? 'move' : 'keep', to };
    })
    .sort((a, b) => a.face - b.face);
}
