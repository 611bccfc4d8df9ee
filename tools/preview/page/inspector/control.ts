import type { InputValue } from '../../../simulator/program.ts';

/** What a value is edited with. */
export interface Control {
  readonly root: HTMLElement;
  /** Shows a value. */
  show(value: InputValue): void;
}

export type OnInput = (value: InputValue) => void;
