import { session } from 'virtual:lens';
import { element, setText } from '../../../web/page/dom.ts';
import { sentence } from '../ui/banners.ts';
import { type Changes, valuesOf } from './changes.ts';
import { type Change, valuesText } from './components.ts';

/** Buttons that take the changed values somewhere: to the clipboard, into the scene, or back. */
export function createActions(changes: Changes): HTMLElement {
  let stamp = session?.stamp ?? '';
  const said = element('p', { class: 'said', role: 'status' });
  const button = (label: string, title: string, run: () => void) =>
    element('button', { type: 'button', title, onclick: run }, label);

  const copy = button('Copy values', 'Copies the changed values as text and as lines of the scene file', async () => {
    const text = valuesText(changes.list());
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setText(said, copied ? 'Copied.' : text);
  });
  const save = button('Save into scene', 'Writes the changed values into the project', async () => {
    save.disabled = true;
    const saved = changes.list();
    const answer = await sendChanges(stamp, saved);
    if ('stamp' in answer) {
      stamp = answer.stamp;
      changes.markSaved(saved);
      setText(said, 'Saved. If the project is open in Lens Studio, reopen it to load the new values.');
    } else {
      setText(said, sentence(`Not saved: ${answer.error}`));
      if (/reload/.test(answer.error)) said.append(' ', button('Reload', 'Your changes are kept', reload));
    }
    update();
  });
  const reload = () => location.reload();
  const reset = button('Reset all', 'Restore the values of the scene', () => changes.resetAll());

  const update = () => {
    const none = changes.list().length === 0;
    for (const each of [copy, save, reset]) each.disabled = none;
  };
  changes.onChange(() => {
    setText(said, '');
    update();
  });
  update();
  return element('div', { class: 'actions' }, copy, ...(session ? [save] : []), reset, said);
}

type Answer = { readonly stamp: string } | { readonly error: string };

async function sendChanges(stamp: string, changes: readonly Change[]): Promise<Answer> {
  try {
    const response = await fetch('/save-inputs', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Preview-Token': session?.token ?? '' },
      body: JSON.stringify({ stamp, inputs: valuesOf(changes) }),
    });
    return (await response.json()) as Answer;
  } catch {
    return { error: 'the preview server does not answer; start it again' };
  }
}
