type Attribute = string | number | boolean | ((event: Event) => void);

/**
 * An element with its attributes, listeners (`onclick`) and children.
 * A boolean attribute is there or not; `value` and `checked` are set as properties.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked') Object.assign(made, { [name]: value });
    else if (typeof value === 'boolean') made.toggleAttribute(name, value);
    else made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** Sets a text only if it is another: an unchanged one must not be read out again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** Shown above the label. */
  readonly emoji?: string;
  readonly title?: string;
}

/** Buttons of which one is chosen, as a group of radio buttons. */
export interface Choices<Value extends string> {
  readonly root: HTMLElement;
  /** Shows another one as chosen; tells nobody. */
  select(value: Value): void;
}

let groups = 0;

export function choices<Value extends string>(
  label: string,
  options: readonly Choice<Value>[],
  chosen: Value,
  onChoose: (value: Value) => void,
): Choices<Value> {
  const name = `choices-${groups++}`;
  const inputs = options.map(({ value }) =>
    element('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => onChoose(value) }),
  );
  const root = element('div', { class: 'choices', role: 'radiogroup', 'aria-label': label });
  options.forEach((option, at) => {
    const shown = element('span', {}, option.label);
    if (option.emoji) shown.prepend(element('span', { class: 'emoji', 'aria-hidden': 'true' }, option.emoji));
    root.append(element('label', { title: option.title ?? '' }, inputs[at], shown));
  });
  return {
    root,
    select: (value) => {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

/**
 * Buttons of which one is pressed in. Unlike {@link choices}, arrow keys do not choose: for what asks for something first, as
 * a camera or a file.
 */
export function pressButtons<Value extends string>(
  label: string,
  options: readonly Choice<Value>[],
  chosen: Value,
  onPress: (value: Value) => void,
): Choices<Value> {
  const buttons = options.map(({ value, label: text, title = '' }) =>
    element('button', { type: 'button', title, value, onclick: () => onPress(value) }, text),
  );
  const select = (pressed: Value) => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.value === pressed));
  };
  select(chosen);
  return { root: element('div', { class: 'choices', role: 'group', 'aria-label': label }, ...buttons), select };
}

/** A switch with its label. */
export function toggle(label: string, checked: boolean, onChange: (checked: boolean) => void, title = '') {
  const input = element('input', { type: 'checkbox', checked, onchange: () => onChange(input.checked) });
  return { root: element('label', { class: 'toggle', title }, input, element('span', {}, label)), input };
}
