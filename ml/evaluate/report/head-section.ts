import type { Protocol } from '../../data/labels.ts';
import { classesIn, type Evaluation, type EvaluationResult, formatInterval, percent } from '../evaluation.ts';
import { CALIBRATION_BINS } from '../metrics.ts';
import type { Mistakes } from '../mistakes.ts';
import { confusionChart, perClassChart, reliabilityChart } from './charts.ts';
import type { HeadReport } from './content.ts';
import { type Content, figure, type Html, html, sheet } from './html.ts';
import { posedSection } from './posed-section.ts';

/** Names and definitions of the protocols, for readers who do not know them. */
export const PROTOCOL_TEXT: Readonly<Record<Protocol, { readonly name: string; readonly definition: string }>> = {
  raw: {
    name: 'original labels',
    definition: 'Every face of the split, scored against its FER2013 label.',
  },
  'ferplus-majority': {
    name: 'FER+ majority',
    definition:
      'Ten people voted on each face. Classes with a single vote are dropped, and a face counts only if one of the seven ' +
      'expressions then has more than half of the remaining votes.',
  },
  ckplus: {
    name: 'CK+',
    definition:
      'Every picture of CK+ whose label the model has an output for; the model may also answer with an expression that ' +
      'none of these faces has. Pictures of one sequence are near copies, so the interval is narrower than it should be.',
  },
  'ckplus-restricted': {
    name: 'CK+, restricted',
    definition: 'The same faces; the answer is the most probable of the expressions that occur as labels.',
  },
};

/** The figures that matter most: accuracy of a head on the final test split, one tile for each protocol. */
export function headTiles({ heading, evaluation }: HeadReport): Content {
  return evaluation.results
    .filter(({ split }) => split === 'PrivateTest')
    .map(
      ({ protocol, split, metrics }) => html`
<div class="card tile">
  <span class="label">${heading}</span>
  <b>${percent(metrics.accuracy)}</b>
  <span>accuracy on ${split}, ${PROTOCOL_TEXT[protocol].name}</span>
  <span>95 %: ${formatInterval(metrics.accuracyInterval95)}, n = ${formatCount(metrics.count)}</span>
</div>`,
    );
}

/** Table, charts and mistakes of a head. The final test split is expanded, the others are collapsed. */
export async function headSection({
  heading,
  evaluation,
  withoutLandmarks,
  mistakes,
  posed,
}: HeadReport): Promise<Html> {
  const sheets = await Promise.all(mistakes.filter(({ tiles }) => tiles.length > 0).map(mistakesFigure));
  return html`
<h3>${heading}</h3>
<p class="note">Model: ${evaluation.model}</p>
${resultTable(evaluation)}
${withoutLandmarks ? html`<p class="note">With the landmarks of all faces missing:</p>${resultTable(withoutLandmarks)}` : ''}
${evaluation.results.map((result) => resultDetails(result, evaluation))}
${posed ? posedSection(posed) : ''}
${sheets}`;
}

function resultTable({ results }: Evaluation): Html {
  return html`
<div class="card scroll">
  <table>
    <thead><tr><th>labels</th><th>split</th><th class="number">n</th><th class="number">accuracy</th>
      <th class="number">95 % interval</th><th class="number">macro-F1</th><th class="number">ECE</th></tr></thead>
    <tbody>${results.map(resultRow)}</tbody>
  </table>
</div>`;
}

function resultRow({ protocol, split, metrics }: EvaluationResult): Html {
  return html`<tr><td>${PROTOCOL_TEXT[protocol].name}</td><td>${split}</td>
<td class="number">${formatCount(metrics.count)}</td><td class="number"><b>${percent(metrics.accuracy)}</b></td>
<td class="number">${formatInterval(metrics.accuracyInterval95)}</td><td class="number">${metrics.macroF1.toFixed(4)}</td>
<td class="number">${metrics.expectedCalibrationError.toFixed(4)}</td></tr>`;
}

function resultDetails({ protocol, split, metrics }: EvaluationResult, evaluation: Evaluation): Html {
  const names = classesIn(evaluation);
  const noun = evaluation.classes ? 'class' : 'expression';
  const basis = `${split}, ${PROTOCOL_TEXT[protocol].name}, n = ${formatCount(metrics.count)}`;
  return html`
<details ${split === 'PrivateTest' ? 'open' : ''}>
  <summary>${split}, ${PROTOCOL_TEXT[protocol].name}</summary>
  <div class="figures">
    ${figure('Confusion matrix', `${basis}. Counts; the colour shows the share of the true class.`, confusionChart(metrics, names))}
    ${figure('Reliability', `${basis}. ${CALIBRATION_BINS} bins; bars below the dashed line mean that the model is overconfident.`, reliabilityChart(metrics))}
    ${figure(`By ${noun}`, `${basis}. The number of faces is below each ${noun}.`, perClassChart(metrics, names))}
  </div>
</details>`;
}

function mistakesFigure({ protocol, split, count, tiles }: Mistakes): Promise<Html> {
  return sheet(
    'Most confident mistakes',
    `${split}, ${PROTOCOL_TEXT[protocol].name}: the ${tiles.length} most confident of ${formatCount(count)} mistakes, as label → prediction with its probability.`,
    tiles,
  );
}

/** A whole number with thousands separators. */
export function formatCount(number: number): string {
  return number.toLocaleString('en-US');
}
