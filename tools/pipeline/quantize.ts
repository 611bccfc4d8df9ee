import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadConfig } from '../../ml/config/load.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { isFolder, writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { exportedFile, FLOAT_ONNX } from '../../ml/model/exported-file.ts';
import type { ExportedInfo } from '../../ml/model/onnx-metadata.ts';
import { readModelFile } from '../../ml/runtime/model-file.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { exportedInfo } from '../../ml/weights/from-onnx.ts';
import { checkUpscaling } from './check-upscaling.ts';
import type { ExportedHead } from './export-head.ts';
import { finishRun } from './finish-run.ts';
import { createRun, MODEL_FILE, modelFolder } from './run-folder.ts';
import { loadRunFaces, type PreparedRun, prepareRun, requireSource } from './train-run.ts';

/** What to quantize, with its data. */
export interface QuantizeTarget {
  readonly prepared: PreparedRun;
  /** The exported model, if it was a file and no run. */
  readonly exported?: ExportedHead;
}

/**
 * Opens the run whose heads are to be quantized, or makes one for an exported ONNX file; such a run can be opened again.
 * @param settings win over the configuration of the run; of a file they must name the data.
 * @throws UserError if there is no such run or model, or no data for it.
 */
export async function openTarget(
  path: string,
  settings: readonly Setting[],
  reporter: Reporter,
): Promise<QuantizeTarget> {
  if (await isFolder(path)) {
    const prepared = await prepareRun({ resume: path, settings }, reporter);
    const [head] = prepared.run.config.train.targets;
    const file = join(modelFolder(prepared.run, head), MODEL_FILE);
    if (existsSync(join(path, bestFile(head))) || !existsSync(file)) return { prepared };
    const bytes = await readModelFile(file);
    return { prepared, exported: exportedHead(exportedInfo(bytes, file), bytes, file) };
  }
  const bytes = await readModelFile(path);
  const info = exportedInfo(bytes, path);
  const { head, architecture, width, size, landmarks, labels, upscaledBy } = info;
  requireSource(settings, `${path} does not say what it was trained on`);
  const origin = `the network in ${path}`;
  const own = {
    'model.architecture': architecture,
    'model.width': width,
    'model.size': size,
    'model.landmarks': landmarks,
    'train.targets': [head],
    'data.classes': labels ?? 'emotions',
  };
  const config = await loadConfig(undefined, [
    ...settings,
    ...Object.entries(own).map(([field, value]) => ({ path: field, value, origin })),
  ]);
  await checkUpscaling(path, upscaledBy, config.data.upscale);
  const { dataset, summary } = await loadRunFaces(config, reporter);
  const run = await createRun(config, `quantize-${basename(path, '.onnx')}`, new Date());
  const file = join(modelFolder(run, head), MODEL_FILE);
  await writeAtomic(file, bytes);
  return { prepared: { run, dataset, summary, resume: false }, exported: exportedHead(info, bytes, file) };
}

/** An exported model in its place in a run. */
function exportedHead(
  { head, architecture, width, size, landmarks, labels, epoch, upscaledBy, averageOf }: ExportedInfo,
  bytes: Uint8Array,
  path: string,
): ExportedHead {
  const shape = { architecture, width, size, landmarks };
  const network = {
    ...shape,
    classes: (labels ?? EMOTIONS).length,
    ...(labels && { labels }),
    heads: [head],
    epoch,
    ...(upscaledBy && { upscaledBy }),
  };
  const origin = { ...(averageOf && { averageOf }) };
  return { head, file: exportedFile(path, bytes, FLOAT_ONNX), network, origin };
}

/** Quantizes what was opened, and reports on it; see {@link finishRun}. */
export function quantizeTarget({ prepared, exported }: QuantizeTarget, reporter: Reporter, signal: AbortSignal) {
  return finishRun(prepared, reporter, signal, exported && (async () => exported));
}
