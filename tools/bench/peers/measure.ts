import type { Reporter } from '../../../ml/core/progress.ts';
import { type FaceDataset, facesOf, type PosedFaces, type Split } from '../../../ml/data/dataset.ts';
import type { Protocol } from '../../../ml/data/labels.ts';
import { accuracyOf, type Estimate } from '../../../ml/evaluate/estimate.ts';
import { evaluate } from '../../../ml/evaluate/evaluation.ts';
import { answerPosed, scorePosed } from '../../../ml/evaluate/posed.ts';
import { ACTED_BIAS, biased } from '../../../ml/evaluate/prior.ts';
import { readPosed } from '../../../ml/faces/posed.ts';
import type { Participant } from './participants.ts';

/** A participant as it is (strength 0), or with the lens's bias for acted faces. */
export interface Column {
  readonly title: string;
  readonly participant: Participant;
  readonly strength: number;
}

/** Estimates by the title of their row, one for each column; null where a model cannot be measured. */
export type Rows = Map<string, (Estimate | null)[]>;

/** Columns of each participant with their place among all. */
function byParticipant(columns: readonly Column[]) {
  const places = new Map<Participant, { readonly at: number; readonly strength: number }[]>();
  for (const [at, { participant, strength }] of columns.entries())
    places.set(participant, [...(places.get(participant) ?? []), { at, strength }]);
  return places;
}

function put(rows: Rows, title: string, columns: number, at: number, estimate: Estimate): void {
  const estimates = rows.get(title) ?? new Array<Estimate | null>(columns).fill(null);
  estimates[at] = estimate;
  rows.set(title, estimates);
}

/**
 * Accuracy under every protocol that a data set has labels for.
 * @param titleOf the row of a protocol on a split.
 */
export async function measureDataset(
  columns: readonly Column[],
  dataset: FaceDataset,
  splits: readonly Split[],
  titleOf: (protocol: Protocol, split: Split) => string,
  reporter: Reporter,
): Promise<Rows> {
  const rows: Rows = new Map();
  for (const [{ name, predictor, actedBias }, places] of byParticipant(columns)) {
    const predict = (faces: Uint32Array) =>
      predictor.predict(facesOf(dataset, faces), (done, total) =>
        reporter.progress({ step: `${dataset.source}: ${name}`, done, total, unit: 'img' }),
      );
    const { predictions } = await evaluate(dataset, predict, splits, name);
    for (const { at, strength } of places) {
      const left = predictions.map(({ probabilities }) => biased(probabilities, actedBias ?? ACTED_BIAS, strength));
      const { evaluation } = await evaluate(dataset, async () => left.shift()!, splits, name);
      for (const { protocol, split, metrics } of evaluation.results) {
        const title = `${titleOf(protocol, split)} (${metrics.count.toLocaleString('en')})`;
        put(rows, title, columns.length, at, accuracyOf(metrics));
      }
    }
  }
  return rows;
}

/** Accuracy and mean recall on a folder of posed photographs, each cropped to the size of the model. */
export async function measurePosed(columns: readonly Column[], folder: string, reporter: Reporter): Promise<Rows> {
  const rows: Rows = new Map();
  const bySize = new Map<number, PosedFaces>();
  for (const [{ name, predictor, actedBias }, places] of byParticipant(columns)) {
    if (predictor.size === 0) continue;
    const faces = bySize.get(predictor.size) ?? (await readPosed(folder, predictor.size, reporter));
    bySize.set(predictor.size, faces);
    const answers = await answerPosed(faces, (shown) =>
      predictor.predict(shown, (done, total) =>
        reporter.progress({ step: `${folder}: ${name}`, done, total, unit: 'img' }),
      ),
    );
    for (const { at, strength } of places) {
      for (const { protocol, metrics, ...recall } of scorePosed(
        answers,
        faces.labels,
        strength,
        actedBias ?? ACTED_BIAS,
      )) {
        const title = `KDEF, ${protocol} (${metrics.count.toLocaleString('en')})`;
        put(rows, title, columns.length, at, accuracyOf(metrics));
        const estimate = { share: recall.meanRecall, interval95: recall.meanRecallInterval95 };
        put(rows, `KDEF, ${protocol}, mean recall`, columns.length, at, estimate);
      }
    }
  }
  return rows;
}
