import { element, setText } from '../../web/page/dom.ts';
import { faceCanvas, paintFace } from './faces.ts';
import type { ReviewModel } from './model.ts';

/** Size of a tile with its gap in CSS pixels; the style has the same. */
const WIDTH = 124;
const HEIGHT = 160;
/** Rows beyond the visible ones that are kept ready. */
const SPARE_ROWS = 2;

interface Tile {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly caption: HTMLElement;
  readonly detail: HTMLElement;
  /** Place of the suspect that it shows. */
  place: number;
}

export interface Grid {
  readonly root: HTMLElement;
  /** Shows other suspects, from the top. */
  show(places: readonly number[]): void;
  /** Position in the list of the suspect in focus; −1 if there is none. */
  readonly focus: number;
  /** Moves the focus to a position, as near as there is one, and into view. */
  focusOn(position: number): void;
  /** Tiles in a row. */
  readonly columns: number;
  /** Tiles that fit on the screen, by rows. */
  readonly visibleRows: number;
  /** Draws again what was decided. */
  refresh(): void;
}

/**
 * A contact sheet of any length: only the tiles in view exist, and those that leave it are used again.
 * @param onFocus gets the place of the suspect in focus, null if there is none.
 * @param onToggle gets the place of a suspect that was double-clicked.
 */
export function createGrid(
  model: ReviewModel,
  faces: Uint8Array,
  onFocus: (place: number | null) => void,
  onToggle: (place: number) => void,
): Grid {
  const sheet = element('div', { class: 'sheet', role: 'presentation' });
  const root = element('div', { class: 'grid', role: 'listbox', tabindex: '0', 'aria-label': 'Suspects' }, sheet);
  const shown = new Map<number, Tile>();
  const spare: Tile[] = [];
  let places: readonly number[] = [];
  let focus = -1;
  let columns = 1;
  let frame = 0;

  const makeTile = (): Tile => {
    const tile: Tile = {
      canvas: faceCanvas(),
      caption: element('span', { class: 'caption' }),
      detail: element('span', { class: 'detail' }),
      root: element('div', { class: 'tile', role: 'option' }),
      place: -1,
    };
    tile.root.append(tile.canvas, tile.caption, tile.detail);
    return tile;
  };

  const describe = (tile: Tile, position: number) => {
    const { from, reason, score, row } = model.entries[tile.place];
    const { action, to } = model.decision(tile.place);
    tile.root.dataset['action'] = action;
    tile.root.id = `suspect-${position}`;
    tile.root.setAttribute('aria-selected', String(position === focus));
    tile.root.setAttribute('aria-posinset', String(position + 1));
    tile.root.setAttribute('aria-setsize', String(places.length));
    const outcome = action === 'move' ? `${from} → ${to}` : action === 'drop' ? `${from} ✕` : from;
    setText(tile.caption, outcome);
    const shownScore = score === null ? '' : score.toFixed(2);
    setText(tile.detail, `${shownScore} ${reason}`);
    tile.root.setAttribute('aria-label', `row ${row}, ${outcome}, ${action}, ${reason} ${shownScore}`);
  };

  const render = () => {
    frame = 0;
    const first = Math.max(0, Math.floor(root.scrollTop / HEIGHT) - SPARE_ROWS) * columns;
    const rows = Math.ceil(root.clientHeight / HEIGHT) + 2 * SPARE_ROWS + 1;
    const end = Math.min(places.length, first + rows * columns);
    for (const [position, tile] of shown)
      if (position < first || position >= end) {
        shown.delete(position);
        tile.root.hidden = true;
        spare.push(tile);
      }
    for (let position = first; position < end; position++) {
      let tile = shown.get(position);
      if (!tile) {
        tile = spare.pop() ?? makeTile();
        shown.set(position, tile);
        if (!tile.root.isConnected) sheet.append(tile.root);
        tile.root.hidden = false;
      }
      if (tile.place !== places[position]) {
        tile.place = places[position];
        paintFace(tile.canvas, faces, tile.place);
      }
      tile.root.style.transform = `translate(${(position % columns) * WIDTH}px, ${Math.floor(position / columns) * HEIGHT}px)`;
      describe(tile, position);
    }
  };
  const refresh = () => {
    if (frame === 0) frame = requestAnimationFrame(render);
  };

  const layOut = () => {
    columns = Math.max(1, Math.floor(root.clientWidth / WIDTH));
    sheet.style.height = `${Math.ceil(places.length / columns) * HEIGHT}px`;
    refresh();
  };

  const focusOn = (position: number) => {
    focus = places.length === 0 ? -1 : Math.max(0, Math.min(places.length - 1, position));
    if (focus >= 0) {
      const top = Math.floor(focus / columns) * HEIGHT;
      if (top < root.scrollTop) root.scrollTop = top;
      else if (top + HEIGHT > root.scrollTop + root.clientHeight) root.scrollTop = top + HEIGHT - root.clientHeight;
      root.setAttribute('aria-activedescendant', `suspect-${focus}`);
    } else root.removeAttribute('aria-activedescendant');
    onFocus(focus < 0 ? null : places[focus]);
    refresh();
  };

  const positionAt = (event: Event): number | null => {
    const hit = (event.target as Element).closest('.tile');
    for (const [position, tile] of shown) if (tile.root === hit) return position;
    return null;
  };
  root.addEventListener('scroll', refresh, { passive: true });
  root.addEventListener('click', (event) => {
    const position = positionAt(event);
    if (position !== null) focusOn(position);
  });
  root.addEventListener('dblclick', (event) => {
    const position = positionAt(event);
    if (position !== null) onToggle(places[position]);
  });
  new ResizeObserver(layOut).observe(root);

  return {
    root,
    get focus() {
      return focus;
    },
    get columns() {
      return columns;
    },
    get visibleRows() {
      return Math.max(1, Math.floor(root.clientHeight / HEIGHT));
    },
    show(next) {
      places = next;
      root.scrollTop = 0;
      layOut();
      focusOn(0);
    },
    focusOn,
    refresh,
  };
}
