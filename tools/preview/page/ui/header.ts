import { program } from 'virtual:lens';
import { element } from '../../../web/page/dom.ts';

/** The top of the page. @param switches are shown at its right. */
export function createHeader(switches: readonly HTMLElement[]): HTMLElement {
  return element(
    'header',
    { class: 'top' },
    element('a', { class: 'skip', href: '#stage' }, 'Skip to the picture'),
    element('h1', {}, `${program.name} `, element('span', {}, 'preview')),
    element('p', { class: 'private' }, 'Everything stays on this machine: no picture leaves this page.'),
    ...switches,
  );
}

/** The page of a project that cannot be run. It is loaded anew with the next change of the project's files. */
export function failurePage(failure: string): HTMLElement {
  return element(
    'main',
    { class: 'failure', role: 'alert' },
    element('h1', {}, `${program.name} cannot be run`),
    element('pre', {}, failure),
    element('p', { class: 'dim' }, 'Correct it and save: this page follows the project and comes back by itself.'),
  );
}
