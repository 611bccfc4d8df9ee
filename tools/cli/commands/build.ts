import type { Command } from 'commander';
import { fer2013Arguments, findData } from '../../pipeline/diagnose.ts';
import { inRun } from '../../pipeline/run-folder.ts';
import { addCommonFlags, commandLine, perform } from '../command.ts';
import { interruptible, stopped } from '../interrupt.ts';
import { addRunFlags, trainOptions } from '../run-flags.ts';
import { describeFinished, finishedJson } from '../run-result.ts';

export function addBuild(command: Command): void {
  addCommonFlags(command, {
    '': 'a small network on drawn faces, in a few minutes',
    '--data fer2013.csv --votes fer2013new.csv --weights mobilenet_v2_1.0_96_quant.tflite --targets original,votes':
      'the full network with a head for each kind of labels',
    '--data photos --set train.learningRate=1e-3 --epochs 10': 'on a folder with train/ and test/',
  });
  const readFlags = addRunFlags(command);
  command.action((options) =>
    perform(options, async (reporter) => {
      const { prepareRun, trainRun } = await import('../../pipeline/train-run.ts');
      const { finishRun } = await import('../../pipeline/finish-run.ts');
      const job = await trainOptions(readFlags());
      const prepare = () => prepareRun(job, reporter);
      return inRun(job, 'build', prepare, (prepared) =>
        interruptible(reporter, async (signal) => {
          const trained = await trainRun(prepared, reporter, signal);
          const finished = trained.result.completed && (await finishRun(trained, reporter, signal));
          if (!finished) return stopped(['build'], trained.run.folder, trained.result.step);
          const { run, summary, result } = trained;
          return {
            text: [describeFinished(finished), ...nextStep(run.config.data.source)].join('\n'),
            json: { ...result, run: run.folder, data: summary, ...finishedJson(finished) },
          };
        }),
      );
    }),
  );
}

function nextStep(source: string): string[] {
  if (source !== 'synthetic') return [];
  const line = commandLine('build', ...fer2013Arguments(findData()));
  return ['', 'These faces were drawn. For photographs, train on FER2013:', `  ${line}`];
}
