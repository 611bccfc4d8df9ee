import { type Fields, float, NULL_ID, reference, Tagged, untagged, type Value, Vector } from '../yaml/value.ts';
import type { LensType, Literal, Script, ScriptInput } from './script.ts';

/** The lines that Lens Studio makes of a component's decorators, as a `.ts.meta` holds them in `InputLines`. */
export function inputLines({ items }: Script): string[] {
  return items.map((item) => {
    const options = [...item.options].map(([key, value]) => `"${key}":${value}`).join(', ');
    if (item.kind === 'decoration') return `// @ui {${options}}`;
    const { type, name, defaultText } = item;
    return [
      `// @input ${type.name}${type.isArray ? '[]' : ''} ${name}`,
      ...(defaultText === undefined ? [] : [`= ${defaultText}`]),
      ...(options === '' ? [] : [`{${options}}`]),
    ].join(' ');
  });
}

/** The inputs' values in the source, as a `.ts.meta` holds them in `DefaultScriptInputs`. */
export function defaultScriptInputs({ inputs }: Script): Fields {
  return new Map(inputs.map((input) => [input.name, inputValue(input, input.default)]));
}

/** Which inputs are hidden, as a `.ts.meta` holds it in `ScriptInputsHidden`: none; by name. */
export function scriptInputsHidden({ inputs }: Script): Fields {
  const names = inputs.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1));
  return new Map(names.map((name) => [name, false]));
}

/** A value of an input as files hold it. An input that links holds nothing yet. */
export function inputValue({ type }: Pick<ScriptInput, 'type'>, value: Literal | undefined): Value {
  const tag = tagOf(type);
  if (!type.isArray)
    return tag.startsWith('reference') || type.className ? new Tagged(tag, NULL_ID) : plain(type, value);
  const items = Array.isArray(value) ? (value as Literal[]) : [];
  return new Tagged(
    `${tag}[]`,
    items.map((item) => untagged(plain({ ...type, isArray: false }, item))),
  );
}

/** A link in an input. */
export function inputLink({ type }: Pick<ScriptInput, 'type'>, ids: readonly string[]): Tagged {
  const tag = tagOf(type);
  return type.isArray
    ? new Tagged(
        `${tag}[]`,
        ids.map((id) => reference(id)),
      )
    : new Tagged(tag, ids[0] ?? NULL_ID);
}

/** What a file writes before the value of an input of this type. */
export function tagOf({ name, className }: LensType): string {
  if (className !== undefined) return `MappingBased.${name}`;
  const linked = /^(?:Asset|Component)\.(.*)|^(SceneObject)$/.exec(name);
  if (linked) return `reference.${linked[1] ?? linked[2]}`;
  return /^(vec|quat|mat)/.test(name) ? name[0].toUpperCase() + name.slice(1) : name;
}

const COMPONENTS: Record<string, string[]> = { vec2: ['x', 'y'], vec3: ['x', 'y', 'z'], vec4: ['x', 'y', 'z', 'w'] };

function plain(type: LensType, value: Literal | undefined): Value {
  switch (type.name) {
    case 'float':
    case 'number':
      return floatInput(Number(value ?? 0));
    case 'int':
      return Math.trunc(Number(value ?? 0));
    case 'bool':
    case 'boolean':
      return value === true;
    case 'string':
      return text(String(value ?? ''));
    case 'quat': {
      const components = Array.isArray(value) ? value : [1, 0, 0, 0];
      return new Tagged('Quat', new Vector(components.map((component, at) => [String(at), float(Number(component))])));
    }
    default: {
      const names = COMPONENTS[type.name] ?? [];
      const components = Array.isArray(value) ? value : [];
      return new Tagged(tagOf(type), new Vector(names.map((name, at) => [name, float(Number(components[at] ?? 0))])));
    }
  }
}

/** A float that could be taken for an integer is tagged. */
function floatInput(value: number): Value {
  return Number.isInteger(value) ? new Tagged('float', float(value)) : float(value);
}

/** A text that could be taken for something else is tagged. */
function text(value: string): Value {
  return /^[-+.\d]/.test(value) && !Number.isNaN(Number(value)) ? new Tagged('string', value) : value;
}
