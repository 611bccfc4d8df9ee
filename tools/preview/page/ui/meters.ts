import type { TrackedFace } from '../../../../ml/faces/face.ts';
import type { SimulatedLens } from '../../../simulator/lens.ts';
import { element, setText } from '../../../web/page/dom.ts';

/** What a script tells that recognises expressions, as the lens's EmotionDetector does. */
interface Recognised {
  readonly faceIndex?: number;
  /** Names of its classes; the seven expressions if it says none. */
  readonly labels?: readonly string[];
  readonly emotion: number;
  readonly intensity: number;
  readonly probabilities: ArrayLike<number>;
}

/** The expression that a lens recognises; null without a script that does. */
function recognisedBy({ scripts }: SimulatedLens): Recognised | null {
  const found = scripts.find(({ instance }) => 'probabilities' in instance && 'intensity' in instance);
  return found ? (found.instance as unknown as Recognised) : null;
}

/** The current expression and how probable each one is. */
export function createMeters() {
  const emoji = element('span', { class: 'emoji', 'aria-hidden': 'true' }, '·');
  const name = element('span', { class: 'name', 'aria-live': 'polite' });
  const strength = element('span', { class: 'strength' });
  const list = element('ul', { class: 'bars' });
  let labels: readonly string[] = [];
  let bars: ReturnType<typeof barOf>[] = [];
  const follow = (names: readonly string[]) => {
    if (names.length === labels.length && names.every((one, at) => one === labels[at])) return;
    labels = [...names];
    bars = labels.map(barOf);
    list.replaceChildren(...bars.map(({ row }) => row));
  };
  follow(NAMES);
  const root = element(
    'section',
    { class: 'card meters', 'aria-label': 'Expression' },
    element('div', { class: 'current' }, emoji, element('div', {}, name, strength)),
    list,
  );
  return {
    root,
    /** @param faces in the picture. */
    update(lens: SimulatedLens | null, faces: readonly TrackedFace[]): void {
      const recognised = lens && recognisedBy(lens);
      if (recognised) follow(recognised.labels ?? NAMES);
      const current = labels[recognised?.emotion ?? -1];
      setText(emoji, expressionOf(current)?.emoji ?? (current === undefined ? '·' : '●'));
      setText(name, current ?? (recognised ? 'No expression' : 'Nothing recognises expressions'));
      const intensity = () => `intensity ${Math.round(100 * (recognised?.intensity ?? 0))} %`;
      setText(strength, current !== undefined ? intensity() : recognised ? missing(recognised, faces) : '');
      bars.forEach(({ row, fill, number }, at) => {
        const probability = recognised?.probabilities[at] ?? 0;
        row.classList.toggle('leading', at === recognised?.emotion);
        fill.style.transform = `scaleX(${probability.toFixed(3)})`;
        setText(number, `${Math.round(100 * probability)} %`);
      });
    },
  };
}

/** Why no expression is known. */
function missing({ faceIndex = 0 }: Recognised, faces: readonly TrackedFace[]): string {
  if (faces.length === 0) return 'no face';
  return faces.some(({ index }) => index === faceIndex) ? 'not recognised yet' : `no face with the index ${faceIndex}`;
}

/** The seven expressions in the order of the lens, with what the page shows for them. */
export const EXPRESSIONS = [
  { name: 'Angry', emoji: '😠' },
  { name: 'Disgust', emoji: '🤢' },
  { name: 'Fear', emoji: '😱' },
  { name: 'Happy', emoji: '😄' },
  { name: 'Sad', emoji: '😢' },
  { name: 'Surprise', emoji: '😮' },
  { name: 'Neutral', emoji: '😐' },
] as const;

const NAMES: readonly string[] = EXPRESSIONS.map(({ name }) => name);

const expressionOf = (label: string | undefined) =>
  EXPRESSIONS.find(({ name }) => name.toLowerCase() === label?.trim().toLowerCase());

/** How probable a class is; those of the seven expressions have their colors. */
function barOf(label: string) {
  const fill = element('span', { class: 'fill' });
  const number = element('span', { class: 'number' });
  const row = element(
    'li',
    { class: `bar ${expressionOf(label)?.name.toLowerCase() ?? ''}` },
    element('span', { class: 'label', title: label }, label),
    element('span', { class: 'track' }, fill),
    number,
  );
  return { row, fill, number };
}

/** Milliseconds without a face before it is said. */
const PATIENCE = 1200;

/** What is to be said about the faces in the picture. */
export class FaceStatus {
  #lastFace = performance.now();

  /** @param ready whether faces are looked for already. */
  describe(lens: SimulatedLens | null, faces: readonly TrackedFace[], ready: boolean): string {
    const now = performance.now();
    if (!ready || faces.length > 0) this.#lastFace = now;
    if (!ready) return 'Loading the face tracking…';
    const wanted = (lens && recognisedBy(lens)?.faceIndex) ?? 0;
    const there = faces.some(({ index }) => index === wanted);
    if (faces.length > 1 || (faces.length > 0 && !there)) {
      const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
      return `${count}; the lens looks at number ${wanted + 1}${there ? '' : ', which is not there: see Face Index'}`;
    }
    return now - this.#lastFace > PATIENCE ? 'No face found: it should be upright, well lit and not too small' : '';
  }
}
