import { EMOTIONS } from '../../core/emotions.ts';
import { formatInterval, percent } from '../evaluation.ts';
import type { PosedEvaluation } from '../posed.ts';
import { confusionChart, frontChart } from './charts.ts';
import { figure, type Html, html } from './html.ts';

/** How a model does on people who act expressions: a table, its confusions, and the front over the prior. */
export function posedSection({ source, people, size, results, front, calibration }: PosedEvaluation): Html {
  const [{ metrics }] = results;
  const basis = `${metrics.count} photographs of ${people} people, crops of ${size} × ${size} pixels`;
  return html`
<h4>Posed faces</h4>
<p class="note">${source}: ${basis}. "posed-soft" shows them with no more detail than 48 × 48 pixels. Photographs of one
person are alike, so the intervals are narrower than they should be.</p>
<div class="card scroll">
  <table>
    <thead><tr><th>protocol</th><th class="number">n</th><th class="number">accuracy</th><th class="number">95 % interval</th>
      <th class="number">mean recall</th><th class="number">95 % interval</th></tr></thead>
    <tbody>${results.map(
      (result) => html`<tr><td>${result.protocol}</td><td class="number">${result.metrics.count}</td>
<td class="number"><b>${percent(result.metrics.accuracy)}</b></td>
<td class="number">${formatInterval(result.metrics.accuracyInterval95)}</td>
<td class="number">${percent(result.meanRecall)}</td>
<td class="number">${formatInterval(result.meanRecallInterval95)}</td></tr>`,
    )}</tbody>
  </table>
</div>
<div class="figures">
  ${figure('Confusion matrix', `${basis}. Counts; the colour is the share of the true class.`, confusionChart(metrics, EMOTIONS))}
  ${
    front
      ? figure(
          'Everyday and acted faces',
          'A bias of the logits in growing strength, from none at the right: the prior of the training taken back, and the bias for acted faces. Higher is better on posed faces, further right on PublicTest by the FER+ majority.',
          frontChart(front),
        )
      : ''
  }
</div>
${
  calibration
    ? html`<p class="note">Personal calibration with a neutral face of the same person from another session (${calibration.faces} faces): the
share of its logits that is subtracted, and the accuracy: ${calibration.points
        .filter(({ acted }) => acted === 0)
        .map(({ strength, accuracy }) => `${strength}: ${percent(accuracy, 1)}`)
        .join(', ')}.</p>`
    : ''
}`;
}
