import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Evaluation } from '../../ml/evaluate/evaluation.ts';
import { type ExportedFile, exportOnnx } from '../../ml/export/export-onnx.ts';
import { describeModel, type ModelJson, writeModelJson } from '../../ml/export/model-json.ts';
import { bestFile } from '../../ml/train/train.ts';
import { loadNetwork, type NetworkInfo } from '../../ml/train/trained-network.ts';
import { MODEL_FILE, modelFolder, type Run } from './run-folder.ts';

export const MODEL_JSON = 'model.json';

/** A head of a run, written as a model. */
export interface ExportedHead {
  readonly head: string;
  readonly file: ExportedFile;
  readonly network: NetworkInfo;
}

/**
 * Writes the best network of a head as ONNX. The same network gives the same bytes.
 * @throws UserError if the run has no such network yet or the folder cannot be written.
 */
export async function exportHead(run: Run, head: string, folder = modelFolder(run, head)): Promise<ExportedHead> {
  const network = await loadNetwork(join(run.folder, bestFile(head)));
  const metadata = { run: basename(run.folder), epoch: String(network.info.epoch) };
  const file = await exportOnnx(network, head, join(folder, MODEL_FILE), metadata);
  return { head, file, network: network.info };
}

/** Exports the heads of a run that have no exported model in it yet; returns the models' paths by head. */
export async function ensureExported(run: Run): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const head of run.config.train.targets) {
    const path = join(modelFolder(run, head), MODEL_FILE);
    if (!existsSync(path)) await exportHead(run, head);
    paths.set(head, path);
  }
  return paths;
}

/** Writes `model.json` beside an exported model. */
export async function describeHead(
  run: Run,
  { head, file, network }: ExportedHead,
  metrics: ModelJson['metrics'],
): Promise<string> {
  const { seed, model, augment, train, data } = run.config;
  const training = {
    run: basename(run.folder),
    head,
    data: basename(data.source),
    epochs: network.epoch,
    config: { seed, model: { ...model, weights: basename(model.weights) }, augment, train },
  };
  const path = join(file.path, '..', MODEL_JSON);
  await writeModelJson(path, describeModel(network.size, [file], metrics, training));
  return path;
}

/** The figures of an evaluation that `model.json` keeps. */
export function metricsOf({ results }: Evaluation): ModelJson['metrics'] {
  return results.map(({ protocol, split, metrics }) => ({
    protocol,
    split,
    faces: metrics.count,
    accuracy: metrics.accuracy,
    interval95: metrics.accuracyInterval95,
    macroF1: metrics.macroF1,
  }));
}
