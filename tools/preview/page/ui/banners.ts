import { element } from '../../../web/page/dom.ts';

/** What happened and what to do about it. */
export interface Message {
  readonly title: string;
  readonly text: string;
  readonly action?: { readonly label: string; run(): void };
}

/** Messages above the stage; one for each topic at a time. */
export interface Banners {
  readonly root: HTMLElement;
  show(topic: string, message: Message): void;
  clear(topic: string): void;
}

export function createBanners(): Banners {
  const root = element('div', { class: 'banners' });
  const shown = new Map<string, HTMLElement>();
  const clear = (topic: string) => {
    shown.get(topic)?.remove();
    shown.delete(topic);
  };
  return {
    root,
    clear,
    show(topic, { title, text, action }) {
      clear(topic);
      const banner = element(
        'div',
        { class: 'banner', role: 'alert' },
        element('div', {}, element('strong', {}, title), element('p', {}, text)),
      );
      if (action) {
        const run = () => {
          clear(topic);
          action.run();
        };
        banner.append(element('button', { type: 'button', onclick: run }, action.label));
      }
      banner.append(
        element(
          'button',
          { type: 'button', class: 'quiet', 'aria-label': 'Dismiss', onclick: () => clear(topic) },
          '✕',
        ),
      );
      shown.set(topic, banner);
      root.append(banner);
    },
  };
}
