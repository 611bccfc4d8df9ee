import { writeAtomic } from '../../ml/core/files.ts';
import { lineChart, type ParallelAxis, parallelChart } from '../../ml/evaluate/report/charts.ts';
import { type Content, figure, html } from '../../ml/evaluate/report/html.ts';
import { page } from '../../ml/evaluate/report/page.ts';
import type { Outcome } from '../../ml/sweep/outcome.ts';
import { bestGroups, describeTrial, type Group, shortValue, type TrialRow, trialRows } from './overview.ts';
import type { Sweep } from './records.ts';
import type { Service } from './service.ts';

/** Configurations in the table of the best, and learning curves in their chart. */
const BEST = 20;
const CURVES = 6;
/** Rows in the table of all trials; of more the page would be slow. */
const ROWS = 2000;

/**
 * Writes the report of a sweep as one self-contained HTML file.
 * @throws UserError if the file cannot be written.
 */
export async function writeSweepReport(path: string, sweep: Sweep, { records, queue }: Service): Promise<void> {
  const rows = await trialRows(sweep, records, queue);
  const outcomes = await records.outcomes(sweep);
  const groups = bestGroups(sweep, rows);
  const finished = rows.filter(({ state }) => state === 'finished').length;
  const hours = rows.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const metric = sweep.plan.spec.objective?.metric;
  const tile = (name: string, value: string) => html`<div class="card"><b>${value}</b><br>${name}</div>`;
  const markup = page({
    title: 'Sweep',
    subject: sweep.name,
    eyebrow: `${sweep.name}, version ${sweep.version}, ${sweep.state}`,
    tiles: [
      tile('trials finished', `${finished} of ${rows.length}`),
      tile('hours of training', hours.toFixed(2)),
      metric && groups.length > 0 ? tile(`best ${metric}`, groups[0].mean.toFixed(4)) : '',
    ],
    sections: [
      { id: 'best', title: 'Best configurations', body: best(sweep, groups) },
      { id: 'search', title: 'Parallel coordinates', body: coordinates(sweep, rows) },
      { id: 'curves', title: 'Learning curves', body: curves(sweep, groups, rows, outcomes) },
      { id: 'trials', title: 'Trials', body: all(sweep, rows, outcomes) },
    ],
  }).markup;
  await writeAtomic(path, markup);
}

