import type { InputValue, Numbers } from '../../../simulator/program.ts';
import { element } from '../../../web/page/dom.ts';
import type { Control, OnInput } from './control.ts';

/** A colour, and with four numbers its opacity. @param length numbers of its vector. */
export function colorControl(length: 3 | 4, id: string, onInput: OnInput): Control {
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
