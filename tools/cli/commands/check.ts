import type { Command } from 'commander';
import { addCommand, perform } from '../command.ts';

export function addCheck(program: Command): void {
  addCommand(program, 'check <file>', 'Says whether SnapML takes an ONNX file, and what to change', {
    'model/emotion.onnx': 'exits with 1 if SnapML would not take it',
    'model/emotion.onnx --json': 'the same for machines',
  }).action((file: string, options) =>
    perform(options, async () => {
      const { checkOnnx } = await import('../../../ml/export/check/check.ts');
      const { formatCheck } = await import('../../../ml/export/check/report.ts');
      const report = await checkOnnx(file);
      return { text: formatCheck(report), json: report, exitCode: report.accepted ? 0 : 1 };
    }),
  );
}
