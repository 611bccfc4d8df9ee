import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { element, setText } from '../../web/page/dom.ts';
import { faceCanvas, paintFace } from './faces.ts';
import type { ReviewModel, Verdict } from './model.ts';

/** What each reason means. */
const REASONS = {
  constant: 'one grey value, or nearly so',
  'not-a-face': 'FER+ voters called it not a face',
  'duplicate-of-test': 'a test split has it too, to the pixel or nearly',
  'conflicting-labels': 'it is there several times, with several labels',
  duplicate: 'it is there several times',
  'near-duplicate': 'it is there several times, cropped or compressed otherwise',
  drawing: 'it looks like a drawing or a text',
  'label-votes': 'FER+ voters agree on another expression',
  'label-folds': 'networks that have not seen it see another expression',
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
    { class: 'panel', 'aria-label': 'Suspect in focus' },
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
    element('h2', {}, 'It shows'),
    element('div', { class: 'verdicts' }, ...classes),
    element('p', { class: 'dim keys' }, 'Arrows, Page and Home/End move. A double click accepts or rejects.'),
  );
  return {
    root,
    show(place) {
      root.classList.toggle('empty', place === null);
      for (const one of root.querySelectorAll('button')) one.disabled = place === null;
      if (place === null) {
        setText(title, 'No suspects here');
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
      setText(outcome, action === 'move' ? `→ ${to}` : action === 'drop' ? '✕ dropped' : '✓ stays as it is');
      outcome.dataset['action'] = action;
      for (const [i, one] of classes.entries()) {
        const current = action === 'move' ? EMOTIONS[i] === to : action === 'keep' && EMOTIONS[i] === from;
        one.setAttribute('aria-pressed', String(current));
      }
    },
  };
}
