import { formatEvaluation, percent } from '../../ml/evaluate/evaluation.ts';
import type { BuiltModel } from '../pipeline/finish-run.ts';

interface Finished {
  readonly models: readonly BuiltModel[];
  readonly report: string;
}

/** What came of a run, for the terminal. */
export function describeFinished({ models, report }: Finished): string {
  return [...models.map(describe), '', `report: ${report}`].join('\n');
}

/** What came of a run, for machines. */
export function finishedJson({ models, report }: Finished) {
  return {
    report,
    models: models.map(({ mistakes, predictions, quantization, forms, ...model }) => ({
      ...model,
      forms: forms.map(({ name, file, evaluated }) => ({ name, file, evaluation: evaluated.evaluation })),
    })),
  };
}

function describe({ head, file, evaluation, withoutLandmarks, forms, checks }: BuiltModel): string {
  const verdict = checks.every(({ accepted }) => accepted)
    ? 'SnapML should accept it'
    : 'SnapML will not accept all of it';
  const size = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  return [
    '',
    `head ${head}:`,
    formatEvaluation(evaluation).replace(/^/gm, '  '),
    ...(withoutLandmarks ? ['  without landmarks:', formatEvaluation(withoutLandmarks).replace(/^/gm, '  ')] : []),
    `  model: ${file.path} (${size(file.bytes)}; ${verdict})`,
    ...forms.map(({ name, file: form, evaluated }) => {
      const accuracies = evaluated.evaluation.results.map(
        ({ protocol, split, metrics }) => `${protocol} ${split} ${percent(metrics.accuracy)}`,
      );
      return `  ${name}: ${form.path} (${size(form.bytes)}; ${accuracies.join(', ')})`;
    }),
  ].join('\n');
}
