import type { Emotion } from '../../../../ml/core/emotions.ts';
import { choices, element } from '../ui/dom.ts';
import { EXPRESSIONS } from '../ui/expressions.ts';
import { Actor } from './drawn/actor.ts';
import type { Source } from './source.ts';

/** As large as the stage's phone, so that nothing is lost on the way. */
const SIZE = { width: 450, height: 800 };
/** An expression with an effect, so that something is seen at once. */
const FIRST: Emotion = 'Happy';

/** A drawn person who shows the expression that is chosen. */
export function openDrawn(): Source {
  const actor = new Actor(SIZE);
  actor.show(FIRST, 0, true);
  const canvas = element('canvas', SIZE);
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })!;
  const buttons = choices<Emotion>(
    'Expression of the drawn face',
    EXPRESSIONS.map(({ name, emoji }) => ({ value: name, label: name, emoji })),
    FIRST,
    (emotion) => actor.show(emotion),
  );
  let start: number | null = null;
  let last = 0;
  const stop = prepare(actor);
  return {
    mirrored: null,
    still: false,
    shot(now) {
      start ??= now;
      const { pixels, faces } = actor.frame((now - start) / 1000, last === 0 ? 0 : (now - last) / 1000);
      last = now;
      context.putImageData(new ImageData(pixels, SIZE.width, SIZE.height), 0, 0);
      return { image: canvas, ...SIZE, moment: null, faces };
    },
    controls: element('div', { class: 'faces' }, buttons.root),
    close: stop,
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
