import type { InputValue, InspectorInput, Numbers } from '../../../simulator/program.ts';
import { element } from '../../../web/page/dom.ts';

let controls = 0;

/** An id for a control that a label names. */
const nextId = () => `control-${controls++}`;

/**
 * A control for an input; null for what only Lens Studio can edit: links and lists.
 * @param id of the element that the label is for.
 */
export function controlFor(input: InspectorInput, id: string, onInput: OnInput): Control | null {
  const { type, widget, isArray } = input;
  if (isArray) return null;
  if (widget?.kind === 'choice') return choiceControl(widget.choices, id, onInput);
  if (widget?.kind === 'color' || type === 'vec4') return colorControl(type === 'vec3' ? 3 : 4, id, onInput);
  switch (type) {
    case 'float':
    case 'int':
      return widget?.kind === 'slider'
        ? sliderControl(widget, type, id, onInput)
        : numberControl(input.name, type, id, onInput);
    case 'bool':
      return checkControl(id, onInput);
    case 'string':
      return textControl(id, onInput);
    case 'vec2':
    case 'vec3':
      return vectorControl(Number(type[3]), id, onInput);
    default:
      return null;
  }
}

/** What is typed, without a fraction where there is none; null if it is not a number. */
function numberIn({ value }: HTMLInputElement, type: 'float' | 'int'): number | null {
  const number = type === 'int' ? Math.trunc(Number(value)) : Number(value);
  return value !== '' && Number.isFinite(number) ? number : null;
}

function sliderControl(
  { min, max, step }: { min: number; max: number; step: number },
  type: 'float' | 'int',
  id: string,
  onInput: OnInput,
): Control {
  let shown = '';
  const tell = (from: HTMLInputElement) => {
    const value = numberIn(from, type);
    if (value !== null) onInput(Math.min(max, Math.max(min, value)));
  };
  const range = element('input', { type: 'range', id, min, max, step, oninput: () => tell(range) });
  const number = element('input', { type: 'number', min, max, step, 'aria-labelledby': `${id}-label` });
  number.addEventListener('change', () => {
    tell(number);
    // What was typed beyond the range does not stay there as if it were the value.
    number.value = shown;
  });
  return {
    root: element('div', { class: 'slider' }, range, number),
    show(value: InputValue) {
      shown = String(Number(Number(value).toFixed(4)));
      range.value = shown;
      number.value = shown;
      range.style.setProperty('--part', `${(100 * (Number(value) - min)) / (max - min || 1)}%`);
    },
  };
}

function numberControl(name: string, type: 'float' | 'int', id: string, onInput: OnInput): Control {
  // An index counts from 0, which no widget of Lens Studio's says.
  const min = /index$/i.test(name) ? 0 : Number.NEGATIVE_INFINITY;
  const root = element('input', { type: 'number', id, step: type === 'int' ? 1 : 'any' });
  let shown = '';
  root.addEventListener('change', () => {
    const value = numberIn(root, type);
    if (value !== null) onInput(Math.max(min, value));
    root.value = shown;
  });
  return {
    root,
    show(value) {
      shown = String(value ?? 0);
      root.value = shown;
    },
  };
}

function checkControl(id: string, onInput: OnInput): Control {
  const root = element('input', { type: 'checkbox', id, onchange: () => onInput(root.checked) });
  return { root, show: (value) => Object.assign(root, { checked: value === true }) };
}

function textControl(id: string, onInput: OnInput): Control {
  const root = element('input', { type: 'text', id, spellcheck: 'false', onchange: () => onInput(root.value) });
  return { root, show: (value) => Object.assign(root, { value: String(value ?? '') }) };
}

function choiceControl(
  options: ReadonlyArray<{ readonly label: string; readonly value: string | number }>,
  id: string,
  onInput: OnInput,
): Control {
  const root = element('select', { id, onchange: () => onInput(options[root.selectedIndex].value) });
  for (const { label } of options) root.append(element('option', {}, label));
  return {
    root,
    show(value) {
      root.selectedIndex = options.findIndex((option) => option.value === value);
    },
  };
}

function vectorControl(length: number, id: string, onInput: OnInput): Control {
  const inputs = Array.from({ length }, (_, at) =>
    element('input', { type: 'number', step: 'any', id: at === 0 ? id : nextId(), 'aria-label': 'xyzw'[at] }),
  );
  for (const input of inputs)
    input.addEventListener('change', () => onInput({ vector: inputs.map((each) => Number(each.value)) }));
  return {
    root: element('div', { class: 'vector' }, ...inputs),
    show(value) {
      if (value === null || typeof value !== 'object' || !('vector' in value)) return;
      inputs.forEach((input, at) => {
        input.value = String(value.vector[at]);
      });
    },
  };
}

/** What a value is edited with. */
export interface Control {
  readonly root: HTMLElement;
  /** Shows a value. */
  show(value: InputValue): void;
}

export type OnInput = (value: InputValue) => void;

/** A colour, and with four numbers its opacity. @param length numbers of its vector. */
function colorControl(length: 3 | 4, id: string, onInput: OnInput): Control {
  let current: Numbers = [1, 1, 1, 1];
  const color = element('input', { type: 'color', id });
  const alpha = element('input', { type: 'range', min: 0, max: 1, step: 0.01, 'aria-label': 'Opacity' });
  color.addEventListener('input', () => {
    onInput({ vector: [...partsOf(color.value), ...current.slice(3, length)] });
  });
  alpha.addEventListener('input', () => onInput({ vector: [...current.slice(0, 3), Number(alpha.value)] }));
  return {
    root: element('div', { class: 'color' }, color, ...(length === 4 ? [alpha] : [])),
    show(value: InputValue) {
      if (value === null || typeof value !== 'object' || !('vector' in value)) return;
      current = value.vector;
      // A colour input has 256 steps: it must not change a finer value by showing it.
      if (color.value !== hexOf(current)) color.value = hexOf(current);
      alpha.value = String(current[3] ?? 1);
      alpha.style.setProperty('--part', `${100 * (current[3] ?? 1)}%`);
    },
  };
}

function hexOf(color: Numbers): string {
  const part = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));
  return `#${color
    .slice(0, 3)
    .map((value) => part(value).toString(16).padStart(2, '0'))
    .join('')}`;
}

/** Rounded, so that the values are as short in the scene as if they were typed. */
function partsOf(hex: string): number[] {
  return [1, 3, 5].map((at) => Number((Number.parseInt(hex.slice(at, at + 2), 16) / 255).toFixed(3)));
}
