import { PATHS } from '../protocol.ts';
import type { ReviewModel } from './model.ts';

/** Milliseconds without a decision after which the last ones are saved. */
const QUIET = 600;

/** Saves decisions soon after they are made. */
export interface Saver {
  /** A decision was made. */
  changed(): void;
}

/** @param onState gets the state of saving in words, and whether it failed. */
export function createSaver(
  model: ReviewModel,
  token: string,
  onState: (text: string, failed: boolean) => void,
): Saver {
  let timer = 0;
  let saving = false;
  const save = async () => {
    if (saving) return later();
    const decisions = model.takeUnsaved();
    if (decisions.length === 0) return;
    saving = true;
    onState('saving…', false);
    try {
      const response = await fetch(PATHS.save, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Preview-Token': token },
        body: JSON.stringify({ decisions }),
      });
      if (!response.ok) throw new Error(((await response.json()) as { error: string }).error);
      onState(model.unsaved === 0 ? 'saved' : 'saving…', false);
    } catch (thrown) {
      model.returnUnsaved(decisions);
      const lost = thrown instanceof TypeError;
      onState(`not saved: ${lost ? 'the program no longer runs; start it again' : (thrown as Error).message}`, true);
    } finally {
      saving = false;
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, QUIET);
  };
  window.addEventListener('beforeunload', (event) => {
    if (model.unsaved > 0 || saving) event.preventDefault();
  });
  return { changed: later };
}
