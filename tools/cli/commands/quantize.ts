import type { Command } from 'commander';
import { isFolder } from '../../../ml/core/files.ts';
import { inRun } from '../../pipeline/run-folder.ts';
import { addCommonFlags, commandLine, perform } from '../command.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { addDataFlags, addFieldFlags } from '../run-flags.ts';
import { describeFinished, finishedJson } from '../run-result.ts';

export function addQuantize(command: Command): void {
  addCommonFlags(command, {
    'runs/2026-01-31-fer2013-96': 'by its configuration: by default with quantization-aware training',
    'runs/2026-01-31-fer2013-96 --method ptq --set quantize.observer=percentile':
      'post-training quantization, in a minute',
    'emotion.onnx --data fer2013.csv --votes fer2013new.csv': 'an exported file, in a run folder of its own',
  });
  const settings = addDataFlags(command);
  addFieldFlags(command, settings, { '--method <method>': 'quantize.method' });
  command.action((path: string, options) =>
    perform(options, async (reporter) => {
      const { openTarget, quantizeTarget } = await import('../../pipeline/quantize.ts');
      const job = (await isFolder(path)) ? { resume: path } : {};
      const open = async () => {
        const target = await openTarget(path, settings, reporter);
        return { ...target, run: target.prepared.run };
      };
      return inRun(job, 'quantize', open, async ({ run, ...target }) => {
        const { folder } = run;
        const finished = await interruptible(reporter, (signal) => quantizeTarget(target, reporter, signal));
        if (!finished) {
          // The run of a file keeps what was set; that of a training keeps its own configuration.
          const set = path === folder ? settings : [];
          const again = commandLine(
            'quantize',
            folder,
            ...set.flatMap(({ path, value }) => ['--set', `${path}=${value}`]),
          );
          return {
            text: `stopped; resume with:\n  ${again}`,
            json: { completed: false, resume: again },
            exitCode: INTERRUPTED,
          };
        }
        return { text: describeFinished(finished), json: { completed: true, run: folder, ...finishedJson(finished) } };
      });
    }),
  );
}
