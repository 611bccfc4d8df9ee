import { element, setText } from '../../../web/page/dom.ts';
import { type Part, quantile, stats } from '../run/samples.ts';

/** Samples that the figures are of: a few seconds. */
const RECENT = 120;

const ROWS: readonly (readonly [Part, string])[] = [
  ['interval', 'frame'],
  ['work', 'lens + drawing'],
  ['detector', 'face detector'],
  ['landmarks', 'landmarks'],
  ['model', 'model'],
];

/** The table of times over the stage. */
export function createTiming() {
  const rows = ROWS.map(([part, label]) => {
    const cells = ['last', 'median', 'p95'].map(() => element('td'));
    return { part, cells, row: element('tr', {}, element('th', { scope: 'row' }, label), ...cells) };
  });
  const rate = element('caption');
  const heads = ['ms', 'last', 'median', 'p95'].map((text) => element('th', { scope: 'col' }, text));
  const root = element(
    'table',
    { class: 'timing', hidden: true },
    rate,
    element('thead', {}, element('tr', {}, ...heads)),
  );
  root.append(element('tbody', {}, ...rows.map(({ row }) => row)));
  return {
    root,
    show(on: boolean): void {
      root.hidden = !on;
    },
    update(): void {
      if (root.hidden) return;
      const median = quantile(stats.interval.slice(-RECENT), 0.5);
      setText(rate, Number.isNaN(median) ? 'no frames yet' : `${(1000 / median).toFixed(0)} frames/s`);
      for (const { part, cells } of rows) {
        const recent = stats[part].slice(-RECENT);
        const figures = [recent.at(-1) ?? Number.NaN, quantile(recent, 0.5), quantile(recent, 0.95)];
        figures.forEach((figure, at) => {
          setText(cells[at], Number.isNaN(figure) ? '–' : figure.toFixed(1));
        });
      }
    },
  };
}
