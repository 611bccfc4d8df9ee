import type { Command } from 'commander';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { type Evaluation, formatConfusion, formatEvaluation } from '../../../ml/evaluate/evaluation.ts';
import { formatPosed } from '../../../ml/evaluate/posed.ts';
import { addCommonFlags, perform } from '../command.ts';
import { refuseOverwrite } from '../flags.ts';
import { addDataFlags } from '../run-flags.ts';

interface Options {
  report?: string;
  force?: boolean;
  posed?: string;
  acted?: number;
}

export function addEvaluate(command: Command): void {
  addCommonFlags(command, {
    'runs/2026-01-31-fer2013-96': 'every head of a run on its own data',
    'emotion.onnx --data fer2013.csv --votes fer2013new.csv --report report.html': 'one file, with a report',
    'emotion.onnx --data CK+48 --report report.html --hide-faces': 'on CK+, with a report that you may publish',
    'emotion.onnx --data fer2013.csv --votes fer2013new.csv --posed faces':
      'also on posed photographs, by the strength of the prior correction',
    'emotion.tflite --data fer2013.csv': 'one TensorFlow Lite file, float or quantized, run in LiteRT',
  });
  const settings = addDataFlags(command);
  command
    .option('--report <file>', 'also write a report, one HTML file')
    .option('--posed <folder>', 'also measure on posed photographs: a folder with pictures and faces.csv')
    .option(
      '--acted <strength>',
      'add the bias for acted faces to every answer, as the lens does (0 to 2; default: 0)',
      strength,
    )
    .option('--force', 'replace a report that exists')
    .action((path: string, { report, force, posed, acted, ...options }: Options) =>
      perform(options, async (reporter) => {
        const { evaluateTarget } = await import('../../pipeline/evaluate.ts');
        const { writeRunReport } = await import('../../pipeline/write-run-report.ts');
        if (report !== undefined) refuseOverwrite([report], force);
        else if (force) throw new UserError('--force needs --report; add it');
        const evaluated = await evaluateTarget(path, settings, reporter, { posed, acted });
        if (report !== undefined) await writeRunReport(report, evaluated);
        const tables = evaluated.heads.flatMap(({ heading, evaluation, withoutLandmarks, posed }) => [
          `${heading}\n${formatEvaluation(evaluation)}`,
          ...(withoutLandmarks ? [`without landmarks:\n${formatEvaluation(withoutLandmarks)}`] : []),
          ...confusionsOnCkPlus(evaluation),
          ...(posed ? [formatPosed(posed)] : []),
        ]);
        return {
          text: [...tables, ...(report === undefined ? [] : [`report: ${report}`])].join('\n\n'),
          json: {
            data: evaluated.summary,
            evaluations: evaluated.heads.flatMap(({ evaluation, withoutLandmarks }) =>
              [evaluation, withoutLandmarks ?? []].flat(),
            ),
            posed: evaluated.heads.flatMap(({ posed }) => posed ?? []),
            report,
          },
        };
      }),
    );
}

/** CK+ has so few faces that its confusion matrix is shown at once. */
function confusionsOnCkPlus({ results }: Evaluation): string[] {
  return results
    .filter(({ protocol }) => protocol === 'ckplus')
    .map(({ protocol, split, metrics }) => `${protocol}, ${split}:\n${formatConfusion(metrics, EMOTIONS)}`);
}

/** @throws UserError if it is not a number from 0 to 2. */
function strength(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 2) return value;
  throw new UserError(`--acted ${text}: expected a number from 0 to 2`);
}
