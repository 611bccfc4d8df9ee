import type { Estimate } from '../../ml/evaluate/estimate.ts';

/** A share in percent, for example `71.2`. */
export const percent = (share: number) => (100 * share).toFixed(1);
const points = (share: number) => `${share < 0 ? '−' : '+'}${(100 * Math.abs(share)).toFixed(1)}`;
/** For example `71.2 (68.4–73.9)`. */
export const withInterval = ({ share, interval95: [low, high] }: Estimate) =>
  `${percent(share)} (${percent(low)}–${percent(high)})`;
/** For example `−2.5 (−4.0 to −1.0)`. */
export const difference = ({ share, interval95: [low, high] }: Estimate) =>
  `${points(share)} (${points(low)} to ${points(high)})`;

/** A Markdown table. @param rows the first is the headings. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [headings, ...others] = rows;
  return [line(headings), line(headings.map(() => '---')), ...others.map(line)].join('\n');
}
