import type { Command } from 'commander';
import { addCommonFlags, perform } from '../command.ts';

export function addCheck(command: Command): void {
  addCommonFlags(command, {
    'model/emotion.onnx': 'exits with 1 if SnapML would not accept it',
    'model/emotion.int8.tflite --json': 'the same for machines, of the 8-bit model',
  }).action((file: string, options) =>
    perform(options, async () => {
      const { checkModel } = await import('../../../ml/check/check-model.ts');
      const { formatCheck } = await import('../../../ml/check/report.ts');
      const report = await checkModel(file);
      return { text: formatCheck(report), json: report, exitCode: report.accepted ? 0 : 1 };
    }),
  );
}
