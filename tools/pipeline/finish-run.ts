import { join, relative } from 'node:path';
import type { Reporter } from '../../ml/core/progress.ts';
import { checkOnnx } from '../../ml/export/check/check.ts';
import type { CheckReport } from '../../ml/export/check/report.ts';
import type { ExportedFile } from '../../ml/export/export-onnx.ts';
import { readHistory } from '../../ml/train/history.ts';
import { METRICS_FILE } from '../../ml/train/train.ts';
import { type EvaluatedModel, evaluateModel } from './evaluate-model.ts';
import { describeHead, exportHead, metricsOf } from './export-head.ts';
import { REPORT_FILE } from './run-folder.ts';
import type { TrainedRun } from './train-run.ts';
import { findingLines, headingOf, writeRunReport } from './write-run-report.ts';

/** A head's exported model with all that is known of it. */
export interface BuiltModel extends EvaluatedModel {
  readonly head: string;
  readonly file: ExportedFile;
  /** Path of its `model.json`. */
  readonly description: string;
  readonly check: CheckReport;
}

/**
 * Does what follows on a training: exports every head, evaluates the exported files, checks them for SnapML and writes
 * the report.
 * @returns the models and the path of the report.
 */
export async function finishRun(
  { run, dataset, summary }: TrainedRun,
  reporter: Reporter,
): Promise<{ models: BuiltModel[]; report: string }> {
  const models: BuiltModel[] = [];
  for (const head of run.config.train.targets) {
    const exported = await exportHead(run, head);
    const evaluated = await evaluateModel(exported.file.path, dataset, reporter);
    const description = await describeHead(run, exported, metricsOf(evaluated.evaluation));
    const check = await checkOnnx(exported.file.path);
    models.push({ head, file: exported.file, description, check, ...evaluated });
  }
  const report = join(run.folder, REPORT_FILE);
  const history = await readHistory(join(run.folder, METRICS_FILE));
  const nameOf = ({ file }: BuiltModel) => relative(run.folder, file.path);
  await writeRunReport(report, {
    name: run.folder,
    config: run.config,
    dataset,
    summary,
    history: history.filter(({ kind }) => kind === 'epoch'),
    heads: models.map(({ head, evaluation, mistakes }) => ({ heading: headingOf(head), evaluation, mistakes })),
    files: models.map((model) => ({ ...model.file, name: nameOf(model) })),
    findings: models.flatMap((model) => findingLines(nameOf(model), model.check)),
  });
  return { models, report };
}
