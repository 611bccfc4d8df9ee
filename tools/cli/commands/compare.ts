import type { Command } from 'commander';
import { loadConfig } from '../../../ml/config/load.ts';
import { addCommonFlags, perform } from '../command.ts';
import { addDataFlags } from '../run-flags.ts';

export function addCompare(command: Command): void {
  addCommonFlags(command, {
    'model/emotion.onnx model/emotion.int8.tflite --data fer2013.csv': 'what quantization changed',
    'model/emotion.int8.onnx model/emotion.int8.tflite --data fer2013.csv': 'ONNX Runtime against LiteRT',
  });
  const settings = addDataFlags(command);
  command.action((a: string, b: string, options) =>
    perform(options, async (reporter) => {
      const { checkMeasured } = await import('../../pipeline/check-upscaling.ts');
      const { compareModels, settingsOfModels } = await import('../../pipeline/evaluate.ts');
      const { loadRunFaces, requireSource } = await import('../../pipeline/train-run.ts');
      requireSource(settings, 'there are no faces to compare on');
      const config = await loadConfig(undefined, [...settings, ...(await settingsOfModels([a, b]))]);
      await checkMeasured([a, b], config.data.upscale, settings, reporter);
      const { dataset } = await loadRunFaces(config, reporter);
      const rows = await compareModels(a, b, dataset, reporter);
      const lines = rows.map(
        ({ split, faces, top1, largest, mean }) =>
          `${split}: the same answer on ${(100 * top1).toFixed(2)} % of ${faces} faces; ` +
          `probabilities differ by ${mean.toFixed(4)} on average and ${largest.toFixed(4)} at most`,
      );
      return { text: lines.join('\n'), json: { a, b, splits: rows } };
    }),
  );
}
