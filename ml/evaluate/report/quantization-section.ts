import { PROTOCOLS } from '../../data/labels.ts';
import type { Disagreements } from '../disagreements.ts';
import { type Evaluation, type EvaluationResult, formatInterval, percent } from '../evaluation.ts';
import { confusionChart, layerChart, type Series } from './charts.ts';
import { figure, sheet } from './figures.ts';
import { grouped, PROTOCOL_TEXT } from './head-section.ts';
import { type Content, type Html, html } from './html.ts';

/** A head's network in floats and in its quantized forms. */
export interface QuantizationReport {
  /** What the head was trained on, in words. */
  readonly heading: string;
  /** The network in floats first. */
  readonly models: readonly { readonly name: string; readonly bytes: number; readonly evaluation: Evaluation }[];
  /** Signal-to-quantization-noise ratio of each map in decibels, for each quantized form. */
  readonly sqnr: readonly { readonly name: string; readonly layers: readonly { map: string; decibels: number }[] }[];
  /** Of the network in floats and the last of the quantized forms. */
  readonly disagreements: Disagreements;
  /** Bytes of the int8 file by what they hold. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Accuracy beside the floats', noise by layer, confusion matrices side by side, and the faces that are seen differently. */
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
    <thead><tr><th>model</th><th class="number">size</th><th>labels</th><th>split</th><th class="number">accuracy</th>
      <th class="number">95 % interval</th><th class="number">against float</th></tr></thead>
    <tbody>${models.map((model) => model.evaluation.results.map((result) => row(model, result, float.evaluation)))}</tbody>
  </table>
</div>
<p class="note">Bytes of the int8 TFLite file: ${Object.entries(bytes)
    .map(([kind, count]) => `${kind} ${grouped(count)}`)
    .join(', ')}.</p>
<div class="figures">
  ${figure('Noise of quantization', 'Signal-to-quantization-noise ratio of every map, from the stem to the logits.', layerChart(series, sqnr[0]?.layers.map(({ map }) => map) ?? []))}
  ${PROTOCOLS.map((protocol) => confusions(protocol, float.evaluation, last.evaluation))}
</div>
${await differing(disagreements)}`;
}

function row(model: QuantizationReport['models'][number], result: EvaluationResult, float: Evaluation): Html {
  const { protocol, split, metrics } = result;
  const exact = float.results.find((other) => other.protocol === protocol && other.split === split);
  const change = 100 * (metrics.accuracy - (exact?.metrics.accuracy ?? metrics.accuracy));
  return html`<tr><td>${model.name}</td><td class="number">${(model.bytes / 1e6).toFixed(2)} MB</td>
<td>${PROTOCOL_TEXT[protocol].name}</td><td>${split}</td><td class="number"><b>${percent(metrics.accuracy)}</b></td>
<td class="number">${formatInterval(metrics.accuracyInterval95)}</td>
<td class="number">${float.model === model.evaluation.model ? '' : `${change >= 0 ? '+' : '−'}${Math.abs(change).toFixed(2)} points`}</td></tr>`;
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
            `PrivateTest, ${PROTOCOL_TEXT[protocol].name}, n = ${grouped(result.metrics.count)}.`,
            confusionChart(result.metrics),
          ),
        ]
      : [],
  );
}

function differing({ split, faces, count, tiles }: Disagreements): Promise<Html> | Content {
  const share = `${split}: float and int8 name different expressions on ${grouped(count)} of ${grouped(faces)} faces`;
  if (tiles.length === 0) return html`<p class="note">${share}.</p>`;
  return sheet('Where they disagree', `${share}; shown are ${tiles.length}, as float | int8.`, tiles);
}
