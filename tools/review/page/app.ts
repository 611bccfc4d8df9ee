import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { ACTIONS, REASONS } from '../../../ml/data/manifest-format.ts';
import { choices, element, setText } from '../../web/page/dom.ts';
import type { ReviewData } from '../protocol.ts';
import { createGrid } from './grid.ts';
import { type Filter, ReviewModel, type Verdict } from './model.ts';
import { createPanel } from './panel.ts';
import { createSaver } from './saver.ts';

/** Builds the page. @param faces grey values of the suspects, [n, 48, 48]. @param token allows this page to save. */
export function startApp(root: Element, data: ReviewData, faces: Uint8Array, token: string): void {
  const model = new ReviewModel(data.entries);
  const status = element('p', { class: 'status', role: 'status' });
  const totals = element('p', { class: 'dim totals' });
  const saver = createSaver(model, token, (text, failed) => {
    setText(status, text);
    status.classList.toggle('failed', failed);
  });

  let filter: Filter = { reason: 'all', action: 'all' };
  let focused: number | null = null;
  const redraw = () => {
    panel.show(focused);
    grid.refresh();
    const { drop, move, keep } = model.counts();
    setText(totals, `${drop} dropped, ${move} moved, ${keep} kept`);
  };
  const decide = (verdict: Verdict) => {
    if (focused === null) return;
    model.decide(focused, verdict);
    saver.changed();
    redraw();
  };
  const undo = () => {
    const place = model.undo();
    if (place === null) return;
    const position = shown.indexOf(place);
    if (position >= 0) grid.focusOn(position);
    saver.changed();
    redraw();
  };
  const panel = createPanel(model, faces, decide, undo);
  const grid = createGrid(
    model,
    faces,
    (place) => {
      focused = place;
      panel.show(place);
    },
    () => focused !== null && decide(model.decision(focused).action === 'keep' ? 'accept' : 'reject'),
  );
  let shown: readonly number[] = [];
  const apply = (change: Partial<Filter>) => {
    filter = { ...filter, ...change };
    shown = model.select(filter);
    grid.show(shown);
    redraw();
  };

  const present = REASONS.filter((reason) => data.entries.some((entry) => entry.reason === reason));
  const countOf = (reason: string) => data.entries.filter((entry) => entry.reason === reason).length;
  const reasons = choices(
    'Reason',
    [
      { value: 'all', label: `All ${data.entries.length}` },
      ...present.map((reason) => ({ value: reason, label: `${reason} ${countOf(reason)}` })),
    ],
    'all',
    (reason) => apply({ reason: reason as Filter['reason'] }),
  );
  const actions = choices(
    'Decided',
    ['all', ...ACTIONS].map((action) => ({ value: action, label: action })),
    'all',
    (action) => apply({ action: action as Filter['action'] }),
  );
  root.append(
    element(
      'div',
      { class: 'review' },
      element(
        'header',
        { class: 'top' },
        element('h1', {}, 'Emotion Lens ', element('span', { class: 'dim' }, `review of ${data.source}`)),
        totals,
        status,
        element('p', { class: 'dim file' }, data.manifest),
      ),
      element('nav', { class: 'filters', 'aria-label': 'Filter' }, reasons.root, actions.root),
      grid.root,
      panel.root,
    ),
  );

  const moves: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => grid.focus - 1,
    ArrowRight: () => grid.focus + 1,
    ArrowUp: () => Math.max(grid.focus % grid.columns, grid.focus - grid.columns),
    ArrowDown: () => grid.focus + grid.columns,
    PageUp: () => grid.focus - grid.columns * grid.visibleRows,
    PageDown: () => grid.focus + grid.columns * grid.visibleRows,
    Home: () => 0,
    End: () => shown.length - 1,
  };
  const verdicts: Readonly<Record<string, Verdict>> = {
    a: 'accept',
    r: 'reject',
    d: 'drop',
    ...Object.fromEntries(EMOTIONS.map((emotion, i) => [String(i + 1), emotion])),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // The arrows of a radio button choose the next one.
    const free = !(event.target instanceof HTMLInputElement);
    const move = free ? moves[event.key] : undefined;
    const verdict = verdicts[event.key.toLowerCase()];
    if (move) grid.focusOn(move());
    else if (verdict) {
      decide(verdict);
      grid.focusOn(grid.focus + 1);
    } else if (event.key.toLowerCase() === 'z') undo();
    else return;
    event.preventDefault();
  });
  apply({});
  grid.root.focus();
}
