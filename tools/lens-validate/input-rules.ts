import { lineOf } from '../lens-studio/files/entity.ts';
import { endingOf } from '../lens-studio/files/importers.ts';
import { Classes, type ScriptInstance, scriptInstances } from '../lens-studio/project/component-inputs.ts';
import type { Model } from '../lens-studio/project/model.ts';
import { tagOf } from '../lens-studio/scripts/metadata.ts';
import type { ScriptInput } from '../lens-studio/scripts/script.ts';
import { Decimal, type Fields, NULL_ID, Tagged, type Value } from '../lens-studio/yaml/value.ts';
import { type Finding, finding, type Place } from './finding.ts';

/** Whether the inputs that scenes and prefabs hold are those that the TypeScript components declare. */
export function checkInputs(model: Model): Finding[] {
  const classes = new Classes(model.scripts);
  return scriptInstances(model).flatMap((instance) => {
    const { entity, declared, isComplete, values, script } = instance;
    const at = (name: string): Place => ({ file: entity.file, line: lineOf(entity, 'ScriptInputs', name) });
    const name = script.component!.className;
    const byName = new Map(declared.map((input) => [input.name, input]));
    const findings: Finding[] = [];
    for (const [key, value] of values) {
      const input = byName.get(key);
      if (input) findings.push(...valueFindings(model, classes, `${name}.${key}`, input, value, at(key)));
      else if (isComplete) findings.push(finding('unknown-input', at(key), `${name} has no input ${key}`));
    }
    return [
      ...findings,
      ...missing(instance).map((input) => finding('missing-input', at(input), `${name}.${input} is empty`)),
    ];
  });
}

/** Inputs that must link to something and do not. What a prefab leaves empty is set where it is placed. */
function missing({ entity, declared, values }: ScriptInstance): string[] {
  if (endingOf(entity.file) !== 'scene' || entity.fields.get('Enabled') === false) return [];
  return declared.flatMap((input) => {
    const value = values.get(input.name);
    const isLink =
      !input.type.isArray && (input.type.className !== undefined || tagOf(input.type).startsWith('reference'));
    const isEmpty = value instanceof Tagged ? value.value === NULL_ID : value === null;
    // One that the scene does not mention yet may have been declared since it was saved.
    return isLink && isEmpty && !input.allowUndefined && isShown(input, declared, values) ? [input.name] : [];
  });
}

/** Lens Studio demands no value of an input that it hides. */
function isShown({ options }: ScriptInput, declared: readonly ScriptInput[], values: Fields): boolean {
  const condition = options.get('showIf');
  if (condition === undefined) return true;
  const name = JSON.parse(condition) as string;
  const value = values.get(name) ?? declared.find((input) => input.name === name)?.default;
  const wanted = options.get('showIfValue');
  return wanted === undefined ? Boolean(plain(value)) : String(plain(value)) === String(JSON.parse(wanted));
}

function plain(value: unknown): unknown {
  const inner = value instanceof Tagged ? value.value : value;
  return inner instanceof Decimal ? inner.value : inner;
}

function valueFindings(
  { resolve, entityById, scripts }: Model,
  classes: Classes,
  name: string,
  input: ScriptInput,
  value: Value,
  place: Place,
): Finding[] {
  const { type } = input;
  if (!fits(value, input))
    return [finding('input-type', place, `${name} is ${describe(value)}`, `${tagOf(type)}${type.isArray ? '[]' : ''}`)];
  const { className } = type;
  if (className === undefined || !classes.isKnown(className)) return [];
  const ids = value instanceof Tagged ? [value.value].flat().map(plain) : [];
  return ids.flatMap((id) => {
    const target = typeof id === 'string' ? entityById.get(id) : undefined;
    const asset = target?.links.find(({ field }) => field === 'ScriptAsset');
    const path = asset && resolve(asset.id)?.file.replace(/\.meta$/, '');
    const script = scripts.find((file) => file.path === path)?.script;
    if (!script?.component || classes.extends(script, className) !== false) return [];
    return [finding('input-class', place, `${name} links to a ${script.component.className}`, `a ${className}`)];
  });
}

/** Whether a value has the form of the input's type. Types that only Lens Studio knows fit everything. */
function fits(value: Value, { type }: ScriptInput): boolean {
  const tag = value instanceof Tagged ? value.tag : null;
  // A class may be a component, or one with inputs of its own, whose values stand in place of a link.
  if (type.className !== undefined) return type.className === 'any' || tag === null || !VALUE_TAG.test(tag);
  if (tag?.startsWith('Typename.')) return true;
  if (type.isArray) return tag === `${tagOf(type)}[]`;
  switch (type.name) {
    case 'float':
    case 'number':
    case 'int':
      return typeof plain(value) === 'number';
    case 'bool':
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return tag === null ? !(value instanceof Map) : tag === 'string';
    default:
      return tag === tagOf(type);
  }
}

const VALUE_TAG = /^(float|int|bool|string|Vec\d|Quat)(\[\])?$/;

function describe(value: Value): string {
  if (value instanceof Tagged) return `!<${value.tag}>`;
  if (value instanceof Decimal) return value.text;
  return value instanceof Map ? 'a group of values' : JSON.stringify(value);
}
