import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { checkModel } from '../../ml/check/check-model.ts';
import type { CheckReport } from '../../ml/check/report.ts';
import type { TargetKind } from '../../ml/config/schema.ts';
import { METRICS_FILE, readEpochs } from '../../ml/core/history.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import type { QuantizationReport } from '../../ml/evaluate/report/content.ts';
import type { ExportedFile } from '../../ml/model/exported-file.ts';
import { type EvaluatedModel, evaluateModel } from './evaluate.ts';
import { describeHead, type ExportedHead, exportHead, metricsOf, originIn } from './export-head.ts';
import { exportQuantizedHead, type MeasuredFile, type QuantizedHead, quantizeHead } from './quantize-head.ts';
import { modelFolder, REPORT_FILE } from './run-folder.ts';
import type { PreparedRun } from './train-run.ts';
import { findingLines, headingOf, writeRunReport } from './write-run-report.ts';

/** A head's exported model with all that is known of it. */
export interface BuiltModel extends EvaluatedModel {
  readonly head: string;
  readonly file: ExportedFile;
  /** Its other forms: of floats as TFLite, and quantized. */
  readonly forms: readonly MeasuredFile[];
  /** Path of its `model.json`. */
  readonly description: string;
  /** Of every file that is meant for SnapML. */
  readonly checks: readonly CheckReport[];
  readonly quantization: QuantizationReport | undefined;
}

/**
 * Does what follows on a training: exports every head, quantizes it, evaluates the exported files, checks them for SnapML
 * and writes the report.
 * @param exportOf gives the model of floats; by default it is exported from the run's best network.
 * @returns the models and the path of the report; undefined if it was stopped by its signal.
 */
export async function finishRun(
  { run, dataset, summary }: PreparedRun,
  reporter: Reporter,
  signal: AbortSignal,
  exportOf: (head: TargetKind) => Promise<ExportedHead> = (head) => exportHead(run, head),
): Promise<{ models: BuiltModel[]; report: string } | undefined> {
  const models: BuiltModel[] = [];
  for (const head of run.config.train.targets) {
    const exported = await exportOf(head);
    const options = {
      file: exported.file.path,
      head,
      config: run.config,
      dataset,
      work: join(run.folder, `qat-${head}`),
      reporter,
      signal,
    };
    const quantized = run.config.quantize.method === 'none' ? null : await quantizeHead(options);
    if (quantized === undefined) return undefined;
    const evaluated = await evaluateModel(exported.file.path, dataset, reporter, { withoutLandmarks: true });
    const origin = originIn(run, exported.network);
    const folder = modelFolder(run, head);
    const made = quantized && (await exportQuantizedHead(quantized, options, folder, evaluated, origin));
    const forms = made?.files ?? [];
    // The description lies next to the files that it describes.
    const beside = forms.filter(({ file }) => dirname(file.path) === folder);
    const described = [{ file: exported.file, evaluated }, ...beside].map(({ file, evaluated: { evaluation } }) => ({
      file,
      metrics: metricsOf(evaluation),
    }));
    models.push({
      ...evaluated,
      head,
      file: exported.file,
      forms,
      description: await describeHead(run, exported, described),
      checks: await Promise.all([exported.file, ...forms.map(({ file }) => file)].filter(forSnapml).map(check)),
      quantization: quantized && made ? quantizationOf(exported, evaluated, quantized, made) : undefined,
    });
  }
  const report = join(run.folder, REPORT_FILE);
  const history = join(run.folder, METRICS_FILE);
  const nameOf = (path: string) => relative(run.folder, path);
  await writeRunReport(report, {
    name: run.folder,
    config: run.config,
    dataset,
    summary,
    history: existsSync(history) ? await readEpochs(history) : [],
    heads: models.map(({ head, ...model }) => ({ heading: headingOf(head), ...model })),
    quantization: models.flatMap(({ quantization }) => quantization ?? []),
    files: models.flatMap(({ file, forms }) =>
      [file, ...forms.map((form) => form.file)].map((made) => ({ ...made, name: nameOf(made.path) })),
    ),
    findings: models.flatMap(({ checks }) => checks.flatMap((found) => findingLines(nameOf(found.file), found))),
  });
  return { models, report };
}

/** SnapML takes ONNX files of floats, and TFLite files. */
const forSnapml = ({ format, numbers }: ExportedFile) => format === 'tflite' || numbers === 'float32';
const check = ({ path }: ExportedFile) => checkModel(path);

function quantizationOf(
  exported: ExportedHead,
  { evaluation }: EvaluatedModel,
  { sqnr }: QuantizedHead,
  { files, disagreements }: Awaited<ReturnType<typeof exportQuantizedHead>>,
): QuantizationReport {
  const tflite = files.find(({ file }) => file.bytesByKind !== undefined);
  return {
    heading: headingOf(exported.head),
    models: [
      { name: 'float ONNX', bytes: exported.file.bytes, evaluation },
      ...files.map(({ name, file, evaluated }) => ({ name, bytes: file.bytes, evaluation: evaluated.evaluation })),
    ],
    sqnr: [...sqnr].map(([method, layers]) => ({ name: method.toUpperCase(), layers })),
    disagreements,
    bytes: tflite?.file.bytesByKind ?? {},
  };
}
