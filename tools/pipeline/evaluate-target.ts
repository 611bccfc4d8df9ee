import { join } from 'node:path';
import { loadConfig } from '../../ml/config/load.ts';
import type { Config } from '../../ml/config/schema.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { isFolder } from '../../ml/core/files.ts';
import { METRICS_FILE, readEpochs } from '../../ml/core/history.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { checkMeasured } from './check-upscaling.ts';
import { settingsOfModels } from './compare-models.ts';
import { evaluateModel } from './evaluate-model.ts';
import { ensureExported } from './export-head.ts';
import { openRun } from './run-folder.ts';
import { loadRunFaces, requireSource } from './train-run.ts';
import { headingOf, type ReportSource } from './write-run-report.ts';

/** Models to evaluate, by what they are called in the report. */
interface Target {
  readonly config: Config;
  readonly models: ReadonlyMap<string, string>;
  readonly history: ReportSource['history'];
}

/**
 * Evaluates every head of a run, or one ONNX file.
 * @param path folder of a run, or an ONNX file.
 * @param settings which data to use; for a run, by default that of the run.
 * @throws UserError if there is no such model or no data for it.
 */
export async function evaluateTarget(
  path: string,
  settings: readonly Setting[],
  reporter: Reporter,
): Promise<ReportSource> {
  const { config, models, history } = (await isFolder(path))
    ? await runTarget(path, settings)
    : await fileTarget(path, settings);
  await checkMeasured(models.values(), config.data.upscale, settings, reporter);
  const { dataset, summary } = await loadRunFaces(config, reporter);
  const heads = [];
  for (const [heading, file] of models)
    heads.push({ heading, ...(await evaluateModel(file, dataset, reporter, true)) });
  return { name: path, config, dataset, summary, heads, history };
}

async function runTarget(folder: string, settings: readonly Setting[]): Promise<Target> {
  // Other data have neither the run's votes nor its further faces. The fold stays: what was trained on is not tested.
  const elsewhere = settings.filter(({ path }) => path === 'data.source');
  const without = elsewhere.flatMap(({ origin }) =>
    ['data.votes', 'data.extra'].map((path) => ({ path, value: null, origin })),
  );
  const run = await openRun(folder, [...without, ...settings]);
  const models = [...(await ensureExported(run))].map(([head, file]) => [headingOf(head), file] as const);
  return { config: run.config, models: new Map(models), history: await readEpochs(join(folder, METRICS_FILE)) };
}

async function fileTarget(file: string, settings: readonly Setting[]): Promise<Target> {
  requireSource(settings, `${file} does not say what to evaluate it on`);
  // A file that is no such model is told before the data are loaded, which may take long.
  const own = await settingsOfModels([file]);
  return { config: await loadConfig(undefined, [...settings, ...own]), models: new Map([[file, file]]), history: [] };
}
