import { writeAtomic } from '../../core/files.ts';
import { PROTOCOLS } from '../../data/labels.ts';
import { lineChart, type Series } from './charts.ts';
import type { ReportContent } from './content.ts';
import { formatCount, headSection, headTiles, PROTOCOL_TEXT } from './head-section.ts';
import { type Content, figure, type Html, html, sheet } from './html.ts';
import { page, type Section } from './page.ts';
import { quantizationSection } from './quantization-section.ts';

/**
 * Writes the report of a run as one self-contained HTML file: charts are inline SVG, pictures are embedded, and its content
 * security policy stops the browser from loading anything.
 * @throws UserError if the file cannot be written.
 */
export async function writeReport(path: string, content: ReportContent): Promise<void> {
  await writeAtomic(path, (await renderReport(content)).markup);
}

/** The page itself. */
async function renderReport(content: ReportContent): Promise<Html> {
  const sections: Section[] = [
    { id: 'results', title: 'Results', body: await results(content) },
    ...(content.quantization.length > 0
      ? [
          {
            id: 'quantization',
            title: 'Quantization',
            body: await Promise.all(content.quantization.map(quantizationSection)),
          },
        ]
      : []),
    { id: 'training', title: 'Training', body: training(content.history) },
    { id: 'data', title: 'Data', body: await data(content) },
    { id: 'files', title: 'Files and checks', body: files(content) },
    { id: 'setup', title: 'Configuration', body: setup(content) },
  ];
  const { title, run } = content;
  return page({ title, subject: run, eyebrow: `Run ${run}`, tiles: content.heads.map(headTiles), sections });
}

async function results({ heads }: ReportContent): Promise<Content> {
  if (heads.length === 0) return html`<p>No model was evaluated.</p>`;
  const used = PROTOCOLS.filter((protocol) =>
    heads.some(({ evaluation }) => evaluation.results.some((result) => result.protocol === protocol)),
  );
  const own = heads.some(({ evaluation }) => evaluation.classes);
  return [
    html`
<dl>
  ${used.map((protocol) => html`<dt>${sentence(PROTOCOL_TEXT[protocol].name)} (${protocol})</dt><dd>${own && protocol === 'raw' ? 'Every picture of the split, scored against its class.' : PROTOCOL_TEXT[protocol].definition}</dd>`)}
  <dt>95 % interval</dt><dd>Wilson's score interval of the accuracy.</dd>
  <dt>macro-F1</dt><dd>Mean F1 score over the ${own ? 'classes' : 'expressions'}; rare ones count as much as common ones.</dd>
  <dt>ECE</dt><dd>Expected calibration error: the mean gap between confidence and accuracy.</dd>
</dl>`,
    ...(await Promise.all(heads.map(headSection))),
  ];
}

function training(history: ReportContent['history']): Content {
  const losses = seriesOf(history, 'loss');
  const accuracies = seriesOf(history, 'accuracy');
  if (losses.length + accuracies.length === 0) return html`<p>Nothing was trained in this run.</p>`;
  const basis = history.length === 1 ? '1 epoch' : `${history.length} epochs`;
  return html`
<div class="figures">
  ${losses.length > 0 ? figure('Loss', `Mean of each epoch on Training, ${basis}.`, lineChart(losses, 'loss')) : ''}
  ${
    accuracies.length > 0
      ? figure(
          'Accuracy',
          `PublicTest after each epoch, ${basis}; each head against its own kind of labels.`,
          lineChart(accuracies, 'share'),
        )
      : ''
  }
</div>`;
}

/** The figures of this name as lines over the epochs, counted from 1; `loss/votes` becomes `votes`. */
function seriesOf(history: ReportContent['history'], prefix: string): Series[] {
  const names = new Set(
    history.flatMap(({ figures }) => Object.keys(figures)).filter((name) => name.startsWith(prefix)),
  );
  return [...names].map((name) => ({
    name: name.slice(prefix.length).replace(/^\//, '') || prefix,
    points: history.filter(({ figures }) => name in figures).map(({ epoch, figures }) => [epoch + 1, figures[name]]),
  }));
}

async function data({ data, faces, augmentations, upscaled }: ReportContent): Promise<Content> {
  const classes = `${faces.length} faces of the Training split, by original label.`;
  const augmented = `${augmentations.length} pictures of the Training split as the network sees them during training.`;
  const larger = 'Faces of the Training split upscaled bilinearly, bicubically, and by the network used in this run.';
  return [
    html`<div class="card">${pairs(Object.entries(data).map(([name, value]) => [name, typeof value === 'number' ? formatCount(value) : value]))}</div>`,
    faces.length > 0 ? await sheet('Faces', classes, faces) : '',
    upscaled && upscaled.tiles.length > 0 ? await sheet('Upscaling', larger, upscaled.tiles, upscaled.layout) : '',
    augmentations.length > 0 ? await sheet('Augmentation', augmented, augmentations) : '',
  ];
}

function files({ files, findings }: ReportContent): Content {
  const rows = files.map(
    ({ name, bytes, sha256 }) => html`<tr><td><b>${name}</b></td><td class="number">${(bytes / 1e6).toFixed(2)} MB</td>
<td><code>${sha256}</code></td></tr>`,
  );
  return [
    rows.length > 0
      ? html`<div class="card"><table class="files">
<thead><tr><th>file</th><th class="number">size</th><th>SHA-256</th></tr></thead><tbody>${rows}</tbody></table></div>`
      : html`<p>No file was exported.</p>`,
    findings.length > 0
      ? html`<h3>Checks</h3><div class="card"><ul>${findings.map((finding) => html`<li>${finding}</li>`)}</ul></div>`
      : '',
  ];
}

/** One card for each part of the configuration, one for its own fields and one for the versions. */
function setup({ config, versions }: ReportContent): Html {
  const entries = Object.entries(config);
  const isPart = (value: unknown) => typeof value === 'object' && value !== null;
  const groups: [string, [string, unknown][]][] = [
    ['run', entries.filter(([, value]) => !isPart(value))],
    ...entries
      .filter(([, value]) => isPart(value))
      .map(([name, part]): [string, [string, unknown][]] => [name, Object.entries(part)]),
    ['versions', Object.entries(versions)],
  ];
  return html`<div class="cards">${groups.map(([name, fields]) => html`<div class="card"><h4>${name}</h4>${pairs(fields)}</div>`)}</div>`;
}

function pairs(fields: readonly (readonly [string, unknown])[]): Html {
  return html`<table class="pairs"><tbody>${fields.map(([name, value]) => html`<tr><th>${name}</th><td>${valueText(value)}</td></tr>`)}</tbody></table>`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return value === null ? 'none' : String(value);
}

function sentence(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
