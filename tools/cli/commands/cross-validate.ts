import type { Command } from 'commander';
import { loadConfig } from '../../../ml/config/load.ts';
import { FINE_TUNING_PRESET } from '../../../ml/config/preset.ts';
import { cancellable } from '../../../ml/core/async.ts';
import { UserError } from '../../../ml/core/errors.ts';
import type { CrossValidation, Spread } from '../../../ml/evaluate/cross-validation.ts';
import { formatConfusion, formatInterval, formatTable, percent } from '../../../ml/evaluate/evaluation.ts';
import { inRun } from '../../pipeline/run-folder.ts';
import { addCommonFlags, commandLine, perform } from '../command.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { addRunFlags } from '../run-flags.ts';

export function addCrossValidate(command: Command): void {
  addCommonFlags(command, {
    '--data CK+48 --init emotion.onnx': 'fine-tunes an exported model in ten folds',
    '--data CK+48 --init emotion.onnx --folds 5 --contempt': 'five folds, with contempt as an eighth class',
    '--data fer2013.csv --extra-dataset CK+48 --init emotion.onnx --epochs 2': 'on FER2013 and CK+ together',
    '--resume runs/2026-01-31-cross-validation': 'resumes a stopped run',
  });
  const readFlags = addRunFlags(command);
  command
    .option('--init <model>', 'exported .onnx, or run with one head, that each fold starts from')
    .action(({ init, ...options }: { init?: string; json?: boolean; quiet?: boolean }) =>
      perform(options, async (reporter) => {
        const pipeline = await import('../../pipeline/cross-validate.ts');
        const { file, settings, name, resume } = readFlags();
        if (resume !== undefined && init !== undefined)
          throw new UserError(
            '--init: a resumed run keeps its own configuration; remove this option, or start a new run',
          );
        const own = init === undefined ? [] : await pipeline.settingsOfInit(init);
        const job =
          resume === undefined
            ? { config: await loadConfig(file, [...settings, ...own], FINE_TUNING_PRESET), name }
            : { resume };
        const prepare = () => pipeline.prepareCrossValidation(job, reporter);
        return inRun(job, 'cross-validate', prepare, async (prepared) => {
          const { run } = prepared;
          const done = await interruptible(reporter, (signal) =>
            cancellable(signal, () => pipeline.crossValidate(prepared, reporter, signal)),
          );
          if (!done) {
            const again = commandLine('cross-validate', '--resume', run.folder);
            return {
              text: `stopped; resume with:\n  ${again}`,
              json: { completed: false, run: run.folder, resume: again },
              exitCode: INTERRUPTED,
            };
          }
          return {
            text: `${describe(done.result, done.classes)}\n\n${run.folder}`,
            json: { completed: true, run: run.folder, classes: done.classes, ...done.result },
          };
        });
      }),
    );
}

function describe(result: CrossValidation, classes: readonly string[]): string {
  const { folds, accuracy, restrictedAccuracy, macroF1, pooled } = result;
  const rows = folds.map((fold) =>
    [fold.fold, fold.subjects, fold.trainingFaces, fold.faces]
      .map(String)
      .concat(percent(fold.accuracy), percent(fold.restrictedAccuracy), fold.macroF1.toFixed(4)),
  );
  const heading = ['fold', 'test subjects', 'training faces', 'n', 'accuracy', 'restricted', 'macro-F1'];
  const inPercent = ({ mean, sd }: Spread) => `${(100 * mean).toFixed(2)} ± ${percent(sd)}`;
  return [
    formatTable([heading, ...rows], 0),
    '',
    `mean ± sd of ${folds.length} folds: accuracy ${inPercent(accuracy)}, restricted to the classes that occur ` +
      `${inPercent(restrictedAccuracy)}, macro-F1 ${macroF1.mean.toFixed(4)} ± ${macroF1.sd.toFixed(4)}`,
    `all ${pooled.count} faces: accuracy ${percent(pooled.accuracy)} (95 %: ` +
      `${formatInterval(pooled.accuracyInterval95)}), macro-F1 ${pooled.macroF1.toFixed(4)}`,
    '',
    formatConfusion(pooled, classes),
  ].join('\n');
}
