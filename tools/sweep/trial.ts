/**
 * The process of one stage of a trial: trains to the end of its rung, measures, and writes what came of it. A worker starts
 * it with the path of its task. It ends when the worker does, and leaves a checkpoint when the worker asks it to stop.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { loadConfig } from '../../ml/config/load.ts';
import { messageOf, UserError } from '../../ml/core/errors.ts';
import { readText, writeAtomic } from '../../ml/core/files.ts';
import { METRICS_FILE, readEpochs } from '../../ml/core/history.ts';
import { withLock } from '../../ml/core/lock.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { classesOf, type FaceDataset, facesOf, indicesOf } from '../../ml/data/dataset.ts';
import { protocolLabels } from '../../ml/data/labels.ts';
import { measure, restrictTo } from '../../ml/evaluate/metrics.ts';
import type { Figure, Outcome } from '../../ml/sweep/outcome.ts';
import type { Measure } from '../../ml/sweep/spec.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { predictFaces } from '../../ml/train/predict.ts';
import { train } from '../../ml/train/train.ts';
import { foldTrained, loadNetwork } from '../../ml/train/trained-network.ts';
import { ensureExported } from '../pipeline/export-head.ts';
import { CONFIG_FILE, DATA_FILE, type Run } from '../pipeline/run-folder.ts';
import { loadRunFaces } from '../pipeline/train-run.ts';
import { DISK_FULL, outcomeFile, STOPPED, type Task } from './trial-process.ts';

const TaskSchema: z.ZodType<Task> = z.custom<Task>((value) => typeof value === 'object' && value !== null);

const path = process.argv[2];
const folder = dirname(path);
const stop = new AbortController();
process.on('message', () => stop.abort());
// The worker is gone: another one goes on from the last checkpoint.
const onDisconnect = () => process.exit(STOPPED);
process.on('disconnect', onDisconnect);

try {
  const task = TaskSchema.parse(JSON.parse(await readText(path)));
  const done = await withLock(folder, 'a trial of a sweep', () => run(task), { onWait: (text) => console.error(text) });
  process.exitCode = done ? 0 : STOPPED;
} catch (thrown) {
  console.error(thrown instanceof UserError ? `error: ${messageOf(thrown)}` : thrown);
  const code = ((thrown as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  process.exitCode = code === 'ENOSPC' ? DISK_FULL : 1;
}
process.off('disconnect', onDisconnect).disconnect?.();

/** @returns false if it was stopped. */
async function run({ settings, seed, epochs, rung, last, cores, measures }: Task): Promise<boolean> {
  // A worker that was killed after this stage, or another one that waited for it.
  if (existsSync(join(folder, outcomeFile(rung)))) return true;
  const config = await loadConfig(
    undefined,
    Object.entries({ ...settings, seed }).map(([field, value]) => ({ path: field, value, origin: 'the sweep' })),
  );
  const reporter: Reporter = {
    note: (text) => console.error(text),
    progress: (progress) => process.send?.(progress),
  };
  await writeAtomic(join(folder, CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
  const { dataset, summary } = await loadRunFaces(config, reporter);
  await writeAtomic(join(folder, DATA_FILE), `${JSON.stringify(summary, null, 2)}\n`);
  const { signal } = stop;
  const periods = last ? undefined : epochs;
  const result = await train({ config, dataset, folder, reporter, resume: true, signal, periods, cores });
  if (!result.completed) return false;
  const networks: Record<string, string> = {};
  for (const head of config.train.targets) {
    const bytes = await readFile(join(folder, bestFile(head)));
    networks[head] = createHash('sha256').update(bytes).digest('hex');
  }
  const run: Run = { folder, config };
  const outcome: Outcome = {
    epochs: last ? config.train.epochs : epochs,
    figures: await figuresOf(run, dataset, measures),
    curve: (await readEpochs(join(folder, METRICS_FILE))).map(({ figures }) => figures),
    networks,
  };
  if (last) await ensureExported(run);
  await writeAtomic(join(folder, outcomeFile(rung)), JSON.stringify(outcome));
  return true;
}

/** Measures the best network of each head. */
async function figuresOf({ config }: Run, dataset: FaceDataset, measures: readonly Measure[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  const classes = classesOf(dataset).length;
  for (const { head = config.train.targets[0], protocol, split } of measures) {
    if (!config.train.targets.includes(head))
      throw new UserError(
        `the sweep measures the head ${head}, but train.targets is ${config.train.targets.join(', ')}`,
      );
    const { labels, answers } = protocolLabels(protocol, dataset, classes);
    const tested = indicesOf(dataset, split).filter((face) => labels[face] >= 0);
    if (tested.length === 0) throw new UserError(`${dataset.source} has no face of ${split} for ${protocol}`);
    const network = foldTrained(await loadNetwork(join(folder, bestFile(head))));
    const given = await predictFaces(network, head, facesOf(dataset, tested));
    const probabilities = answers ? restrictTo(answers, given, classes) : given;
    const { count, accuracy, macroF1, expectedCalibrationError } = measure(
      probabilities,
      [...tested].map((face) => labels[face]),
      classes,
    );
    figures.push({ head, protocol, split, count, accuracy, macroF1, expectedCalibrationError });
  }
  return figures;
}
