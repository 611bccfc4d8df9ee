import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { element, setText } from '../../web/page/dom.ts';
import { faceCanvas, paintFace } from './faces.ts';
import type { ReviewModel, Verdict } from './model.ts';

/** What each reason means. */
const REASONS = {
  constant: 'a single grey value, or almost',
  'not-a-face': 'FER+ voters called it not a face',
  'duplicate-of-test': 'a test split contains it too, exactly or almost',
  'conflicting-labels': 'appears several times, with different labels',
  duplicate: 'appears several times',
  'near-duplicate': 'appears several times, cropped or compressed differently',
  drawing: 'looks like a drawing or text',
  'label-votes': 'FER+ voters agree on another expression',
  'label-folds': 'networks that were not trained on it predict another expression',
} as const;

export interface Panel {
  readonly root: HTMLElement;
  /** Shows a suspect, or that there is none. */
  show(place: number | null): void;
}

/** The suspect in focus, large, and what can be decided. */
export function createPanel(
  model: ReviewModel,
  faces: Uint8Array,
  onVerdict: (verdict: Verdict) => void,
  onUndo: () => void,
): Panel {
  const canvas = faceCanvas();
  const title = element('h2', {});
  const facts = element('p', { class: 'dim' });
  const outcome = element('p', { class: 'outcome', role: 'status' });
  const button = (label: string, key: string, run: () => void) =>
    element('button', { type: 'button', onclick: run }, label, element('kbd', {}, key));
  const accept = button('Accept', 'A', () => onVerdict('accept'));
  const classes = EMOTIONS.map((emotion, i) => button(emotion, String(i + 1), () => onVerdict(emotion)));
  const root = element(
    'aside',
    { class: 'panel', 'aria-label': 'Focused suspect' },
    canvas,
    title,
    facts,
    outcome,
    element(
      'div',
      { class: 'verdicts' },
      accept,
      button('Reject', 'R', () => onVerdict('reject')),
      button('Drop', 'D', () => onVerdict('drop')),
      button('Undo', 'Z', onUndo),
    ),
    element('h2', {}, 'Correct label'),
    element('div', { class: 'verdicts' }, ...classes),
    element('p', { class: 'dim keys' }, 'Arrows, Page Up/Down, Home and End move. Double-click accepts or rejects.'),
  );
  return {
    root,
    show(place) {
      root.classList.toggle('empty', place === null);
      for (const one of root.querySelectorAll('button')) one.disabled = place === null;
      if (place === null) {
        setText(title, 'No suspects');
        setText(facts, '');
        setText(outcome, '');
        canvas.getContext('2d')!.clearRect(0, 0, canvas.width, canvas.height);
        return;
      }
      const { row, from, reason, score } = model.entries[place];
      const { action, to } = model.decision(place);
      const proposal = model.proposal(place);
      paintFace(canvas, faces, place);
      setText(title, `Row ${row}: ${from}`);
      const certainty = score === null ? '' : ` (${score.toFixed(2)})`;
      setText(
        facts,
        `${REASONS[reason]}${certainty}; proposed: ${proposal === null ? 'drop it' : `move to ${proposal}`}`,
      );
      setText(outcome, action === 'move' ? `→ ${to}` : action === 'drop' ? '✕ dropped' : '✓ kept');
      outcome.dataset['action'] = action;
      for (const [i, one] of classes.entries()) {
        const current = action === 'move' ? EMOTIONS[i] === to : action === 'keep' && EMOTIONS[i] === from;
        one.setAttribute('aria-pressed', String(current));
      }
    },
  };
}
