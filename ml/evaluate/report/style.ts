/** Colours of the charts, as CSS variables so that they follow the colour scheme of the page. */
export const COLOURS = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  series: ['var(--blue)', 'var(--orange)', 'var(--green)', 'var(--violet)', 'var(--red)', 'var(--teal)'],
};

/** System fonts only: the page asks the network for nothing. */
const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';

export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #16191d; --muted: #5d6672; --line: #e1e5ea;
  --blue: #2563eb; --orange: #ea7317; --green: #15966b; --violet: #7c4dd8; --red: #d13b3b; --teal: #0e8fa3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101317; --card: #181c22; --ink: #e8ebef; --muted: #98a2af; --line: #2b313a;
    --blue: #5b8ff9; --orange: #f2954b; --green: #37b98b; --violet: #a585ee; --red: #ee6b6b; --teal: #3fb7c9;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 ${FONT}; }
main, header { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 48px; }
h1 { font-size: clamp(28px, 5vw, 40px); line-height: 1.15; letter-spacing: -0.02em; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 24px; letter-spacing: -0.01em; margin: 0 0 6px; }
h3 { font-size: 18px; margin: 32px 0 10px; }
h4 { font-size: 15px; margin: 0 0 10px; overflow-wrap: anywhere; }
p { margin: 0 0 14px; max-width: 74ch; }
section { padding: 40px 0 0; }
main { padding-bottom: 72px; }
.eyebrow { color: var(--muted); margin: 6px 0 20px; overflow-wrap: anywhere; }
.note, figcaption { color: var(--muted); font-size: 14px; }
nav { display: flex; flex-wrap: wrap; gap: 6px 18px; padding: 12px 0; border-block: 1px solid var(--line); font-size: 15px; }
a { color: var(--blue); text-decoration: none; }
a:hover { text-decoration: underline; }
.tiles, .figures { display: grid; gap: 16px; }
.tiles { grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); margin-top: 20px; }
.figures { grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); }
.cards { columns: 330px; column-gap: 16px; }
.cards .card { break-inside: avoid; margin-bottom: 16px; }
.card, figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px; }
.tile b { display: block; font-size: 34px; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; }
.tile span { display: block; color: var(--muted); font-size: 14px; }
.tile .label { color: var(--ink); font-weight: 600; }
figure { margin: 0; display: flex; flex-direction: column; }
figure svg, figure img { display: block; width: 100%; height: auto; margin-bottom: auto; }
figure img { border-radius: 6px; }
figure.wide { margin: 16px 0; }
figure.wide img { width: auto; }
figcaption { margin-top: 12px; }
figcaption b { color: var(--ink); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 14px 7px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tr:last-child > td, tbody tr:last-child > th { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 500; color: var(--muted); }
thead th { font-size: 13px; white-space: nowrap; }
.pairs th { width: 42%; }
.pairs td { overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 24px; margin: 14px 0 0; font-size: 15px; }
dt { font-weight: 600; }
dd { margin: 0; color: var(--muted); max-width: 80ch; }
details { margin: 14px 0; }
summary { cursor: pointer; font-weight: 600; }
details[open] summary { margin-bottom: 12px; }
ul { margin: 0; padding-left: 20px; }
@media (max-width: 600px) {
  header, main { padding-inline: 14px; }
  header { padding-top: 28px; }
  .card, figure { padding: 14px; }
  dl { display: block; }
  dd { margin-bottom: 10px; }
  .files td, .files th { display: block; border: 0; padding: 1px 0; text-align: left; }
  .files thead { display: none; }
  .files tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
}
@media print {
  section, figure, .card { break-inside: avoid; }
  nav { display: none; }
}
`;
