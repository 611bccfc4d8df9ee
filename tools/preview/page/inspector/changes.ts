import type { Overrides } from '../../../simulator/lens.ts';
import type { InputValue, LensProgram } from '../../../simulator/program.ts';
import { type Change, type InspectedComponent, inspectedComponents } from './components.ts';

const same = (a: InputValue | undefined, b: InputValue | undefined) => JSON.stringify(a) === JSON.stringify(b);

/**
 * The inputs whose values in the page differ from the scene's. They outlast a reload of the page, which follows each change
 * of the project's files.
 */
export class Changes {
  readonly components: readonly InspectedComponent[];
  readonly #key: string;
  readonly #listeners: (() => void)[] = [];
  /** Values of the scene that were saved since the page was loaded. */
  #saved: Overrides = {};
  #values: Overrides;

  constructor(program: LensProgram) {
    this.components = inspectedComponents(program);
    this.#key = `changes of ${program.name}`;
    this.#values = restore(sessionStorage.getItem(this.#key));
    this.#dropUnchanged();
  }

  /** What a lens is started with. */
  get overrides(): Overrides {
    return merged(this.#saved, this.#values);
  }

  /** The value in the scene. */
  original({ use }: InspectedComponent, name: string): InputValue {
    return this.#saved[use.id]?.[name] ?? use.inputs[name] ?? null;
  }

  value(component: InspectedComponent, name: string): InputValue {
    return this.#values[component.use.id]?.[name] ?? this.original(component, name);
  }

  isChanged({ use }: InspectedComponent, name: string): boolean {
    return this.#values[use.id]?.[name] !== undefined;
  }

  set(component: InspectedComponent, name: string, value: InputValue): void {
    if (same(value, this.value(component, name))) return;
    const { id } = component.use;
    this.#values = { ...this.#values, [id]: { ...this.#values[id], [name]: value } };
    this.#dropUnchanged();
    this.#tell();
  }

  resetAll(): void {
    this.#values = {};
    this.#tell();
  }

  /** In the order of the components. */
  list(): Change[] {
    return this.components.flatMap((component) =>
      component.script.inspector.flatMap((input) => {
        const value = input.kind === 'input' ? this.#values[component.use.id]?.[input.name] : undefined;
        return input.kind === 'input' && value !== undefined ? [{ component, input, value }] : [];
      }),
    );
  }

  /** The scene holds these values now; what was changed meanwhile is still to be saved. */
  markSaved(saved: readonly Change[]): void {
    this.#saved = merged(this.#saved, valuesOf(saved));
    this.#dropUnchanged();
    this.#tell();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #dropUnchanged(): void {
    const isChanged = ({ component, input, value }: Change) => !same(value, this.original(component, input.name));
    this.#values = valuesOf(this.list().filter(isChanged));
  }

  #tell(): void {
    sessionStorage.setItem(this.#key, JSON.stringify(this.#values));
    for (const listener of this.#listeners) listener();
  }
}

/** Changed values by id of the component and name of the input. */
export function valuesOf(changes: readonly Change[]): Overrides {
  const values: Record<string, Record<string, InputValue>> = {};
  for (const { component, input, value } of changes) {
    const { id } = component.use;
    values[id] = { ...values[id], [input.name]: value };
  }
  return values;
}

/** Values over others. */
export function merged(below: Overrides, above: Overrides): Overrides {
  const inBoth = Object.entries(above).map(([id, values]) => [id, { ...below[id], ...values }]);
  return { ...below, ...Object.fromEntries(inBoth) };
}

function restore(stored: string | null): Overrides {
  try {
    return (JSON.parse(stored ?? '{}') as Overrides | null) ?? {};
  } catch {
    return {};
  }
}
