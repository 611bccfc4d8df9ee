import { choices, element, toggle } from '../../../web/page/dom.ts';
import { kept } from '../run/reload.ts';
import type { ScreenChoice } from '../stage/screen.ts';
import type { Banners } from '../ui/banners.ts';
import type { Source } from './source.ts';
import { createSwitcher } from './switcher.ts';

/** How which source is shown. */
export interface View {
  readonly source: Source;
  readonly screen: ScreenChoice;
  readonly mirrored: boolean;
}

/** The controls above and below the stage: where the picture comes from, and how it is shown. */
export interface ViewBar {
  readonly root: HTMLElement;
  /** The source's own controls. */
  readonly controls: HTMLElement;
  /** Another object with each change, and only then. */
  readonly view: View;
}

export function createViewBar(banners: Banners, onChange: () => void): ViewBar {
  const change = (changed: Partial<View>) => {
    view = { ...view, ...changed };
    mirror.input.checked = view.mirrored;
    mirror.root.hidden = view.source.mirrored === null;
    onChange();
  };
  const mirror = toggle('Mirror', false, (mirrored) => change({ mirrored }));
  const switcher = createSwitcher(banners, (source) => change({ source, mirrored: source.mirrored ?? false }));
  let view: View = {
    source: switcher.current,
    screen: kept.choice<ScreenChoice>('screen', ['phone', 'whole']),
    mirrored: false,
  };
  mirror.root.hidden = view.source.mirrored === null;
  const screens = choices<ScreenChoice>(
    'Screen',
    [
      { value: 'phone', label: 'Phone', title: 'Upright, 9:16' },
      { value: 'whole', label: 'Whole picture', title: 'The picture’s own aspect ratio, from 1:2.2 to 2:1' },
    ],
    view.screen,
    (screen) => {
      kept.set('screen', screen);
      change({ screen });
    },
  );
  return {
    root: element('div', { class: 'bar-above' }, switcher.root, screens.root, mirror.root),
    controls: switcher.controls,
    get view() {
      return view;
    },
  };
}
