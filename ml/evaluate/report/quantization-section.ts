import { PROTOCOLS } from '../../data/labels.ts';
import type { Disagreements } from '../comparison.ts';
import { classesIn, type Evaluation, type EvaluationResult, percent } from '../evaluation.ts';
import { confusionChart, layerChart, type Series } from './charts.ts';
import type { QuantizationReport } from './content.ts';
import { formatCount, PROTOCOL_TEXT } from './head-section.ts';
import { type Content, figure, type Html, html, sheet } from './html.ts';

/** Accuracy against the float model, noise by layer, both confusion matrices, and the faces on which the two disagree. */
export async function quantizationSection(report: QuantizationReport): Promise<Content> {
  const { heading, models, sqnr, disagreements, bytes } = report;
  const [float, ...others] = models;
  const last = others[others.length - 1];
  const series: Series[] = sqnr.map(({ name, layers }) => ({
    name,
    points: layers.map(({ decibels }, i) => [i, decibels]),
  }));
  return html`
<h3>${heading}</h3>
<div class="card scroll">
  <table>
    <thead><tr><th>model</th><th class="number">size</th>
      ${float.evaluation.results.map(({ protocol, split }) => html`<th class="number">${PROTOCOL_TEXT[protocol].name}, ${split}</th>`)}</tr></thead>
    <tbody>${models.map((model) => row(model, float.evaluation))}</tbody>
  </table>
</div>
<p class="note">Accuracy; in brackets, the difference to the float model in percentage points. Bytes of the int8 TFLite file: ${Object.entries(
    bytes,
  )
    .map(([kind, count]) => `${kind} ${formatCount(count)}`)
    .join(', ')}.</p>
<div class="figures">
  ${figure('Quantization noise', 'Signal-to-quantization-noise ratio of every activation against the float model, from the stem to the logits. QAT also changes the weights, which counts as noise here.', layerChart(series, sqnr[0]?.layers.map(({ activation }) => activation) ?? []))}
  ${PROTOCOLS.map((protocol) => confusions(protocol, float.evaluation, last.evaluation))}
</div>
${await differing(disagreements, float.evaluation.classes ? 'classes' : 'expressions')}`;
}

function row({ name, bytes, evaluation }: QuantizationReport['models'][number], float: Evaluation): Html {
  return html`<tr><td>${name}</td><td class="number">${(bytes / 1e6).toFixed(2)} MB</td>
${evaluation.results.map((result) => html`<td class="number"><b>${percent(result.metrics.accuracy)}</b>${change(result, evaluation, float)}</td>`)}</tr>`;
}

/** Difference of an accuracy to that of the float model, in percentage points. */
function change({ protocol, split, metrics }: EvaluationResult, evaluation: Evaluation, float: Evaluation): string {
  const exact = float.results.find((other) => other.protocol === protocol && other.split === split);
  if (!exact || evaluation === float) return '';
  const points = 100 * (metrics.accuracy - exact.metrics.accuracy);
  return ` (${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)})`;
}

function confusions(protocol: (typeof PROTOCOLS)[number], float: Evaluation, int8: Evaluation): Content {
  const of = (evaluation: Evaluation) =>
    evaluation.results.find((result) => result.protocol === protocol && result.split === 'PrivateTest');
  const pair: [string, EvaluationResult | undefined][] = [
    ['float', of(float)],
    ['int8', of(int8)],
  ];
  return pair.flatMap(([name, result]) =>
    result
      ? [
          figure(
            `Confusion matrix, ${name}`,
            `PrivateTest, ${PROTOCOL_TEXT[protocol].name}, n = ${formatCount(result.metrics.count)}.`,
            confusionChart(result.metrics, classesIn(float)),
          ),
        ]
      : [],
  );
}

function differing({ split, faces, count, tiles }: Disagreements, noun: string): Promise<Html> | Content {
  const share = `${split}: float and int8 predict different ${noun} for ${formatCount(count)} of ${formatCount(faces)} faces`;
  if (tiles.length === 0) return html`<p class="note">${share}.</p>`;
  return sheet('Disagreements', `${share}; ${tiles.length} of them, as float | int8.`, tiles);
}
