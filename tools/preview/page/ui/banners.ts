import type { SimulatedLens } from '../../../simulator/lens.ts';
import { element } from '../../../web/page/dom.ts';
import { followServer } from '../run/reload.ts';

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

/** What the simulator writes into the log when a script throws. */
const FAILURE = /^Error in ([^:]+): ([\s\S]*)$/;

/** Whether a line of the log tells of a script that failed while it ran. */
export const tellsFailure = (line: string): boolean => FAILURE.test(line);

/** @returns what looks for scripts that failed while the lens ran, and says so once for each failure. */
export function createFailureWatch(banners: Banners): (lens: SimulatedLens | null) => void {
  const reported = new Set<string>();
  return (lens) => {
    for (const line of lens?.log ?? []) {
      const [, who, why] = FAILURE.exec(line) ?? [];
      if (who === undefined || reported.has(line)) continue;
      reported.add(line);
      banners.show('script', {
        title: `${who} failed while it ran`,
        text: `${sentence(why)} What it has shown so far may stay on the screen.`,
      });
    }
  };
}

/** Follows the server, and says when it has ended: the page goes on without it, but no longer follows the project. */
export function watchServer(changes: string, banners: Banners): void {
  followServer(changes, () =>
    banners.show('server', {
      title: 'The preview has ended',
      text: 'This page keeps running, but it no longer follows the project and cannot save. Restart the preview, and the page reloads by itself.',
    }),
  );
}

/** A message as a sentence: with a full stop, unless it ends with one, or in another mark. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
