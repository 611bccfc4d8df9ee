import { toggle } from '../ui/dom.ts';
import type { Changes } from './changes.ts';

/** A switch for the overlay of the lens itself: the input `debug` of a script; nothing if there is none. */
export function debugSwitches(changes: Changes): HTMLElement[] {
  const component = changes.components.find(({ script }) =>
    script.inspector.some((entry) => entry.kind === 'input' && entry.name === 'debug' && entry.type === 'bool'),
  );
  if (!component) return [];
  const isOn = () => changes.value(component, 'debug') === true;
  const { root, input } = toggle(
    "Lens's debug",
    isOn(),
    (on) => changes.set(component, 'debug', on),
    `The input Debug of ${component.script.className}`,
  );
  changes.onChange(() => {
    input.checked = isOn();
  });
  return [root];
}
