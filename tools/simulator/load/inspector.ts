import type { InspectorItem, Options, Script, ScriptInput } from '../../lens-studio/scripts/script.ts';
import type { InspectorEntry, InspectorInput } from '../program.ts';

/** What the Inspector of Lens Studio shows for a script. */
export function inspectorOf({ items }: Script): InspectorEntry[] {
  return items.map(entryOf).filter((entry) => entry !== null);
}

function entryOf(item: InspectorItem): InspectorEntry | null {
  if (item.kind === 'input') return inputOf(item);
  const label = textOf(item.options, 'label') ?? '';
  switch (textOf(item.options, 'widget')) {
    case 'group_start':
      return { kind: 'groupStart', label };
    case 'group_end':
      return { kind: 'groupEnd' };
    case 'separator':
      return { kind: 'separator' };
    case 'label':
      return { kind: 'label', label };
    default:
      return null;
  }
}

function inputOf({ name, type, options }: ScriptInput): InspectorInput {
  const condition = textOf(options, 'showIf');
  return {
    kind: 'input',
    name,
    label: textOf(options, 'label') ?? inspectorLabel(name),
    hint: textOf(options, 'hint') ?? null,
    type: type.name,
    isArray: type.isArray,
    widget: widgetOf(options),
    showIf: condition === undefined ? null : { input: condition, value: jsonOf(options, 'showIfValue') ?? true },
  };
}

/** How the Inspector calls an input without a label: `faceCrop` is Face Crop. */
export function inspectorLabel(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .trim();
  return words.replace(/(^| )[a-z]/g, (letter) => letter.toUpperCase());
}

function widgetOf(options: Options): InspectorInput['widget'] {
  switch (textOf(options, 'widget')) {
    case 'slider':
      return {
        kind: 'slider',
        min: jsonOf<number>(options, 'min') ?? 0,
        max: jsonOf<number>(options, 'max') ?? 1,
        step: jsonOf<number>(options, 'step') ?? 0.01,
      };
    case 'color':
      return { kind: 'color' };
    case 'combobox':
      return { kind: 'choice', choices: jsonOf(options, 'values') ?? [] };
    default:
      return null;
  }
}

function jsonOf<T extends string | number | boolean | readonly { label: string; value: string | number }[]>(
  options: Options,
  key: string,
): T | undefined {
  const json = options.get(key);
  return json === undefined ? undefined : (JSON.parse(json) as T);
}

const textOf = (options: Options, key: string): string | undefined => jsonOf<string>(options, key);
