import type { InputValue, InspectorInput, LensProgram } from '../../../simulator/program.ts';
import { element, setText } from '../../../web/page/dom.ts';
import { kept } from '../run/reload.ts';
import type { Changes } from './changes.ts';
import { type InspectedComponent, inspectedComponents } from './components.ts';
import { controlFor } from './field.ts';

/** The inputs of all script components, as Lens Studio's Inspector groups them. */
export function createInspector(program: LensProgram, changes: Changes): HTMLElement {
  const names = namesOf(program);
  const updates: (() => void)[] = [];
  const root = element('div', { class: 'inspector' });
  changes.components.forEach((component, at) => {
    root.append(componentCard(component, changes, names, updates, at === 0));
  });
  const update = () => {
    for (const each of updates) each();
  };
  changes.onChange(update);
  update();
  return root;
}

function componentCard(
  component: InspectedComponent,
  changes: Changes,
  names: ReadonlyMap<string, string>,
  updates: (() => void)[],
  open: boolean,
): HTMLElement {
  const { script, objectName } = component;
  const count = element('span', { class: 'count' });
  const summary = element(
    'summary',
    {},
    element('span', { class: 'title' }, script.className),
    element('span', { class: 'dim' }, objectName),
    count,
  );
  const key = `inputs of ${component.use.id}`;
  const isOpen = kept.choice(key, open ? ['open', 'closed'] : ['closed', 'open']) === 'open';
  const card = element('details', { class: 'component', open: isOpen }, summary);
  card.addEventListener('toggle', () => kept.set(key, card.open ? 'open' : 'closed'));
  let parent: HTMLElement = card;
  for (const entry of script.inspector) {
    switch (entry.kind) {
      case 'groupStart':
        parent = element('fieldset', {}, element('legend', {}, entry.label));
        card.append(parent);
        break;
      case 'groupEnd':
        parent = card;
        break;
      case 'separator':
        parent.append(element('hr'));
        break;
      case 'label':
        parent.append(element('p', { class: 'note' }, entry.label));
        break;
      case 'input':
        parent.append(fieldRow(component, entry, changes, names, updates));
    }
  }
  updates.push(() => {
    const changed = script.inspector.filter(
      (entry) => entry.kind === 'input' && changes.isChanged(component, entry.name),
    );
    setText(count, changed.length > 0 ? `${changed.length} changed` : '');
  });
  return card;
}

let rows = 0;

function fieldRow(
  component: InspectedComponent,
  input: InspectorInput,
  changes: Changes,
  names: ReadonlyMap<string, string>,
  updates: (() => void)[],
): HTMLElement {
  const { name, label, hint, showIf } = input;
  const id = `input-${rows++}`;
  const control = controlFor(input, id, (value) => changes.set(component, name, value));
  const title = element('label', { for: id, id: `${id}-label` }, label);
  const row = element('div', { class: 'field', title: hint ?? '' }, title);
  if (hint !== null && control) {
    const described = element('span', { id: `${id}-hint`, class: 'hint' }, hint);
    row.append(described);
    const target = control.root.id === id ? control.root : control.root.querySelector(`#${id}`);
    target?.setAttribute('aria-describedby', described.id);
  }
  if (!control) {
    row.append(element('span', { class: 'linked' }, linkText(changes.original(component, name), names)));
    return row;
  }
  const reset = element('button', {
    type: 'button',
    class: 'reset',
    title: 'Restore the value of the scene',
    'aria-label': `Reset ${label}`,
    onclick: () => changes.set(component, name, changes.original(component, name)),
  });
  reset.textContent = '↺';
  row.append(control.root, reset);
  updates.push(() => {
    control.show(changes.value(component, name));
    const changed = changes.isChanged(component, name);
    row.classList.toggle('changed', changed);
    reset.hidden = !changed;
    row.hidden = showIf !== null && changes.value(component, showIf.input) !== showIf.value;
  });
  return row;
}

/** Names of all that inputs may link to, by id. */
function namesOf(program: LensProgram): Map<string, string> {
  return new Map([
    ...program.assets.map(({ id, name }) => [id, name] as const),
    ...program.objects.map(({ id, name }) => [id, name] as const),
    ...inspectedComponents(program).map(({ use, script }) => [use.id, script.className] as const),
  ]);
}

function linkText(value: InputValue, names: ReadonlyMap<string, string>): string {
  if (Array.isArray(value)) return value.map((item) => linkText(item, names)).join(', ') || 'empty';
  if (value !== null && typeof value === 'object' && 'link' in value) return names.get(value.link) ?? 'empty';
  return value === null ? 'empty' : String(value);
}
