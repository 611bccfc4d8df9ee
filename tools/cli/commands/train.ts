import type { Command } from 'commander';
import { inRun } from '../../pipeline/run-folder.ts';
import type { TrainedRun } from '../../pipeline/train-run.ts';
import { addCommonFlags, type CommandResult, commandLine, perform } from '../command.ts';
import { interruptible, stopped } from '../interrupt.ts';
import { addRunFlags, trainOptions } from '../run-flags.ts';

export function addTrain(command: Command): void {
  addCommonFlags(command, {
    '': 'trains on drawn faces',
    '--data data/fer2013.csv --votes data/fer2013new.csv --targets votes': 'trains on FER2013 with the votes of FER+',
    '--resume runs/2026-01-31-fer2013-96': 'resumes a stopped run',
  });
  const readFlags = addRunFlags(command);
  command.action((options) =>
    perform(options, async (reporter) => {
      const { prepareRun, trainRun } = await import('../../pipeline/train-run.ts');
      const job = await trainOptions(readFlags());
      const prepare = () => prepareRun(job, reporter);
      return inRun(job, 'train', prepare, async (prepared) => {
        const trained = await interruptible(reporter, (signal) => trainRun(prepared, reporter, signal));
        return trained.result.completed
          ? finished(trained)
          : stopped(['train'], trained.run.folder, trained.result.step);
      });
    }),
  );
}

function finished({ run, summary, result }: TrainedRun): CommandResult {
  const judged = Object.values(summary.faces.PublicTest).some((count) => count > 0);
  const accuracies = Object.entries(result.best).map(([head, best]) => `${head} ${(100 * best).toFixed(2)} %`);
  const outcome = judged ? `best accuracy on PublicTest: ${accuracies.join(', ')}` : 'kept the last epoch';
  const next = commandLine('evaluate', run.folder);
  return {
    text: `trained ${result.step} steps, ${outcome}\n${run.folder}\nnext:\n  ${next}`,
    json: { ...result, run: run.folder, data: summary },
  };
}
