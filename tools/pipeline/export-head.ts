import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../ml/core/errors.ts';
import { readText, writeAtomic } from '../../ml/core/files.ts';
import type { Evaluation } from '../../ml/evaluate/evaluation.ts';
import { actedBiasFor } from '../../ml/evaluate/prior.ts';
import { exportOnnx, INT8_ONNX, INT8_TFLITE } from '../../ml/export/export-model.ts';
import { type ExportedFile, sha256Of } from '../../ml/model/exported-file.ts';
import { describeModel, type ModelMetrics, readModelJson, writeModelJson } from '../../ml/model/model-json.ts';
import type { NetworkInfo } from '../../ml/model/network.ts';
import type { Origin } from '../../ml/model/onnx-metadata.ts';
import { readModelFile } from '../../ml/runtime/model-file.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { loadNetwork } from '../../ml/train/trained-network.ts';
import { DATA_FILE, MODEL_FILE, modelFolder, type Run } from './run-folder.ts';

export const MODEL_JSON = 'model.json';

/** A head of a run, written as a model. */
export interface ExportedHead {
  readonly head: string;
  readonly file: ExportedFile;
  readonly network: NetworkInfo;
  /** Of a file that was trained elsewhere: what it is the mean of, if it is one. */
  readonly origin?: Pick<Origin, 'averageOf'>;
}

/**
 * Writes the best network of a head as ONNX. The same network gives the same bytes.
 * @throws UserError if the run has no such network yet or the folder cannot be written.
 */
export async function exportHead(run: Run, head: string, folder = modelFolder(run, head)): Promise<ExportedHead> {
  const network = await loadNetwork(join(run.folder, bestFile(head)));
  const file = await exportOnnx(network, head, join(folder, MODEL_FILE), originIn(run, network.info));
  return { head, file, network: network.info };
}

/** What the networks of a run answer with and where they come from, as the exported files keep it. */
export function originIn({ folder, config }: Run, { labels, epoch, upscaledBy }: NetworkInfo): Origin {
  const { fold, folds } = config.data;
  const heldOut = fold === null ? undefined : `${fold} of ${folds}`;
  return { labels, run: basename(folder), epoch, heldOut, upscaledBy };
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

/** A file of a model with its figures, where it was measured. */
export interface DescribedFile {
  readonly file: ExportedFile;
  readonly metrics: ModelMetrics;
}

/** Writes `model.json` next to the exported files of a head. */
export async function describeHead(
  run: Run,
  { head, file, network, origin }: ExportedHead,
  files: readonly DescribedFile[],
): Promise<string> {
  const { seed, model, augment, train, data, quantize } = run.config;
  const training = {
    run: basename(run.folder),
    head,
    data: [data.source, ...(data.extraDataset === null ? [] : [data.extraDataset])]
      .map((path) => basename(path))
      .join(' + '),
    epochs: network.epoch,
    ...(network.upscaledBy && { upscaledBy: network.upscaledBy }),
    ...origin,
    // How it was trained elsewhere, this run's configuration does not know.
    config: origin
      ? { quantize }
      : { seed, model: { ...model, weights: basename(model.weights) }, augment, train, quantize },
  };
  const path = join(dirname(file.path), MODEL_JSON);
  const described = describeModel(network, files, training, network.labels);
  const classShares = origin ? undefined : await sharesIn(run, described.labels);
  await writeModelJson(path, {
    ...described,
    // The bias is one of the seven expressions.
    ...(!network.labels && { actedBias: [...actedBiasFor(head)] }),
    ...(classShares && { classShares }),
  });
  return path;
}

const DataSchema = z.object({ faces: z.object({ Training: z.record(z.string(), z.number().int().min(0)) }) });

/** How common each class was among the faces that a run was trained on; undefined if the run does not say. */
async function sharesIn({ folder }: Run, labels: readonly string[]): Promise<number[] | undefined> {
  let counts: Record<string, number>;
  try {
    counts = DataSchema.parse(JSON.parse(await readText(join(folder, DATA_FILE)))).faces.Training;
  } catch {
    return undefined;
  }
  const faces = labels.map((label) => counts[label] ?? 0);
  const total = faces.reduce((sum, count) => sum + count, 0);
  return total === 0 ? undefined : faces.map((count) => count / total);
}

/**
 * Copies the quantized forms of a head that the run has made, with the description of all files and their figures.
 * @returns undefined if the run has no description of this very model.
 * @throws UserError if a form is missing, is not the described one any more, or has a name that quantization gives to none.
 */
export async function copyForms(run: Run, { head, file }: ExportedHead, folder: string) {
  const source = modelFolder(run, head);
  if (!existsSync(join(source, MODEL_JSON))) return undefined;
  const known = await readModelJson(join(source, MODEL_JSON));
  if (!known.files.some(({ sha256 }) => sha256 === file.sha256)) return undefined;
  const forms = known.files.filter(({ numbers }) => numbers === 'int8');
  const files = [];
  for (const { name, bytes, sha256 } of forms) {
    // Any other name could be that of a file of the user's in the folder.
    if (name !== INT8_ONNX && name !== INT8_TFLITE)
      throw new UserError(
        `${join(source, MODEL_JSON)} names the 8-bit model ${name}; expected ${INT8_ONNX} or ${INT8_TFLITE}: quantize the run again`,
      );
    const content = await readModelFile(join(source, name));
    if (sha256Of(content) !== sha256) {
      throw new UserError(`${join(source, name)} is not what model.json describes; quantize the run again`);
    }
    await writeAtomic(join(folder, name), content);
    files.push({ path: join(folder, name), bytes, sha256 });
  }
  const description = join(folder, MODEL_JSON);
  const kept = known.files.filter(({ format, numbers }) => format === 'onnx' || numbers === 'int8');
  await writeModelJson(description, { ...known, files: kept });
  return { files, description };
}

/** The figures of an evaluation that `model.json` keeps. */
export function metricsOf({ results }: Evaluation): ModelMetrics {
  return results.map(({ protocol, split, metrics }) => ({
    protocol,
    split,
    faces: metrics.count,
    accuracy: metrics.accuracy,
    interval95: metrics.accuracyInterval95,
    macroF1: metrics.macroF1,
  }));
}
