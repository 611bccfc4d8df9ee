import { EMOTIONS, type Emotion } from '../../../../ml/core/emotions.ts';
import { choices, element, toggle } from '../../../web/page/dom.ts';
import { kept } from '../run/reload.ts';
import { EXPRESSIONS } from '../ui/meters.ts';
import { Actor } from './drawn/actor.ts';
import type { Source } from './source.ts';

const OPTIONS = EXPRESSIONS.map(({ name, emoji }) => ({ value: name, label: name, emoji }));
/** As large as the stage's phone, so that nothing is lost on the way. */
const SIZE = { width: 450, height: 800 };
/** What the people show first: an effect, so that something is seen at once. */
const FIRST: readonly Emotion[] = ['Happy', 'Surprise'];

const TWO = 'two people';
const keyOf = (person: number) => `expression of drawn face ${person + 1}`;

/** One or two drawn people who show the expressions that are chosen. */
export function openDrawn(): Source {
  const canvas = element('canvas', SIZE);
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })!;
  const shown = FIRST.map((first, person) => kept.choice(keyOf(person), [first, ...EMOTIONS]));
  const rows = shown.map((first, person) => {
    const choose = (emotion: Emotion) => {
      shown[person] = emotion;
      kept.set(keyOf(person), emotion);
      if (person < actor.people) actor.show(emotion, person);
    };
    return choices<Emotion>(`Expression of drawn face ${person + 1}`, OPTIONS, first, choose);
  });
  let actor: Actor;
  let stop = () => {};
  const start = (people: 1 | 2) => {
    stop();
    actor = new Actor({ ...SIZE, people });
    for (let person = 0; person < people; person++) actor.show(shown[person], person, true);
    stop = prepare(actor);
    rows[1].root.hidden = people === 1;
  };
  const two = kept.isOn(TWO);
  start(two ? 2 : 1);
  const choose = (on: boolean) => {
    kept.set(TWO, on);
    start(on ? 2 : 1);
  };
  const both = toggle('Two people', two, choose, 'For lenses that tell faces apart');
  let begun: number | null = null;
  let last = 0;
  return {
    mirrored: null,
    still: false,
    shot(now) {
      begun ??= now;
      const { pixels, faces } = actor.frame((now - begun) / 1000, last === 0 ? 0 : (now - last) / 1000);
      last = now;
      context.putImageData(new ImageData(pixels, SIZE.width, SIZE.height), 0, 0);
      return { image: canvas, ...SIZE, moment: null, faces };
    },
    controls: element('div', { class: 'faces' }, ...rows.map(({ root }) => root), both.root),
    close: () => stop(),
  };
}

/** Paints the other expressions while there is time. @returns what stops it. */
function prepare(actor: Actor): () => void {
  let stopped = false;
  const later = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200));
  const step = () => {
    if (!stopped && actor.prepare()) later(step);
  };
  later(step);
  return () => {
    stopped = true;
  };
}