function best({ plan }: Sweep, groups: readonly Group[]): Content {
  if (groups.length === 0) return html`<p>No trial is judged: there is no objective, or none has finished.</p>`;
  const rows = groups.slice(0, BEST).map(
    ({
      trials,
      rung,
      mean,
      sd,
    }) => html`<tr><td>${describeTrial(trials[0])}</td><td class="number">${plan.rungs[rung]}</td>
<td class="number">${mean.toFixed(4)}</td><td class="number">${sd === null ? '–' : sd.toFixed(4)}</td><td class="number">${trials.map(({ seed, result }) => `${seed}: ${result!.score!.toFixed(4)}`).join(', ')}</td></tr>`,
  );
  return html`<p>Mean over the seeds, their sample standard deviation, and each seed. Those that trained longest come first.</p>
<div class="card"><table><thead><tr><th>configuration</th><th class="number">epochs</th><th class="number">${plan.spec.objective!.metric}</th><th class="number">SD</th><th class="number">seeds</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function coordinates({ plan }: Sweep, rows: readonly TrialRow[]): Content {
  const judged = rows.filter(({ result }) => result?.score != null);
  const fields = [...new Set(rows.flatMap(({ settings }) => Object.keys(settings)))];
  if (judged.length === 0 || fields.length === 0) return html`<p>There is nothing to compare.</p>`;
  const axes = fields.map((field) =>
    axisOf(
      field,
      judged.map(({ settings }) => settings[field]),
    ),
  );
  const lines = [...judged].sort((a, b) => a.result!.rung - b.result!.rung);
  const last = Math.max(...lines.map(({ result }) => result!.rung));
  const lineOf = ({ settings, result }: TrialRow) => [
    ...fields.map((field, i) =>
      axes[i].names ? shortValue(settings[field] ?? 'as configured') : (settings[field] as number),
    ),
    result!.score!,
  ];
  const groups = [
    { name: 'stopped early', lines: lines.filter(({ result }) => result!.rung < last).map(lineOf) },
    { name: `${plan.rungs[last]} epochs`, lines: lines.filter(({ result }) => result!.rung === last).map(lineOf) },
  ].filter(({ lines }) => lines.length > 0);
  const metric = plan.spec.objective!.metric;
  return figure(
    'Search',
    `A line for each of ${judged.length} trials.`,
    parallelChart([...axes, { name: metric }], groups),
  );
}

/** Numbers get an axis of numbers, on a log scale if they span more than a factor of ten. */
function axisOf(name: string, values: readonly unknown[]): ParallelAxis {
  if (!values.every((value) => typeof value === 'number'))
    return { name, names: [...new Set(values.map((value) => shortValue(value ?? 'as configured')))].sort() };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { name, log: low > 0 && high > 10 * low };
}

function curves(
  { plan }: Sweep,
  groups: readonly Group[],
  rows: readonly TrialRow[],
  outcomes: ReadonlyMap<number, Outcome>,
): Content {
  const shown = groups.length > 0 ? groups.slice(0, CURVES).map(({ trials }) => trials[0]) : rows.slice(0, CURVES);
  const head = plan.spec.objective?.head ?? '';
  const seriesOf = (prefix: string) =>
    shown.flatMap((trial) => {
      const curve = outcomes.get(trial.number)?.curve ?? [];
      const name = Object.keys(curve[0] ?? {}).find((key) => key.startsWith(prefix) && key.endsWith(head));
      if (name === undefined) return [];
      return [{ name: `trial ${trial.number}`, points: curve.map((figures, i) => [i + 1, figures[name]] as const) }];
    });
  const [losses, accuracies] = [seriesOf('loss/'), seriesOf('accuracy/')];
  return html`<div class="figures">
${losses.length > 0 ? figure('Loss', 'Mean of each epoch on Training, of the best configurations.', lineChart(losses, 'loss')) : ''}
${accuracies.length > 0 ? figure('Accuracy', 'PublicTest after each epoch, of the best configurations.', lineChart(accuracies, 'share')) : ''}
</div>`;
}

function all({ plan }: Sweep, rows: readonly TrialRow[], outcomes: ReadonlyMap<number, Outcome>): Content {
  const names =
    [...outcomes.values()][0]?.figures.map(({ head, protocol, split }) => `${head}, ${protocol}, ${split}`) ?? [];
  const lines = rows.slice(0, ROWS).map((row) => {
    const figures = outcomes.get(row.number)?.figures ?? [];
    return html`<tr><td class="number">${row.number}</td><td>${describeTrial(row)}</td><td class="number">${row.seed}</td><td>${row.state}</td>
${names.map((_, i) => html`<td class="number">${figures[i] ? `${(100 * figures[i].accuracy).toFixed(2)} %` : '–'}</td>`)}<td class="number">${(row.seconds / 60).toFixed(1)}</td></tr>`;
  });
  const more = rows.length > ROWS ? html`<p>The first ${ROWS} of ${rows.length} trials.</p>` : '';
  return html`${more}<p>Accuracy by head, protocol and split. Only the objective${plan.spec.objective ? '' : ', of which there is none,'} chooses; the others are reported.</p>
<div class="card scroll"><table><thead><tr><th class="number">trial</th><th>configuration</th><th class="number">seed</th><th>state</th>${names.map((name) => html`<th class="number">${name}</th>`)}<th class="number">minutes</th></tr></thead><tbody>${lines}</tbody></table></div>`;
}
