import type { Overrides } from '../../../simulator/lens.ts';
import type { InputValue, InspectorInput } from '../../../simulator/program.ts';
import { toggle } from '../../../web/page/dom.ts';
import { kept } from '../run/reload.ts';
import type { Changes } from './changes.ts';

const KEY = 'lens debug';

/** A switch for the overlay of the lens itself. */
export interface DebugSwitch {
  /** The switch; nothing if no script has an input `debug`. */
  readonly roots: readonly HTMLElement[];
  /** What the lens is started with, in addition to the changed inputs. */
  readonly overrides: Overrides;
}

const isDebug = (entry: InspectorInput | { readonly kind: string }) =>
  'name' in entry && entry.name === 'debug' && entry.type === 'bool';

/**
 * Shows the overlay without changing the input `debug`, which would be saved: a shipped lens must not show it. Once the
 * input itself is changed, it counts.
 * @param onChange is called when the lens is to be restarted.
 */
export function createDebugSwitch(changes: Changes, onChange: () => void): DebugSwitch {
  const component = changes.components.find(({ script }) => script.inspector.some(isDebug));
  if (!component) return { roots: [], overrides: {} };
  const own = () => changes.value(component, 'debug') === true;
  let input: InputValue = own();
  let shown = kept.isOn(KEY) || input;
  const set = (on: boolean) => {
    shown = on;
    kept.set(KEY, on && !own());
  };
  const title = `Shows the overlay only in the preview; the input Debug of ${component.script.className} does not change`;
  const debug = toggle(
    "Lens's debug",
    shown,
    (on) => {
      set(on);
      onChange();
    },
    title,
  );
  changes.onChange(() => {
    if (own() === input) return;
    input = own();
    set(input);
    debug.input.checked = shown;
  });
  return {
    roots: [debug.root],
    get overrides() {
      return shown === own() ? {} : { [component.use.id]: { debug: shown } };
    },
  };
}
