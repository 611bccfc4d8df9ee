import { grouped } from '../../../simulator/grouped.ts';
import type { SimulatedLens } from '../../../simulator/lens.ts';
import type { LensProgram } from '../../../simulator/program.ts';
import { element } from '../../../web/page/dom.ts';
import { tellsFailure } from './banners.ts';

/** Lines of the log that are shown. */
const LINES = 200;

/** What the lens shows, plays and says. */
export function createHappenings(program: LensProgram, problems: readonly string[]) {
  const objects = element('ul', { class: 'tags', 'aria-label': 'Objects shown by the lens' });
  const sounds = element('ul', { class: 'tags', 'aria-label': 'Sounds that play' });
  const log = element('ol', { class: 'log', tabindex: 0, 'aria-label': 'Log of the lens' });
  const fixed = [...program.problems, ...problems];
  const names = new Map(program.assets.map(({ id, name }) => [id, name]));
  const ofScene = new Set(program.objects.map(({ name }) => name));
  const everHidden = new Set<string>();
  let reported = '';

  let counted = -1;
  let kinds: readonly string[] = [];
  /** Of the project and of the lens, which has more and more while it wakes. */
  const problemsOf = (lens: SimulatedLens | null): readonly string[] => {
    const found = [...fixed, ...(lens?.problems ?? [])];
    if (found.length !== counted) kinds = grouped(found);
    counted = found.length;
    return kinds;
  };

  /** Objects of the scene that come and go. */
  const effectsShown = (lens: SimulatedLens): string[] => {
    const shown: string[] = [];
    for (const object of lens.objects()) {
      if (!ofScene.has(object.name)) continue;
      if (!object.enabled) everHidden.add(object.name);
      else if (object.shown && everHidden.has(object.name)) shown.push(object.name);
    }
    return shown;
  };

  return {
    root: element(
      'section',
      { class: 'card', 'aria-label': 'What the lens does' },
      element('h2', {}, 'Shown'),
      objects,
      element('h2', {}, 'Playing'),
      sounds,
      element('h2', {}, 'Log'),
      log,
    ),
    update(lens: SimulatedLens | null): void {
      setTags(objects, lens ? effectsShown(lens) : [], 'no effect');
      setTags(sounds, lens ? lens.sounds().map((sound) => names.get(sound) ?? sound) : [], 'no sound');
      const all = problemsOf(lens);
      const lines = [...all.map((text) => ({ text, kind: 'problem' })), ...lastLines(lens)];
      const key = lines.map(({ text }) => text).join('\n');
      if (key === reported) return;
      reported = key;
      const { scrollTop, clientHeight, scrollHeight } = log;
      log.replaceChildren(...lines.map(({ text, kind }) => element('li', { class: kind }, text)));
      // Whoever has scrolled up reads on where it is.
      log.scrollTop = scrollTop + clientHeight >= scrollHeight - 1 ? log.scrollHeight : scrollTop;
    },
  };
}

function lastLines(lens: SimulatedLens | null) {
  return (lens?.log ?? []).slice(-LINES).map((text) => ({ text, kind: tellsFailure(text) ? 'problem' : 'line' }));
}

function setTags(list: HTMLElement, names: readonly string[], none: string): void {
  const key = names.join('\n');
  if (list.dataset['key'] === key && list.childElementCount > 0) return;
  list.dataset['key'] = key;
  const items =
    names.length > 0 ? names.map((name) => element('li', {}, name)) : [element('li', { class: 'none' }, none)];
  list.replaceChildren(...items);
}
