import type { Command } from 'commander';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { type Evaluation, formatConfusion, formatEvaluation } from '../../../ml/evaluate/evaluation.ts';
import { addCommonFlags, perform } from '../command.ts';
import { refuseOverwrite } from '../overwrite.ts';
import { addDataFlags } from '../run-flags.ts';

interface Options {
  report?: string;
  force?: boolean;
}

export function addEvaluate(command: Command): void {
  addCommonFlags(command, {
    'runs/2026-01-31-fer2013-96': 'every head of a run on its own data',
    'emotion.onnx --data fer2013.csv --votes fer2013new.csv --report report.html': 'one file, with a report',
    'emotion.onnx --data CK+48 --report report.html --hide-faces': 'on CK+, with a report that may be published',
    'emotion.tflite --data fer2013.csv': 'one TensorFlow Lite file, float or quantized, run in LiteRT',
  });
  const settings = addDataFlags(command);
  command
    .option('--report <file>', 'also write a report, one HTML file')
    .option('--force', 'replace a report that exists')
    .action((path: string, { report, force, ...options }: Options) =>
      perform(options, async (reporter) => {
        const { evaluateTarget } = await import('../../pipeline/evaluate-target.ts');
        const { writeRunReport } = await import('../../pipeline/write-run-report.ts');
        if (report !== undefined) refuseOverwrite([report], force);
        else if (force) throw new UserError('--force goes with --report; add it');
        const evaluated = await evaluateTarget(path, settings, reporter);
        if (report !== undefined) await writeRunReport(report, evaluated);
        const tables = evaluated.heads.flatMap(({ heading, evaluation, withoutLandmarks }) => [
          `${heading}\n${formatEvaluation(evaluation)}`,
          ...(withoutLandmarks ? [`without landmarks:\n${formatEvaluation(withoutLandmarks)}`] : []),
          ...confusionsOnCkPlus(evaluation),
        ]);
        return {
          text: [...tables, ...(report === undefined ? [] : [`report: ${report}`])].join('\n\n'),
          json: {
            data: evaluated.summary,
            evaluations: evaluated.heads.flatMap(({ evaluation, withoutLandmarks }) =>
              [evaluation, withoutLandmarks ?? []].flat(),
            ),
            report,
          },
        };
      }),
    );
}

/** CK+ has few faces, so that what becomes of each class is told at once. */
function confusionsOnCkPlus({ results }: Evaluation): string[] {
  return results
    .filter(({ protocol }) => protocol === 'ckplus')
    .map(({ protocol, split, metrics }) => `${protocol}, ${split}:\n${formatConfusion(metrics, EMOTIONS)}`);
}
