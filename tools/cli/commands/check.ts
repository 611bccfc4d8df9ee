import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { addCommonFlags, type CommonOptions, perform } from '../command.ts';
import { refuseOverwrite, wholeNumber } from '../flags.ts';

interface Flags extends CommonOptions {
  fix?: string;
  size?: number;
  force?: boolean;
}

export function addCheck(command: Command): void {
  addCommonFlags(command, {
    'model/emotion.onnx': 'exits with 1 if SnapML would not accept it',
    'model/emotion.int8.tflite --json': 'the same for machines, of the 8-bit model',
    'torch.onnx --fix fixed.onnx': 'also writes it anew: batch 1, channels first, without what SnapML lacks',
  })
    .option('--fix <file>', 'ONNX file to write: the same model, as far as possible of layers that SnapML has')
    .option('--size <pixels>', 'with --fix: side of its pictures, where the file leaves it open', wholeNumber('--size'))
    .option('--force', 'with --fix: replace an existing file')
    .action((file: string, { fix, size, force, ...options }: Flags) =>
      perform(options, async () => {
        const { checkModel } = await import('../../../ml/check/check-model.ts');
        const { formatCheck } = await import('../../../ml/check/report.ts');
        if (fix === undefined) {
          if (size !== undefined || force) throw new UserError('--size and --force need --fix; add it');
          const report = await checkModel(file);
          return { text: formatCheck(report), json: report, exitCode: report.accepted ? 0 : 1 };
        }
        if (resolve(fix) === resolve(file))
          throw new UserError(`--fix ${fix} is the file itself; write to another one`);
        refuseOverwrite([fix], force);
        const { fixOnnx } = await import('../../../ml/import/fix.ts');
        const { report, difference } = await fixOnnx(file, fix, size);
        const same =
          difference === null
            ? 'its answers are not float32, and were not compared'
            : `on random numbers it answers as ${file} does, within ${(100 * difference).toPrecision(2)} %`;
        return {
          text: `${formatCheck(report)}\n${fix} was written; ${same}.`,
          json: { ...report, difference },
          exitCode: report.accepted ? 0 : 1,
        };
      }),
    );
}
