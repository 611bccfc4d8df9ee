import { join } from 'node:path';
import type { Config, QuantizeMethod, TargetKind } from '../../ml/config/schema.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import type { FaceDataset } from '../../ml/data/dataset.ts';
import { type Disagreements, disagreements } from '../../ml/evaluate/comparison.ts';
import { SHEET_COLUMNS } from '../../ml/evaluate/report/html.ts';
import { exportFloatTflite, exportQuantized } from '../../ml/export/export-model.ts';
import { type ExportedFile, sha256Of } from '../../ml/model/exported-file.ts';
import type { Origin } from '../../ml/model/onnx-metadata.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import type { FoldedNetwork } from '../../ml/nn/folded-network.ts';
import { representativeFaces } from '../../ml/quantize/calibrate.ts';
import { prepareRounding } from '../../ml/quantize/ptq.ts';
import { loadQuantized, qatConfig, trainQuantized } from '../../ml/quantize/qat.ts';
import { type QuantizedNetwork, quantizeNetwork } from '../../ml/quantize/quantized-network.ts';
import { type LayerSqnr, layerSqnr } from '../../ml/quantize/sqnr.ts';
import { readModelFile } from '../../ml/runtime/model-file.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { foldedFromOnnx } from '../../ml/weights/from-onnx.ts';
import { checkClasses } from './check-classes.ts';
import { type EvaluatedModel, evaluateModel } from './evaluate.ts';
import { openWork } from './run-folder.ts';

/** Disagreements that a report shows. */
const SHOWN_DISAGREEMENTS = 3 * SHEET_COLUMNS;

/** A head to quantize. */
export interface QuantizeOptions {
  /** Exported model of floats. */
  readonly file: string;
  readonly head: TargetKind;
  readonly config: Config;
  readonly dataset: FaceDataset;
  /** For checkpoints of quantization-aware training, which goes on from what lies there. */
  readonly work: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** A network in floats and what became of it by each method. */
export interface QuantizedHead {
  readonly float: FoldedNetwork;
  /** In the order of their making; the last is the one to use. */
  readonly networks: ReadonlyMap<QuantizeMethod, QuantizedNetwork>;
  readonly sqnr: ReadonlyMap<QuantizeMethod, LayerSqnr[]>;
}

/**
 * Quantizes the head of an exported model after training, and by training if the configuration says so.
 * @returns undefined if it was stopped by its signal.
 * @throws UserError if the model, the data or a checkpoint do not do.
 */
export async function quantizeHead(options: QuantizeOptions): Promise<QuantizedHead | undefined> {
  const { file, head, config, dataset, work, reporter, signal } = options;
  const { method, images, perChannel } = config.quantize;
  const bytes = await readModelFile(file);
  const float = foldedFromOnnx(bytes, file, buildArchitecture(config.model));
  checkClasses(file, float.labels, dataset);
  const faces = representativeFaces(dataset, images, config.seed);
  reporter.note(`quantizing ${file}: ranges measured on ${faces.count} training faces`);
  const networks = new Map<QuantizeMethod, QuantizedNetwork>();
  const prepared = await prepareRounding(float, head, faces, config.quantize);
  networks.set('ptq', quantizeNetwork(prepared.network, head, prepared.activations, perChannel));
  if (method === 'qat') {
    const own = qatConfig(config, head);
    await openWork(work, { ...own, model: sha256Of(bytes) }, 'quantization-aware training', reporter);
    const job = { config: own, dataset, folder: work, reporter, resume: true, signal };
    const { completed } = await trainQuantized(prepared, faces, head, job);
    if (!completed) return undefined;
    networks.set('qat', await loadQuantized(join(work, bestFile(head)), perChannel));
  }
  const sqnr = new Map<QuantizeMethod, LayerSqnr[]>();
  for (const [name, network] of networks) sqnr.set(name, await layerSqnr(float, network, faces));
  return { float, networks, sqnr };
}

/** An exported file with how it did. */
export interface MeasuredFile {
  readonly name: string;
  readonly file: ExportedFile;
  readonly evaluated: EvaluatedModel;
}

/**
 * Writes the quantized network next to the float model, measures the files in the runtimes that they are made for, and
 * compares their answers with those of the floats. A network that quantization after training gave and training then
 * bettered is written into the folder `ptq`.
 */
export async function exportQuantizedHead(
  { float, networks }: QuantizedHead,
  { head, config, dataset, reporter }: QuantizeOptions,
  folder: string,
  exact: EvaluatedModel,
  origin: Origin,
): Promise<{ files: MeasuredFile[]; disagreements: Disagreements }> {
  const measure = async (name: string, file: ExportedFile): Promise<MeasuredFile> => ({
    name,
    file,
    evaluated: await evaluateModel(file.path, dataset, reporter),
  });
  const files: MeasuredFile[] = [];
  const final = [...networks.keys()].at(-1);
  for (const [method, network] of networks) {
    const place = method === final ? folder : join(folder, method);
    const { tflite, onnx } = await exportQuantized(network, place, method, config.quantize.ioType, origin);
    const name = method.toUpperCase();
    files.push(await measure(`${name}, int8 ONNX`, onnx));
    if (method === final) files.push(await measure(`${name}, int8 TFLite`, tflite));
  }
  const floatTflite = await exportFloatTflite(float, head, folder, float.labels);
  files.unshift(await measure('float TFLite', floatTflite));
  const last = files[files.length - 1].evaluated;
  return {
    files,
    disagreements: disagreements(dataset, exact.predictions[0], last.predictions[0], SHOWN_DISAGREEMENTS),
  };
}
