import type { Command } from 'commander';
import { loadConfig } from '../../../ml/config/load.ts';
import { inRun } from '../../pipeline/run-folder.ts';
import type { TrainedRun, TrainOrder } from '../../pipeline/train-run.ts';
import { addCommonFlags, type CommandResult, perform } from '../command.ts';
import { commandLine } from '../command-line.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { addRunFlags, type RunFlags } from '../run-flags.ts';

export function addTrain(command: Command): void {
  addCommonFlags(command, {
    '': 'trains on drawn faces',
    '--data data/fer2013.csv --votes data/fer2013new.csv --targets votes': 'trains on FER2013 with the votes of FER+',
    '--resume runs/2026-01-31-fer2013-96': 'goes on with a run that was stopped',
  });
  const readFlags = addRunFlags(command);
  command.action((options) =>
    perform(options, async (reporter) => {
      const { prepareRun, trainRun } = await import('../../pipeline/train-run.ts');
      const order = await orderOf(readFlags());
      const prepare = () => prepareRun(order, reporter);
      return inRun(order, 'train', prepare, async (prepared) => {
        const trained = await interruptible(reporter, (signal) => trainRun(prepared, reporter, signal));
        return trained.result.completed ? finished(trained) : stopped('train', trained);
      });
    }),
  );
}

/** What the flags of a training order. */
export async function orderOf({ file, settings, name, resume }: RunFlags): Promise<TrainOrder> {
  return resume === undefined ? { config: await loadConfig(file, settings), name } : { resume };
}

/** The result of a command whose training was stopped. */
export function stopped(command: string, { run, result }: TrainedRun): CommandResult {
  const resume = commandLine(command, '--resume', run.folder);
  return {
    text: `stopped at step ${result.step}; go on with:\n  ${resume}`,
    json: { completed: false, run: run.folder, step: result.step, resume },
    exitCode: INTERRUPTED,
  };
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
